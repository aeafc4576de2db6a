import type { Plan } from "../engine/plan.ts";
import { keysOf, orderIn, reversed, type EventOrder, type Experiment, type Sample } from "./experiment.ts";
import type { Share } from "./shares.ts";

/** Orders of events that are told of one failure. */
const MOST_ORDERS = 6;
/** Events of the failing course that are looked at, the last ones. */
const MOST_EVENTS = 160;
/** Executions of each kind that are compared. */
const MOST_COMPARED = 400;
/** Times that executions which keep all orders and pass add to them. */
const MOST_ROUNDS = 8;

/** Orders that make the failure, as far as executions tell. */
export interface FoundOrders {
  readonly orders: readonly EventOrder[];
  /** Executions at random that keep all of them. */
  readonly kept: Share;
}

/**
 * Which orders of events make the failure: of those that the failing course has, a few that every passing execution
 * breaks at least one of. They are chosen from what was seen, greedily; then executions are made that keep all of them,
 * and if any of these passes, it is one more to be told apart (counterexample-guided, as in inductive synthesis). At the
 * end each order is left out, and made weaker, where executions that only the weaker one allows fail as well.
 */
export function* findOrders(experiment: Experiment): Plan<FoundOrders | undefined> {
  let chosen: readonly EventOrder[] = [];
  let kept: Share = { failed: 0, of: 0 };
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const next = choose(experiment);
    if (next === undefined) break;
    chosen = next;
    kept = yield* whileKept(experiment, chosen, true);
    if (kept.failed === kept.of || !experiment.hasBudget) break;
  }
  if (chosen.length === 0 || kept.of === 0) return undefined;
  if (kept.failed === kept.of) {
    chosen = yield* withoutSuperfluous(experiment, chosen);
    chosen = yield* weakened(experiment, chosen);
    chosen = yield* withoutSuperfluous(experiment, chosen);
  }
  const all = yield* whileKept(experiment, chosen, false);
  // Where there was no time for that, those count that led here.
  return { orders: chosen, kept: all.of > 0 ? all : kept };
}

/** What became of executions that keep one order, at random, and of such as have it the other way round. */
export function* hold(experiment: Experiment, order: EventOrder): Plan<{ readonly kept: Share; readonly broken: Share }> {
  const broken = yield* whileKept(experiment, [reversed(order)], false);
  return { kept: yield* whileKept(experiment, [order], false), broken };
}

/** What became of executions at random that keep all of these orders. */
export function* keepAll(experiment: Experiment, orders: readonly EventOrder[]): Plan<Share> {
  return yield* whileKept(experiment, orders, false);
}

/**
 * Executions at random that keep all of some orders. Those in which one of them can't be kept don't count.
 * @param untilOnePasses - end with the first that passes.
 */
function* whileKept(experiment: Experiment, orders: readonly EventOrder[], untilOnePasses: boolean): Plan<Share> {
  const keep = keysOf(experiment, orders);
  let [failed, of] = [0, 0];
  const { size } = experiment.settings;
  for (let made = 0; made < size * 2 && of < size; made += 1) {
    const sample = yield* experiment.sample({ prefix: 0, then: made % 4 === 3 ? "tasks" : "walk", keep });
    if (sample === undefined) break;
    if (!orders.every((order) => orderIn(sample, order) === "kept")) continue;
    of += 1;
    if (sample.fails) failed += 1;
    else if (untilOnePasses) break;
  }
  return { failed, of };
}

/** Whether executions fail that keep these orders: as far as a few tell. Where none could keep them, there is nothing against it. */
function* stillFails(experiment: Experiment, orders: readonly EventOrder[]): Plan<boolean> {
  if (!experiment.hasBudget) return false;
  const { failed, of } = yield* whileKept(experiment, orders, true);
  return failed === of && experiment.hasBudget;
}

/** Only executions that break an order tell whether it matters. */
function* withoutSuperfluous(experiment: Experiment, orders: readonly EventOrder[]): Plan<readonly EventOrder[]> {
  let left = orders;
  for (const order of orders) {
    if (left.length === 1) break;
    const others = left.filter((one) => one !== order);
    if ((yield* stillFails(experiment, [...others, reversed(order)])) && (yield* stillFails(experiment, others))) left = others;
  }
  return left;
}

/**
 * An order is weaker with an earlier event before, or a later one after: as long as executions fail that only the
 * weaker one allows, it is the right one. What is left stands at the steps that race.
 */
function* weakened(experiment: Experiment, orders: readonly EventOrder[]): Plan<readonly EventOrder[]> {
  let current = [...orders];
  for (let at = 0; at < current.length; at += 1) {
    for (;;) {
      const order = current[at]!;
      const others = current.filter((_order, other) => other !== at);
      let next: EventOrder | undefined;
      for (const weaker of weakerThan(experiment, order)) {
        const difference = [...others, weaker, reversed(order)];
        if ((yield* stillFails(experiment, difference)) && (yield* stillFails(experiment, [...others, weaker]))) {
          next = weaker;
          break;
        }
      }
      if (next === undefined) break;
      current = current.map((one, other) => (other === at ? next! : one));
    }
  }
  return current;
}

/** With the event before the first in its task, and with the one behind the second in its. */
function weakerThan({ events, length }: Experiment, { before, after }: EventOrder): EventOrder[] {
  const found: EventOrder[] = [];
  const earlier = findNear(events.slice(0, before).reverse(), taskOf(events[before]!.id));
  if (earlier >= 0) found.push({ before: before - 1 - earlier, after });
  if (after < length) {
    const later = findNear(events.slice(after + 1), taskOf(events[after]!.id));
    if (later >= 0) found.push({ before, after: after + 1 + later });
  }
  return found;
}

function findNear(events: readonly { readonly id: string }[], task: string): number {
  return events.findIndex(({ id }) => taskOf(id) === task);
}

function taskOf(id: string): string {
  return id.slice(0, id.lastIndexOf("#"));
}

/** A few orders of the failing course, at least one of which each passing sample breaks; `undefined` if there are none. */
function choose(experiment: Experiment): EventOrder[] | undefined {
  const { samples } = experiment;
  const failing = samples.filter(({ fails }) => fails).slice(-MOST_COMPARED);
  // The last ones came nearest: they keep what was chosen before, and pass.
  let open = samples.filter(({ fails }) => !fails).slice(-MOST_COMPARED);
  if (open.length === 0) return undefined;
  const candidates = candidatesOf(experiment, open);
  const chosen: EventOrder[] = [];
  while (open.length > 0) {
    let best: EventOrder | undefined;
    let highest = 0;
    for (const order of candidates) {
      const score = scoreOf(order, open, failing);
      if (score > highest) [best, highest] = [order, score];
    }
    if (best === undefined || chosen.length === MOST_ORDERS) return chosen.length === 0 ? undefined : chosen;
    const taken = best;
    chosen.push(taken);
    open = open.filter((sample) => !isBroken(sample, taken));
  }
  return chosen;
}

/** How many samples that pass it tells from the failing course; less what it denies of those that fail. */
function scoreOf(order: EventOrder, open: readonly Sample[], failing: readonly Sample[]): number {
  let score = 0;
  for (const sample of open) {
    const found = orderIn(sample, order);
    // Where one of the two did not even run, something else was decided before.
    score += found === "broken" ? 1 : found === "missing" ? 0.5 : 0;
  }
  if (score === 0) return 0;
  let denied = 0;
  for (const sample of failing) if (isBroken(sample, order)) denied += 1;
  const share = failing.length === 0 ? 0 : denied / failing.length;
  // Of equally good ones the events that ran nearest to each other.
  return score * (1 - share / 2) - (order.after - order.before) * 1e-6;
}

function isBroken(sample: Sample, order: EventOrder): boolean {
  const found = orderIn(sample, order);
  return found === "broken" || found === "missing";
}

/** Pairs of events that a passing sample has in another order. */
function candidatesOf({ events, length }: Experiment, open: readonly Sample[]): EventOrder[] {
  const first = Math.max(0, length - MOST_EVENTS);
  const found: EventOrder[] = [];
  for (let before = first; before < length; before += 1) {
    for (let after = before + 1; after < events.length; after += 1) {
      const order = { before, after };
      if (open.some((sample) => isBroken(sample, order))) found.push(order);
    }
  }
  return found;
}
