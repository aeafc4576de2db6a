import type { Plan } from "../engine/plan.ts";
import type { FailingSchedule } from "../engine/shrink.ts";
import { findOrders, hold } from "./constraints.ts";
import { type EventOrder, Experiment, type ExperimentSettings, type KnownEvent } from "./experiment.ts";
import { findPassing } from "./passing.ts";
import { decidingDecisions, shareOf, Shares, type Share } from "./shares.ts";
import type { Schedule } from "../engine/schedule.ts";

/** What became of executions that have an order of two events, and of such as have it the other way round. */
interface MeasuredShares {
  readonly kept: Share;
  readonly broken: Share;
}

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
  for (const order of found?.orders ?? []) measured.push({ ...order, ...(yield* hold(experiment, order)) });
  // Which was found first is chance: they are told in the order in which they stand in the failing course.
  measured.sort((one, other) => one.before - other.before || one.after - other.after);
  const idOf = ({ id, key }: KnownEvent): OrderedId => ({ id, passingId: passingIds?.get(key) });
  return {
    base: shares.all.get(0) ?? { failed: 0, of: 0 },
    shares: byEvent(experiment, shares.all),
    deciding: deciding.flatMap((decision) => experiment.events.find(({ decisions }) => decisions === decision)?.id ?? []),
    orders: measured.map(({ before, after, kept, broken }) => ({ before: idOf(experiment.events[before]!), after: idOf(experiment.events[after]!), kept, broken })),
    kept: found?.kept ?? { failed: 0, of: 0 },
    passing: passing?.schedule,
    isCutShort: experiment.isCutShort,
    runs: experiment.spent,
  };
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
