import { isDeepStrictEqual } from "node:util";
import type { Model, Operation } from "../../src/histories/index.ts";

/** What has to come first: `one` before `other`. */
type Precedes = (one: number, other: number) => boolean;

/** Whether some order of all returned operations, and of any of the others, gives the outputs: every order is tried. */
export function someOrder<State, Input, Output>(
  operations: readonly Operation<Input, Output>[],
  model: Pick<Model<State, Input, Output>, "apply"> & { readonly initial: State },
  precedes: Precedes,
): boolean {
  const returned = (at: number): boolean => operations[at]!.returnedAt !== undefined;
  const all = operations.map((_, at) => at);
  const extend = (done: ReadonlySet<number>, state: State): boolean => {
    const left = all.filter((at) => !done.has(at));
    if (left.every((at) => !returned(at))) {
      return true;
    }
    return left.some((at) => {
      if (left.some((other) => other !== at && returned(other) && precedes(other, at))) {
        return false;
      }
      const [next, output] = model.apply(state, operations[at]!.input);
      return (!returned(at) || isDeepStrictEqual(output, operations[at]!.output)) && extend(new Set(done).add(at), next);
    });
  };
  return extend(new Set(), model.initial);
}

const sameTask = (operations: readonly Operation[], one: number, other: number): boolean => {
  const [a, b] = [operations[one]!, operations[other]!];
  return a.task === b.task && a.returnedAt !== undefined && (a.calledAt < b.calledAt || (a.calledAt === b.calledAt && one < other));
};

export const inRealTime =
  (operations: readonly Operation[]): Precedes =>
  (one, other) =>
    operations[one]!.returnedAt! < operations[other]!.calledAt || sameTask(operations, one, other);

export const inProgram =
  (operations: readonly Operation[]): Precedes =>
  (one, other) =>
    sameTask(operations, one, other);

/** Some time between the two is not covered by any operation. */
export const inQuiescence =
  (operations: readonly Operation[]): Precedes =>
  (one, other) => {
    const end = operations[one]!.returnedAt!;
    const begin = operations[other]!.calledAt;
    const times = operations.flatMap(({ calledAt, returnedAt }) => [calledAt, returnedAt ?? Number.POSITIVE_INFINITY]);
    const covered = (time: number): boolean =>
      operations.some(({ calledAt, returnedAt }) => calledAt <= time && time <= (returnedAt ?? Number.POSITIVE_INFINITY));
    const between = times.filter((time) => end <= time && time <= begin).sort((a, b) => a - b);
    return end < begin && between.some((time, index) => index > 0 && between[index - 1]! < time && !covered((between[index - 1]! + time) / 2));
  };
