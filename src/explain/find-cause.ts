import type { Plan } from "../engine/plan.ts";
import type { FailingSchedule } from "../engine/shrink.ts";
import { findOrders, hold, keepAll } from "./constraints.ts";
import { type EventOrder, Experiment, type ExperimentSettings, type KnownEvent } from "./experiment.ts";
import { findPassing } from "./passing.ts";
import { isTelling, tellingOrders, type MeasuredShares } from "./telling-orders.ts";
import { decidingDecisions, shareOf, Shares, type Share } from "./shares.ts";
import type { Schedule } from "../engine/schedule.ts";

/** An order of two events, by their path ids, with what was measured of it. */
export interface MeasuredOrder extends MeasuredShares {
  readonly before: OrderedId;
  readonly after: OrderedId;
}

/** An event by its path id in the failing execution, and in the passing one, where it ran there. */
export interface OrderedId {
  readonly id: string;
  readonly passingId: string | undefined;
}

/** What executions show of a failure's cause. */
export interface MeasuredCause {
  /** Executions at random with nothing fixed. */
  readonly base: Share;
  /** By the path id of the event that ran: executions that took the same course up to it, and went on at random. */
  readonly shares: ReadonlyMap<string, Share>;
  /** Path ids of the events that decided, in the order in which they ran. */
  readonly deciding: readonly string[];
  readonly orders: readonly MeasuredOrder[];
  /** Executions at random that keep all of `orders`. */
  readonly kept: Share;
  /** The schedule of the nearest execution that passes. */
  readonly passing: Schedule | undefined;
  readonly isCutShort: boolean;
  /** Executions that were made. */
  readonly runs: number;
}

/** Executions that keep the orders of events which are told, at least. */
const LEAST_KEPT = 4;

/**
 * Finds out by experiment why a schedule fails: the course is rewound to each of its steps and continued at random, and
 * the share of executions that fail jumps where the failure was decided; orders of events are kept, or broken, and what
 * becomes of it is counted. Nothing need be known of the program.
 * @returns `undefined` where the schedule does not fail again.
 */
export function* findCause(failing: FailingSchedule, settings: ExperimentSettings): Plan<MeasuredCause | undefined> {
  const experiment = new Experiment(failing, settings);
  if (!(yield* experiment.begin())) return undefined;
  const { size } = settings;
  // One task over before the other begins: what passes there may be too rare to be met at random.
  yield* shareOf(experiment, { prefix: 0, then: "tasks" }, Math.ceil(size / 4));
  yield* shareOf(experiment, { prefix: 0, then: "plain" }, 1);
  const shares = new Shares(experiment);
  yield* shares.measure();
  if (!shares.all.has(0) && !experiment.isCutShort) return undefined;
  const found = yield* findOrders(experiment);
  yield* shares.refine();
  const deciding = decidingDecisions(shares.all);
  const passing = yield* findPassing(experiment, deciding);
  const passingIds = passing === undefined ? undefined : yield* experiment.idsOf(passing.choices);
  const measured: (EventOrder & MeasuredShares)[] = [];
  // So few executions show nothing: what was chosen by them is no cause.
  const orders = found === undefined || found.kept.of < LEAST_KEPT ? [] : found.orders;
  for (const order of orders) measured.push({ ...order, ...(yield* hold(experiment, order)) });
  // What suffices together is told together, each of them as it stands.
  const suffices = found !== undefined && found.kept.failed === found.kept.of && found.kept.of >= settings.size / 2;
  const telling = suffices ? measured : tellingOrders(measured);
  if (!suffices && telling.length > 0 && telling.every((order) => !isTelling(order))) {
    // Chance chose these. Where the nearest execution that passes parts from the failing course, something was decided; if
    // that does not matter either, nothing is known.
    const parting = passingIds === undefined ? undefined : partingOrder(experiment, [...passingIds.keys()]);
    const held = parting === undefined ? undefined : { ...parting, ...(yield* hold(experiment, parting)) };
    telling.splice(0, telling.length, ...(held !== undefined && isTelling(held) ? [held] : []));
  }
  const isAsFound = telling.length === measured.length && telling.every((order, at) => order === measured[at]);
  const kept = isAsFound || telling.length === 0 ? found?.kept : yield* keepAll(experiment, telling);
  // Which was found first is chance: they are told in the order in which they stand in the failing course.
  telling.sort((one, other) => one.before - other.before || one.after - other.after);
  const idOf = ({ id, key }: KnownEvent): OrderedId => ({ id, passingId: passingIds?.get(key) });
  return {
    base: shares.all.get(0) ?? { failed: 0, of: 0 },
    shares: byEvent(experiment, shares.all),
    deciding: deciding.flatMap((decision) => experiment.events.find(({ decisions }) => decisions === decision)?.id ?? []),
    orders: telling.map((order) => ({ before: idOf(experiment.events[order.before]!), after: idOf(experiment.events[order.after]!), kept: order.kept, broken: order.broken })),
    kept: kept ?? { failed: 0, of: 0 },
    passing: passing?.schedule,
    isCutShort: experiment.isCutShort,
    runs: experiment.spent,
  };
}

/**
 * What ran where an execution that passes parts from the failing course, before what ran there in its place.
 * @param passing - keys of the events of the one that passes, in their order.
 */
function partingOrder({ events, length }: Experiment, passing: readonly number[]): EventOrder | undefined {
  const before = events.slice(0, length).findIndex(({ key }, at) => passing[at] !== key);
  if (before < 0) return undefined;
  const after = events.findIndex(({ key }) => key === passing[before]);
  return after > before ? { before, after } : undefined;
}

/** A step without a decision has the share of the one before it. */
function byEvent({ events, length }: Experiment, shares: ReadonlyMap<number, Share>): ReadonlyMap<string, Share> {
  const found = new Map<string, Share>();
  for (const { id, decisions } of events.slice(0, length)) {
    const share = shares.get(decisions);
    if (share !== undefined) found.set(id, share);
  }
  return found;
}
