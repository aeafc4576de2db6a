import type { FailureKind } from "../engine/outcome.ts";
import type { ExplorationResult } from "../engine/exploration.ts";
import type { OrderName } from "../engine/options.ts";
import type { Schedule } from "../engine/schedule.ts";
import type { Timeline } from "../report/timeline.ts";

/** A failure that was found, shrunk and confirmed. */
export interface Failure {
  readonly kind: FailureKind;
  /** The user's own error, as it was thrown, or one that says what happened. */
  readonly error: unknown;
  /** What went wrong, in one sentence. */
  readonly sentence: string;
  /** The text that replays it: give it back as `seed`, or in `HEDDLE_SEED`. Empty if it cannot be replayed. */
  readonly seed: string;
  /** The seed of the failure as it was found, before shrinking. */
  readonly originalSeed: string;
  /** How the schedule differs from plain JavaScript's order, after shrinking. */
  readonly deviations: Schedule;
  readonly timeline: Timeline;
  /** The order that it needs: `production` if it can happen as it stands. */
  readonly order: OrderName;
  /** The least latency (virtual ms) with which it fails, 0 where time does not matter. */
  readonly latencyMs: number;
  /** Replays that failed alike, of so many: `"5 of 5"`. */
  readonly reproduced: string;
  /** The execution of the search in which it was found, from 1. */
  readonly foundAt: number;
  /** The whole report. */
  toString(): string;
}

/** What an exploration came to. */
export interface Exploration {
  readonly verdict: "passed" | "failed";
  /** Every legal schedule was tried, within `bound` if one was set. */
  readonly complete: boolean;
  /** Executions of the search: replays and shrinking are not counted. */
  readonly runs: number;
  /** Executions that took a course of their own. */
  readonly distinct: number;
  /** Events that ran, in all executions of the search. */
  readonly steps: number;
  /** The base seed of the search, or the seed that was replayed. */
  readonly seed: string;
  /** Real ms. */
  readonly elapsedMs: number;
  /** What escaped control, in words. */
  readonly uncontrolled: readonly string[];
  /** What the verdict is worth, exactly. */
  readonly summary: string;
  readonly failure?: Failure;
}

/** Says what the search has shown, and no more than that. */
export function summarise(result: ExplorationResult): string {
  if (result.found !== undefined) {
    const { found } = result;
    return `failed in execution ${found.foundAt} of the search, under ${found.order}`;
  }
  return result.orders.map((summary) => summariseOrder(summary)).join("; ");
}

function summariseOrder({ order, runs, complete, vacuous }: ExplorationResult["orders"][number]): string {
  if (vacuous) return `${order}: nothing to decide (one order only)`;
  const executions = `${runs.toLocaleString("en")} execution${runs === 1 ? "" : "s"}`;
  if (complete) return `${order}: complete, none of all ${executions} failed`;
  return `${order}: none of ${executions} failed; a failure in 1 of ${Math.max(1, Math.floor(runs / 3))} random schedules would have been found with 95 %`;
}
