import * as fc from "fast-check";

/** Which of the tasks that are held is released next. */
export interface Ordering {
  /** @param ids - of the held tasks, in the order in which they were scheduled; at least one. @returns a position. */
  choose(ids: readonly number[]): number;
  /** The same ordering from its beginning, for a run of its own. */
  restart(): Ordering;
}

/**
 * A schedule as data. It has an entry for each choice between two or more held tasks; 0 releases the task that was
 * scheduled first, and behind the last entry all are 0. Without a list, the entries are drawn from 32 bits, without end.
 *
 * Whatever a shrinker makes of a plan depends on the plan alone, never on what a run has done with it: fast-check's
 * `path` replays a shrunk value without having run those before it.
 */
export type Plan = { readonly drawnFrom: number } | { readonly picks: readonly number[] };

/** Choices beyond which a drawn plan is not cut off any more. */
const LONGEST = 4096;
/** Plans of this many deviations or fewer are tried with each of them alone. */
const FEW = 32;

export class PlannedOrdering implements Ordering {
  readonly plan: Plan;
  private made = 0;

  constructor(plan: Plan) {
    this.plan = plan;
  }

  choose(ids: readonly number[]): number {
    if (ids.length < 2) return 0;
    const pick = "picks" in this.plan ? (this.plan.picks[this.made] ?? 0) : drawn(this.plan.drawnFrom, this.made);
    this.made += 1;
    return pick % ids.length;
  }

  restart(): Ordering {
    return new PlannedOrdering(this.plan);
  }
}

/** The order of a `schedulerFor`: the tasks by their numbers. */
export class ListedOrdering implements Ordering {
  private readonly order: readonly number[];
  private made = 0;

  constructor(order: readonly number[]) {
    this.order = order;
  }

  choose(ids: readonly number[]): number {
    if (this.made >= this.order.length) throw new Error("Invalid schedulerFor defined: too many tasks have been scheduled");
    const index = ids.indexOf(this.order[this.made]!);
    if (index === -1) throw new Error("Invalid schedulerFor defined: unable to find next task");
    this.made += 1;
    return index;
  }

  restart(): Ordering {
    return new ListedOrdering(this.order);
  }
}

/**
 * Smaller plans, the smallest first. A drawn plan is cut off behind more and more choices, from none on. A list loses
 * its deviations: all but one of them, then lots of them (delta debugging, Zeller and Hildebrandt 2002); and what is left
 * takes the nearest task. Each is smaller than the one before in deviations, length or sum, so shrinking ends.
 */
export function smallerPlans(plan: Plan): fc.Stream<Plan> {
  return new fc.Stream(plansBelow(plan)[Symbol.iterator]());
}

function* plansBelow(plan: Plan): Generator<Plan> {
  if ("drawnFrom" in plan) {
    for (let length = 0; length <= LONGEST; length = longer(length)) {
      yield { picks: trimmed(Array.from({ length }, (_, choice) => drawn(plan.drawnFrom, choice))) };
    }
    return;
  }
  const { picks } = plan;
  const deviating = [...picks.keys()].filter((choice) => picks[choice] !== 0);
  if (deviating.length === 0) return;
  yield { picks: [] };
  if (deviating.length > 1 && deviating.length <= FEW) {
    for (const choice of deviating) yield keeping(picks, [choice]);
  }
  for (let size = deviating.length >> 1; size >= 1; size >>= 1) {
    for (let from = 0; from < deviating.length; from += size) {
      yield keeping(picks, [...deviating.slice(0, from), ...deviating.slice(from + size)]);
    }
  }
  for (const choice of deviating) {
    for (let nearer = 1; nearer <= 3 && nearer < picks[choice]!; nearer += 1) yield { picks: picks.with(choice, nearer) };
  }
}

function longer(length: number): number {
  return length < 4 ? length + 1 : length + (length >> 1);
}

function keeping(picks: readonly number[], choices: readonly number[]): Plan {
  return { picks: trimmed(picks.map((pick, choice) => (choices.includes(choice) ? pick : 0))) };
}

function trimmed(picks: number[]): number[] {
  return picks.slice(0, picks.findLastIndex((pick) => pick !== 0) + 1);
}

/** A number of 32 bits for each choice, by its position alone: splitmix32's finaliser (T. Ettinger), over a Weyl sequence. */
function drawn(seed: number, choice: number): number {
  let mixed = (seed + Math.imul(choice + 1, 0x9e3779b9)) | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
