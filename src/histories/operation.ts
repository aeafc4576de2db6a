import { HeddleError } from "../engine/errors.ts";

/**
 * One operation of a recorded concurrent history.
 *
 * Times are numbers of any unit with one origin: milliseconds, a logical clock, positions in a log. Two times that are
 * equal say nothing about their order, so an operation that was called when another one returned overlaps it. Operations
 * of one task follow each other even then, in the order in which they stand in the list.
 */
export interface Operation<Input = unknown, Output = unknown> {
  /** Who called: a task has one operation under way at a time. */
  readonly task: string | number;
  readonly input: Input;
  /** What the operation answered. Left out, it answered `undefined`. Not looked at where there is no `returnedAt`. */
  readonly output?: Output | undefined;
  readonly calledAt: number;
  /**
   * Left out: the outcome is unknown. The operation may have taken effect at any time after its call, or may never do
   * so, and what it would have answered is not known. Its task may have given up and gone on to other operations.
   */
  readonly returnedAt?: number | undefined;
}

function bad(index: number, problem: string): HeddleError {
  return new HeddleError("BAD_HISTORY", `operation ${index} ${problem}`);
}

function checkTimes({ calledAt, returnedAt }: Operation, index: number): void {
  if (typeof calledAt !== "number" || !Number.isFinite(calledAt)) {
    throw bad(index, `was called at ${String(calledAt)}: give a finite number as calledAt`);
  }
  if (returnedAt === undefined) {
    return;
  }
  if (typeof returnedAt !== "number" || !Number.isFinite(returnedAt)) {
    throw bad(index, `returned at ${String(returnedAt)}: give a finite number, or leave returnedAt out where the outcome is unknown`);
  }
  if (returnedAt < calledAt) {
    throw bad(index, `returned at ${returnedAt}, before it was called at ${calledAt}`);
  }
}

/**
 * For each operation the one of the same task that came before it, or -1. Operations of unknown outcome come before
 * nothing, since they may take effect after what their task did next.
 *
 * @throws HeddleError `BAD_HISTORY`: no list, an operation that is no object, a task that is neither text nor a number,
 * times that are no finite numbers, a return before its call, operations of one task that overlap.
 */
export function programOrder(operations: readonly Operation[]): Int32Array {
  if (!Array.isArray(operations)) {
    throw new HeddleError("BAD_HISTORY", "the history is no list: give an array of { task, input, output, calledAt, returnedAt }");
  }
  const tasks = new Map<string | number, number[]>();
  for (const [index, operation] of (operations as readonly (Operation | null | undefined)[]).entries()) {
    if (typeof operation !== "object" || operation === null) {
      throw bad(index, "is no object: give { task, input, output, calledAt, returnedAt }");
    }
    if (typeof operation.task !== "string" && typeof operation.task !== "number") {
      throw bad(index, "has no task: give a text or a number as task");
    }
    checkTimes(operation, index);
    const own = tasks.get(operation.task);
    if (own === undefined) {
      tasks.set(operation.task, [index]);
    } else {
      own.push(index);
    }
  }
  const before = new Int32Array(operations.length).fill(-1);
  for (const own of tasks.values()) {
    own.sort((a, b) => operations[a]!.calledAt - operations[b]!.calledAt || endOf(operations[a]!) - endOf(operations[b]!) || a - b);
    let last = -1;
    for (const index of own) {
      const operation = operations[index]!;
      if (last >= 0 && operations[last]!.returnedAt! > operation.calledAt) {
        throw bad(
          index,
          `of task ${JSON.stringify(operation.task)} was called at ${operation.calledAt}, while the task's operation ${last} was under way ` +
            `until ${operations[last]!.returnedAt}: give operations that overlap tasks of their own`,
        );
      }
      before[index] = last;
      if (operation.returnedAt !== undefined) {
        last = index;
      }
    }
  }
  return before;
}

/** Of two operations called at one time, one that took no time, or was given up, came first. */
function endOf(operation: Operation): number {
  return operation.returnedAt ?? operation.calledAt;
}
