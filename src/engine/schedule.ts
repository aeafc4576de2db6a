import { mixHash, type EventKind, type PendingEvent } from "./event.ts";

/**
 * One decision that plain JavaScript would have taken otherwise.
 *
 * - `skip`: the legal event at `index` (1 or more) runs here, before the older ones, which keep their places.
 * - `starve`: the legal event at `index` (0 or more) is held back from here on until nothing else can run, or until a
 *   later decision.
 */
export interface Deviation {
  readonly kind: "skip" | "starve";
  /** The number of the decision: how many points with two or more legal events came before. */
  readonly decision: number;
  /** The position among the legal events, FIFO first. */
  readonly index: number;
  /** What stood at that position when the schedule was made: a replay checks it. */
  readonly check: EventCheck | undefined;
  /** Of a `starve`: the decision from which on the event takes its turn again. Default: none does. */
  readonly until?: number | undefined;
  /** Of a `starve`: what the event's task goes on with is held back as well, where the event itself had to run (latency is bounded). */
  readonly holdsTask?: boolean | undefined;
}

/** Enough of an event to tell that a replay has come to another one. */
export interface EventCheck {
  readonly kind: EventKind;
  /** 12 bits of the hash of the event's id. */
  readonly id: number;
}

/** The deviations from plain JavaScript's order, by decision. Plain data; an empty one is FIFO. */
export type Schedule = readonly Deviation[];

export function checkOf(event: PendingEvent): EventCheck {
  return { kind: event.kind, id: mixHash(event.task.hash, event.index) & 0xfff };
}

/** The schedule of an execution from its recorded choices: flat pairs of decision and index. */
export function scheduleOf(choices: readonly number[]): Schedule {
  const schedule: Deviation[] = [];
  for (let at = 0; at < choices.length; at += 2) {
    schedule.push({ kind: "skip", decision: choices[at]!, index: choices[at + 1]!, check: undefined });
  }
  return schedule;
}
