import type { Operation } from "./operation.ts";

/** When operations took place, as the search needs it. Operations that returned are numbered in the order of their calls. */
export interface Arrangement {
  /** Position in the list of operations, by number. */
  readonly returned: Int32Array;
  /** The position of each operation of unknown outcome, in the order of their calls. */
  readonly pending: Int32Array;
  /** By number: how many operations returned before this one. */
  readonly rank: Int32Array;
  /** By rank: the number of the operation. */
  readonly byReturn: Int32Array;
  /** By rank: how many operations that returned had been called by then. They are those of the lowest numbers. */
  readonly called: Int32Array;
  /** By rank: how many operations of unknown outcome had been called by then. */
  readonly pendingCalled: Int32Array;
  /** By number: another operation that has to come first although the times do not say so, or -1. */
  readonly after: Int32Array;
  /** The same of operations of unknown outcome. */
  readonly pendingAfter: Int32Array;
  /** Whether any operation has such a predecessor. */
  readonly chained: boolean;
  /** Only the order within each task counts. */
  readonly timeless: boolean;
}

/** A stretch of time: `from` the call `to` the return, which is infinite exactly where the outcome is unknown. */
interface Span {
  readonly from: number;
  readonly to: number;
}

const UNKNOWN = Number.POSITIVE_INFINITY;

/**
 * For linearizability: an operation comes before another if it returned before the other was called.
 *
 * @param members positions of the operations to arrange
 * @param before what `programOrder` gave. Of one task an operation can return at the very time at which the next is called.
 */
export function byRealTime(operations: readonly Operation[], members: readonly number[], before: Int32Array): Arrangement {
  const spanOf = (at: number): Span => ({ from: operations[at]!.calledAt, to: operations[at]!.returnedAt ?? UNKNOWN });
  const tied = (at: number): number => {
    const previous = before[at]!;
    return previous >= 0 && operations[previous]!.returnedAt === operations[at]!.calledAt ? previous : -1;
  };
  return arrange(members, spanOf, tied, false);
}

/** For sequential consistency: only the order within each task counts. */
export function byProgram(operations: readonly Operation[], members: readonly number[], before: Int32Array): Arrangement {
  const spanOf = (at: number): Span => ({ from: 0, to: operations[at]!.returnedAt === undefined ? UNKNOWN : 0 });
  return arrange(members, spanOf, (at) => before[at]!, true);
}

/**
 * For quiescent consistency: an operation comes before another if at some time between them no operation was under way.
 * (Aspnes, Herlihy, Shavit, Counting networks, 1994.) So each takes as long as the whole busy time it is part of.
 */
export function byQuiescence(operations: readonly Operation[], members: readonly number[]): Arrangement {
  const spans: Span[] = [];
  const order = operations.map((_, at) => at).sort((a, b) => operations[a]!.calledAt - operations[b]!.calledAt);
  let busy: number[] = [];
  let end = Number.NEGATIVE_INFINITY;
  const close = (): void => {
    for (const at of busy) {
      spans[at] = { from: operations[busy[0]!]!.calledAt, to: operations[at]!.returnedAt === undefined ? UNKNOWN : Math.min(end, Number.MAX_VALUE) };
    }
    busy = [];
  };
  for (const at of order) {
    const { calledAt, returnedAt } = operations[at]!;
    if (calledAt > end) {
      close();
    }
    busy.push(at);
    end = Math.max(end, returnedAt ?? UNKNOWN);
  }
  close();
  return arrange(members, (at) => spans[at]!, () => -1, false);
}

function arrange(
  members: readonly number[],
  spanOf: (at: number) => Span,
  predecessorOf: (at: number) => number,
  timeless: boolean,
): Arrangement {
  const spans = new Map(members.map((at) => [at, spanOf(at)]));
  const from = (at: number): number => spans.get(at)!.from;
  const to = (at: number): number => spans.get(at)!.to;
  const inOrder = [...members].sort((a, b) => from(a) - from(b) || a - b);
  const returned = inOrder.filter((at) => to(at) !== UNKNOWN);
  const pending = inOrder.filter((at) => to(at) === UNKNOWN);
  const numbers = new Map(returned.map((at, number) => [at, number]));
  const byReturn = returned.map((_, number) => number).sort((a, b) => to(returned[a]!) - to(returned[b]!) || a - b);
  const rank = new Int32Array(returned.length);
  for (const [position, number] of byReturn.entries()) {
    rank[number] = position;
  }
  const calledBy = (calls: readonly number[]): Int32Array => {
    let count = 0;
    return Int32Array.from(byReturn, (number) => {
      while (count < calls.length && from(calls[count]!) <= to(returned[number]!)) {
        count += 1;
      }
      return count;
    });
  };
  const predecessors = (list: readonly number[]): Int32Array => Int32Array.from(list, (at) => numbers.get(predecessorOf(at)) ?? -1);
  const after = predecessors(returned);
  const pendingAfter = predecessors(pending);
  return {
    returned: Int32Array.from(returned),
    pending: Int32Array.from(pending),
    rank,
    byReturn: Int32Array.from(byReturn),
    called: calledBy(returned),
    pendingCalled: calledBy(pending),
    after,
    pendingAfter,
    chained: after.some((one) => one >= 0) || pendingAfter.some((one) => one >= 0),
    timeless,
  };
}

/** By number: the last number of the same class that comes earlier in a list, or -1. With `chained` no two are alike. */
export function twins(list: Int32Array, classes: Int32Array, chained: boolean): Int32Array {
  const result = new Int32Array(list.length).fill(-1);
  const last = new Map<number, number>();
  for (const number of chained ? [] : list) {
    result[number] = last.get(classes[number]!) ?? -1;
    last.set(classes[number]!, number);
  }
  return result;
}
