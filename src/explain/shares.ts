import type { Plan } from "../engine/plan.ts";
import type { Experiment } from "./experiment.ts";
import type { Guide } from "./guided.ts";

/** Executions that failed alike, of so many. */
export interface Share {
  readonly failed: number;
  readonly of: number;
}

/** Decisions of which all are looked at; of more, those between which the share changes. */
const ALL_LOOKED_AT = 24;
/** Of the executions behind a share so many are made first: the others where it may have jumped. */
const FIRST_LOOK = 0.25;
/** A jump is at least so much of all executions, */
const LEAST_JUMP = 0.1;
/** and so many standard deviations; fewer where only a first look is taken. */
const SIGNIFICANT = 2.5;
const DOUBTFUL = 1.5;

/** So many executions of one kind. */
export function* shareOf(experiment: Experiment, guide: Guide, size: number = experiment.settings.size): Plan<Share> {
  let failed = 0;
  let of = 0;
  for (; of < size; of += 1) {
    const sample = yield* experiment.sample(guide);
    if (sample === undefined) break;
    if (sample.fails) failed += 1;
  }
  return { failed, of };
}

/**
 * For each number of decisions that are those of the failing course, the share of executions that fail when they go on
 * at random: all of them fail behind the last. Where the share changes, something was decided. Where there are many
 * decisions, an interval at whose ends the shares are about the same is not looked into.
 */
export class Shares {
  readonly all: Map<number, Share> = new Map();
  private readonly experiment: Experiment;

  constructor(experiment: Experiment) {
    this.experiment = experiment;
  }

  /** A first look. */
  *measure(): Plan<void> {
    const { decisions } = this.experiment;
    yield* this.share(decisions);
    yield* this.share(0);
    const open: [number, number][] = [[0, decisions]];
    for (let next = open.shift(); next !== undefined && this.experiment.hasBudget; next = open.shift()) {
      const [from, to] = next;
      if (to - from < 2 || (decisions > ALL_LOOKED_AT && !hasJumped(yield* this.share(from), yield* this.share(to), DOUBTFUL))) continue;
      const middle = (from + to) >> 1;
      yield* this.share(middle);
      open.push([middle, to], [from, middle]);
    }
  }

  private *share(prefix: number): Plan<Share> {
    const known = this.all.get(prefix);
    if (known !== undefined) return known;
    const { size } = this.experiment.settings;
    // The whole course is deterministic: once is enough, and has been made.
    const share = prefix === this.experiment.decisions ? { failed: size, of: size } : yield* this.more(prefix, Math.ceil(size * FIRST_LOOK));
    if (share.of > 0) this.all.set(prefix, share);
    return share;
  }

  /** On both sides of what may be a jump as many executions as there are to be. */
  *refine(): Plan<void> {
    const { size } = this.experiment.settings;
    const known = [...this.all].sort(([one], [other]) => one - other);
    const doubtful = known.filter(([prefix, share], at) => {
      const [before, after] = [known[at - 1], known[at + 1]];
      return prefix === 0 || (before !== undefined && mayHaveJumped(before[1], share)) || (after !== undefined && mayHaveJumped(share, after[1]));
    });
    for (const [prefix, share] of doubtful) {
      if (share.of < size) this.all.set(prefix, sum(share, yield* this.more(prefix, size - share.of)));
    }
  }

  private *more(prefix: number, size: number): Plan<Share> {
    return yield* shareOf(this.experiment, { prefix, then: "walk" }, size);
  }
}

function sum(one: Share, other: Share): Share {
  return { failed: one.failed + other.failed, of: one.of + other.of };
}

function mayHaveJumped(from: Share, to: Share): boolean {
  return to.failed / to.of - from.failed / from.of >= LEAST_JUMP / 2;
}

/** The decisions with which the failure was decided: the numbers of those behind which the share is higher. */
export function decidingDecisions(shares: ReadonlyMap<number, Share>): number[] {
  const known = [...shares].sort(([one], [other]) => one - other);
  return known.flatMap(([prefix, share], at) => {
    const before = known[at - 1];
    return before !== undefined && before[0] === prefix - 1 && hasJumped(before[1], share) ? [prefix] : [];
  });
}

function hasJumped(from: Share, to: Share, deviations: number = SIGNIFICANT): boolean {
  if (from.of === 0 || to.of === 0) return false;
  const [low, high] = [from.failed / from.of, to.failed / to.of];
  const deviation = Math.sqrt((low * (1 - low)) / from.of + (high * (1 - high)) / to.of);
  return high - low >= Math.max(LEAST_JUMP, deviations * deviation);
}
