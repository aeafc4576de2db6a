import type { Ending } from "./provenance.ts";

/** Why an execution or an exploration failed. */
export type FailureKind =
  | "error"
  | "invariant"
  | "deadlock"
  | "livelock"
  | "unhandled-rejection"
  | "leak"
  | "not-linearizable"
  | "nondeterministic";

/** What went wrong in one execution. */
export interface ExecutionFailure {
  readonly kind: FailureKind;
  /** The user's own error, or one that says what happened. */
  readonly error: unknown;
}

/** What one execution came to. */
export interface Outcome {
  readonly failure: ExecutionFailure | undefined;
  /** Events that ran, the body's start not counted. */
  readonly steps: number;
  /** Points at which more than one event was legal. */
  readonly decisions: number;
  /** Steps whose task was another than that of the step before. */
  readonly switches: number;
  /** The longest that an I/O or a continuation was pending while a timer fired, in virtual ms: the latency it took. */
  readonly latencyMs: number;
  /** The least latency beyond the given one with which a timer could have fired that has waited for an I/O, `Infinity` if none has. */
  readonly nextLatencyMs: number;
  /** Whether a delay of an await has counted for the time of what came after it: a seed has to say so. */
  readonly delaysAddUp: boolean;
  /** Whether any decision was about a timer's being late: a seed has to say so. */
  readonly timersMayBeLate: boolean;
  /** How late a timer was, in virtual ms; 0 where none was. */
  readonly lateMs: number;
  /** The decisions that were not FIFO: flat pairs of decision number and index. */
  readonly choices: readonly number[];
  /** A hash of the events that ran, in order, and of what was legal. */
  readonly trace: number;
  /**
   * A hash of what the execution came to: what the body and its tasks returned or threw, and the objects it declared
   * with `shared()`, as it left them. 0 where the program says nothing of it.
   */
  readonly result: number;
  /** Timers still armed and tasks still running when the body had ended, in words. */
  readonly leaks: readonly string[];
  /** For strategies that use provenance. */
  readonly ending?: Ending | undefined;
  /** Set where a strict replay came to a point that its schedule does not fit. */
  readonly diverged: Error | undefined;
}

/**
 * An outcome to be filled in. By a class and not by a literal, for the reason that `emptyList` has: a literal's objects
 * may be made old at birth, and then each keeps its execution from being collected young.
 */
export class OutcomeRecord implements Outcome {
  failure: ExecutionFailure | undefined = undefined;
  steps: number = 0;
  decisions: number = 0;
  switches: number = 0;
  latencyMs: number = 0;
  nextLatencyMs: number = Number.POSITIVE_INFINITY;
  delaysAddUp: boolean = false;
  timersMayBeLate: boolean = false;
  lateMs: number = 0;
  choices: readonly number[] = NONE;
  trace: number = 0;
  result: number = 0;
  leaks: readonly string[] = NONE;
  ending: Ending | undefined = undefined;
  diverged: Error | undefined = undefined;
}

const NONE: readonly never[] = [];
