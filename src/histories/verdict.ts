import type { Bound } from "./budget.ts";

/** There is an order that the specification allows. */
export interface Ordered<Verdict extends string> {
  readonly verdict: Verdict;
  /** One such order, as positions in the list of operations. Operations of unknown outcome that are left out did nothing. */
  readonly linearization: readonly number[];
  /** How many configurations were looked at: sets of operations in order, with the state they lead to. */
  readonly configurations: number;
}

/** There is no order that the specification allows. */
export interface Unordered<Verdict extends string, Output> {
  readonly verdict: Verdict;
  /**
   * The longest order there is of operations from the beginning, as positions: every operation of the same partition
   * that returned before the misfit is in it.
   */
  readonly prefix: readonly number[];
  /**
   * The operation that fits nowhere: the history up to its return cannot be ordered, and without it it can. Where times
   * don't count: each task's next operation after the longest order that was found.
   */
  readonly misfits: readonly Misfit<Output>[];
  /** The key of the partition that cannot be ordered, where the model has partitions. */
  readonly partition?: unknown;
  /**
   * There where the verdict rests on something that was seen in every state tried, and not proved: `"growth"`, that
   * operations only add to the end of what a read answers, or replace it. Small histories are always decided without.
   */
  readonly assuming?: "growth";
  readonly configurations: number;
}

/** The budget ran out, so nothing is known. */
export interface Undecided {
  readonly verdict: "unknown";
  /** What ran out. */
  readonly bound: Bound;
  readonly configurations: number;
}

/** An operation that fits nowhere. */
export interface Misfit<Output> {
  /** Its position in the list of operations. */
  readonly operation: number;
  /** What the model would have allowed it to answer, after some longest order of the others. */
  readonly expected: readonly Output[];
}

export type Linearizability<Output = unknown> = Ordered<"linearizable"> | Unordered<"not-linearizable", Output> | Undecided;
export type SequentialConsistency<Output = unknown> = Ordered<"sequential"> | Unordered<"not-sequential", Output> | Undecided;
export type QuiescentConsistency<Output = unknown> = Ordered<"quiescent"> | Unordered<"not-quiescent", Output> | Undecided;
