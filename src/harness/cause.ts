import type { OrderName } from "../engine/options.ts";
import type { Schedule } from "../engine/schedule.ts";
import type { ExecutionRequest, Plan } from "../engine/plan.ts";
import { failsAlike, type FailingSchedule } from "../engine/shrink.ts";
import { findCause, type MeasuredCause, type OrderedId } from "../explain/find-cause.ts";
import { realNow } from "../host/natives.ts";
import { recentNow } from "../host/pacing.ts";
import type { Cause, OrderedEvent, Timeline, TimelineStep } from "../report/timeline.ts";
import { replay } from "../strategies/replay.ts";
import { isDear, LEAST_EXPERIMENT, sizeOfExperiment, Weighing } from "./experiment-size.ts";
import { single } from "./session.ts";

/** Of the time for shrinking, what the search for a cause takes where executions are so dear that not all can be made: */
const DEAR_TIME = 0.5;
/** even where shrinking has used up all. */
const LEAST_TIME = 0.3;
/** So many times as long at most, of what the search has left over. */
const MOST_TIME = 4;
/** The same for one generated input of many: each smaller one that fails is looked at. */
const INPUT_TIME = 0.05;
/** Real ms, where shrinking may take as long as it likes: nobody waits for a cause like that. */
const ENDLESS_MS = 5000;

/** What looking for a cause needs of an exploration. */
export interface CauseSearch {
  readonly run: <Result>(plan: Plan<Result>) => Promise<Result>;
  readonly record: (request: ExecutionRequest, order: OrderName, schedule: Schedule) => Promise<Timeline>;
  /** Real ms for shrinking, and how many of them are left. */
  readonly shrinkMs: number;
  readonly leftMs: number;
  /** Of the time that the search had, what it has not used. */
  readonly unusedMs: number;
  /** It is one of many inputs. */
  readonly isInput: boolean;
  /** It is a test of a suite. */
  readonly isOneOfMany: boolean;
}

/**
 * Records a failing schedule, and looks for its cause by experiment. Where plain JavaScript's order fails under
 * `production`, and every other order there as well, the same order under `latency` may have one that passes: it is the
 * one that is shown, for it has a row for each await.
 */
export async function explainByExperiment(search: CauseSearch, failing: FailingSchedule, order: OrderName): Promise<Timeline> {
  const first = await measured(search, failing, order);
  const isOnlyOrder = first === undefined || first.passing === undefined;
  if (order === "production" && failing.schedule.length === 0 && isOnlyOrder) {
    const outcome = await search.run(single({ strategy: replay([], false), order: "latency" }));
    const isAlike = failsAlike(outcome, failing.outcome);
    const other = isAlike ? await measured(search, { schedule: [], outcome }, "latency") : undefined;
    if (isAlike && (other?.passing !== undefined || failing.outcome.steps === 0)) return await told(search, { schedule: [], outcome }, "latency", order, other);
  }
  return await told(search, failing, order, order, first);
}

/** What an execution takes is seen from the quickest of so many, as others may be busy in between. */
const TIMED = 4;
/** Most take longer than the quickest: so many times as long. */
const SLOWER = 1.5;

/** What an execution weighs, in steps, and how long it takes. */
async function costOf(search: CauseSearch, { schedule }: FailingSchedule, order: OrderName): Promise<{ readonly weight: number; readonly ms: number }> {
  let [weight, ms] = [0, Number.POSITIVE_INFINITY];
  for (let time = 0; time < TIMED; time += 1) {
    const strategy = new Weighing(replay(schedule, false));
    const begunAt = realNow();
    await search.run(single({ strategy, order }));
    ms = Math.min(ms, realNow() - begunAt);
    weight = strategy.weight;
  }
  return { weight, ms: Math.max(1e-3, ms) };
}

/**
 * How many executions are made depends on what they weigh. The time is a limit that is seldom come to: where it is, the
 * report says so, and what was measured until then is told.
 */
async function measured(search: CauseSearch, failing: FailingSchedule, order: OrderName): Promise<MeasuredCause | undefined> {
  const { shrinkMs, isInput } = search;
  if (shrinkMs <= 0) return undefined;
  const begunAt = realNow();
  const { weight, ms } = await costOf(search, failing, order);
  const planned = sizeOfExperiment(weight, isInput);
  const { timeMs, dearMs } = timeFor(search);
  // The smallest experiment is not broken off where it has room in what the search has not used.
  const leastMs = Math.min(timeMs, ms * LEAST_EXPERIMENT.runs * SLOWER);
  const endsAt = begunAt + (isDear(ms, timeMs) ? Math.max(dearMs, leastMs) : timeMs);
  const { runs, samples } = search.isOneOfMany || isDear(ms, timeMs) ? LEAST_EXPERIMENT : planned;
  return await search.run(findCause(failing, { order, runs, hasTime: () => recentNow() < endsAt, size: samples }));
}

/** Real ms, for all executions, and for as many as there is time for. */
function timeFor({ shrinkMs, leftMs, unusedMs, isInput }: CauseSearch): { readonly timeMs: number; readonly dearMs: number } {
  if (shrinkMs === Number.POSITIVE_INFINITY) return { timeMs: ENDLESS_MS, dearMs: ENDLESS_MS };
  if (isInput) return { timeMs: shrinkMs * INPUT_TIME, dearMs: shrinkMs * INPUT_TIME };
  const dearMs = Math.max(Math.min(leftMs, shrinkMs * DEAR_TIME), shrinkMs * LEAST_TIME);
  const unused = Math.min(unusedMs === Number.POSITIVE_INFINITY ? shrinkMs : unusedMs, shrinkMs * MOST_TIME);
  return { timeMs: Math.max(leftMs, dearMs, unused), dearMs };
}

/** @param needed - the order that the failure is told of. */
async function told(search: CauseSearch, failing: FailingSchedule, order: OrderName, needed: OrderName, found: MeasuredCause | undefined): Promise<Timeline> {
  const timeline = await search.record({ strategy: replay(failing.schedule, false), order }, needed, failing.schedule);
  if (found === undefined) return timeline;
  const { passing } = found;
  const other = passing === undefined ? undefined : await search.record({ strategy: replay(passing, false), order }, needed, passing);
  return withCause(timeline, found, other);
}

function withCause(timeline: Timeline, found: MeasuredCause, passing: Timeline | undefined): Timeline {
  const steps = timeline.steps.map((step, index): TimelineStep => {
    const share = index === 0 ? found.base : found.shares.get(step.event);
    return share === undefined || share.of === 0 ? step : { ...step, share };
  });
  const positions = positionsOf(timeline);
  const passingPositions = passing === undefined ? undefined : positionsOf(passing);
  const placed = ({ id, passingId }: OrderedId): OrderedEvent => {
    const [step, passingStep] = [positions.get(id), passingId === undefined ? undefined : passingPositions?.get(passingId)];
    return { event: id, ...(step === undefined ? {} : { step }), ...(passingStep === undefined ? {} : { passingStep }) };
  };
  const cause: Cause = {
    base: found.base,
    deciding: found.deciding.flatMap((id) => positions.get(id) ?? []),
    constraints: found.orders.map(({ before, after, kept, broken }) => ({ before: placed(before), after: placed(after), kept, broken })),
    kept: found.kept,
    ...(passing === undefined ? {} : { passing: { timeline: passing, partsAt: partingOf(timeline, passing) } }),
    isCutShort: found.isCutShort,
  };
  return { ...timeline, steps, cause };
}

function positionsOf({ steps }: Timeline): ReadonlyMap<string, number> {
  // Native code that went on within a step has a row, and no event.
  return new Map(steps.flatMap(({ event, legal }, index) => (legal.length > 0 ? [[event, index] as const] : [])));
}

function partingOf(one: Timeline, other: Timeline): number {
  const at = one.steps.findIndex((step, index) => step.event !== other.steps[index]?.event);
  return at < 0 ? one.steps.length : at;
}
