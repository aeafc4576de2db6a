import * as fc from "fast-check";

/** One call of a generated program. */
export interface Call {
  readonly operation: string;
  readonly arguments: readonly unknown[];
}

/** Operations one after another, then several tasks side by side, then operations one after another again. */
export interface OperationsProgram {
  readonly before: readonly Call[];
  readonly tasks: readonly (readonly Call[])[];
  readonly after: readonly Call[];
}

/** A call as code. */
export function showCall({ operation, arguments: args }: Call): string {
  return `${operation}(${args.map((value) => fc.stringify(value)).join(", ")})`;
}

/** The whole program, a part after another. */
export function showProgram({ before, tasks, after }: OperationsProgram): string {
  const parts = [
    ...(before.length === 0 ? [] : [`first: ${before.map(showCall).join(", ")}`]),
    ...tasks.map((calls, index) => `${taskName(index)}: ${calls.map(showCall).join(", ")}`),
    ...(after.length === 0 ? [] : [`then: ${after.map(showCall).join(", ")}`]),
  ];
  return parts.join(" | ");
}

export function taskName(index: number): string {
  return `task ${index + 1}`;
}
