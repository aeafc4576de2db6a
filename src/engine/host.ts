import type { PendingEvent } from "./event.ts";
import type { ExecutionFailure } from "./outcome.ts";

/**
 * All that the engine knows of the machine it runs on. Both operations either finish at once and return `true`,
 * or return `false` and call `resume` later, once.
 */
export interface Host {
  /** Runs whatever can run without the scheduler, until only pending events remain. */
  settle(resume: () => void): boolean;

  /**
   * Waits (bounded) until real I/O that is under way has become events. After `resume` it is asked again; it
   * returns `true` once waiting longer is of no use.
   * @param idle - nothing is legal: worth waiting a little even if no I/O is known to be under way.
   */
  waitForOutside(idle: boolean, resume: () => void): boolean;
}

/**
 * What an execution runs: made afresh for each.
 * @typeParam Running - the execution, which it reports to: `Execution`, whose own file knows this one.
 */
export interface Program<Running> {
  /** Runs the body's first synchronous part, and reports to the execution from then on. */
  start(execution: Running): void;
  /** Called after every step, while `isWatched`. Throws where an invariant does not hold. */
  check?(): void;
  /** `false` while there is nothing to check. */
  readonly isWatched?: boolean;
  /** The body and its spawned tasks are settled. */
  readonly finished: boolean;
  /** What it came to, as a hash: asked for after `end`. */
  readonly result?: number;
  /** What waits for a lock; asked for at the end. */
  readonly blocked?: readonly PendingEvent[];
  /** Asked of what an event throws: `true` where the program has a handler of its own for it, which was told. */
  handles?(error: unknown): boolean;
  /** Called once when the execution is over, however it ended. What it returns fails an execution that passed or hung. */
  end?(execution: Running): ExecutionFailure | undefined;
  /** Called last, when nothing of the execution runs any more. */
  close?(): void;
}
