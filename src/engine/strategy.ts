import { asError } from "./errors.ts";
import type { PendingEvent } from "./event.ts";
import type { Outcome } from "./outcome.ts";
import type { Deviation } from "./schedule.ts";

/** How a reduced search has spent its executions. */
export interface Reduction {
  /** Orders that differ in more than independent steps: one execution each. */
  readonly orders: number;
  /** Executions that were given up as a repetition of one of these. */
  readonly repeated: number;
}

/**
 * Decides what runs next. A strategy is policy only: it sees the legal events and returns one of them.
 * Pass your own as `strategy` in the options; the same object serves all executions of an exploration.
 */
export interface Strategy {
  /** Shown in reports. */
  readonly name: string;

  /** Whether its end (`begin` returning `false`) means that every legal schedule within its bound was tried. */
  readonly exhaustive?: boolean;

  /**
   * What its end covers all of, in the plural, for the verdict. Default: "interleavings". A strategy that leaves out
   * schedules which come to the same says so here.
   */
  readonly covers?: string;

  /**
   * Whether the schedule of the execution under way is drawn at random. Only such executions count when the verdict
   * says how rare a failure would have been found.
   */
  readonly isRandom?: boolean;

  /** How many schedules there are in all, by what the executions so far have shown; `undefined` if it cannot tell. */
  readonly estimate?: number | undefined;

  /** Whether `footprint` of the events that ran is to be filled in. It costs: declared objects are watched then. */
  readonly usesFootprints?: boolean;

  /** Whether `provenance` of the events is to be filled in. It costs: heddle watches promises, timers and signals then. */
  readonly usesProvenance?: boolean;

  /** Whether it goes by the numbers of decisions in a schedule, so that each of them has to be asked for: see `Meetings`. */
  readonly followsSchedule?: boolean;
  /** Told of a decision for which it is not asked, as the event at that place is independent of everything else. */
  readonly passes?: (index: number) => void;

  /** The first steps of the execution under way, of which it knows the footprints already: they aren't taken down again. */
  readonly knownSteps?: number;

  /** What has been counted as one so far, for strategies that don't try orders which differ in independent steps only. */
  readonly reduction?: Reduction | undefined;

  /**
   * Called before each execution with its number, from 0; 0 begins a new exploration and resets all state.
   * Returning `false` says that nothing is left to try: the search ends.
   */
  begin?(run: number): boolean | void;

  /**
   * Returns one of `legal`. Called only where there are two or more.
   * @param legal - in the order plain JavaScript would run them: `legal[0]` is FIFO. Valid during the call only.
   * @param decision - how many decisions this strategy was already asked for in this execution.
   */
  pick(legal: readonly PendingEvent[], decision: number): PendingEvent;

  /** Called when the step of `event` is over. */
  ran?(event: PendingEvent): void;

  /**
   * Called for each declared place that an invariant or a `sometimes` has read, with `EVERYTHING` for one that has read
   * none; before the next `pick`.
   */
  watches?(place: string): void;

  /** Called after each execution. */
  end?(outcome: Outcome): void;
}

/** A strategy that follows given deviations, and can say what they came to. */
export interface ReplayStrategy extends Strategy {
  /** The deviations that took effect in the last execution, with their checks. */
  effective(): readonly Deviation[];

  /** Asks for `heldBack`, before an execution: to know it costs each decision a look at all events that it passes over. */
  noteHeldBack(): void;

  /** The last execution's course once more, as what was held back from when to when; none unless asked for before. */
  heldBack(): readonly Deviation[];
}

/** Tells a strategy how an execution ended. It may object: then the execution has diverged. */
export function tellEnd(strategy: Strategy, outcome: Outcome): Outcome {
  try {
    strategy.end?.(outcome);
    return outcome;
  } catch (error) {
    return { ...outcome, diverged: outcome.diverged ?? asError(error) };
  }
}
