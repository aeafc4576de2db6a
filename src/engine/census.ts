import { HashTally } from "./hash-tally.ts";
import type { Strategy } from "./strategy.ts";

/** What the executions under one order have shown, in numbers. */
export interface OrderCounts {
  readonly runs: number;
  /** Executions that took a course of their own; a lower bound where `distinctIsExact` is false. */
  readonly distinct: number;
  readonly distinctIsExact: boolean;
  /** Executions whose schedules were drawn at random. */
  readonly drawn: number;
  /**
   * The chance that one more draw takes a course that none took before: the share of draws whose course came once only
   * (Good, 1953, with Turing). `undefined` where nothing was drawn, or too much to be counted.
   */
  readonly unseen: number | undefined;
  /** The same chance is at most so much, with 95 %: see `mostUnseen`. Absent where `unseen` is not known. */
  readonly unseenAtMost?: number | undefined;
  /** How many schedules there are in all, by the strategy's own estimate. */
  readonly estimated: number | undefined;
  /**
   * The least latency, in virtual ms, with which a timer could have fired that has waited for an I/O (or a delayed await), as that takes
   * `latencyMs` at most. Absent if none has waited: then no greater latency makes a difference.
   */
  readonly nextLatencyMs?: number | undefined;
}

/** Counts the executions under one order. */
export class Census {
  private readonly courses: HashTally = new HashTally();
  private drawn = 0;
  private runs = 0;
  private repeated = 0;
  private hasDecided = false;
  private nextLatencyMs = Number.POSITIVE_INFINITY;

  /** No execution had anything to decide. */
  get isVacuous(): boolean {
    return this.runs > 0 && !this.hasDecided;
  }

  /**
   * @param trace - the hash of the course that an execution took.
   * @returns whether it is new, as far as that is known.
   */
  add(trace: number, decisions: number, strategy: Strategy): boolean {
    this.runs += 1;
    const isDrawn = strategy.isRandom === true;
    const repeated = strategy.reduction?.repeated ?? 0;
    // What a reduced search gives up as a repetition is no course of its own.
    const isRepetition = repeated > this.repeated;
    this.repeated = repeated;
    const isNew = !isRepetition && this.courses.add(trace, isDrawn);
    if (decisions > 0) this.hasDecided = true;
    if (isDrawn) this.drawn += 1;
    return isNew;
  }

  /** @param nextLatencyMs - see `Outcome`. */
  noteLatency(nextLatencyMs: number): void {
    if (nextLatencyMs < this.nextLatencyMs) this.nextLatencyMs = nextLatencyMs;
  }

  get isExact(): boolean {
    return this.courses.isExact;
  }

  /** The hashes of the courses that were taken, as far as they are counted. */
  traces(): Int32Array {
    return this.courses.hashes();
  }

  counts(strategy: Strategy): OrderCounts {
    const { runs, drawn, courses } = this;
    return {
      runs,
      distinct: courses.size,
      distinctIsExact: courses.isExact,
      drawn,
      unseen: drawn > 0 && courses.isExact ? courses.drawnOnce / drawn : undefined,
      ...(drawn > 0 && courses.isExact ? { unseenAtMost: mostUnseen(drawn, courses.drawnOnce, courses.drawnTwice) } : {}),
      estimated: strategy.estimate,
      ...(this.nextLatencyMs === Number.POSITIVE_INFINITY ? {} : { nextLatencyMs: this.nextLatencyMs }),
    };
  }
}

/** Of a normal distribution, 95 % lie below so many standard deviations. */
const ONE_SIDED = 1.645;

/**
 * An upper bound, with 95 %, on the chance that one more draw takes a course that none took before. With n draws, f₁ courses
 * that came once and f₂ that came twice, the share f₁/n has a variance of about (f₁(1 − f₁/n) + 2f₂)/n² (Esty, 1983); where no
 * course came once only, it is the rule of three.
 */
export function mostUnseen(draws: number, once: number, twice: number): number {
  if (draws === 0) return 1;
  const deviation = Math.sqrt(once * (1 - once / draws) + 2 * twice) / draws;
  const rare = once === 0 ? 3 / draws : 0;
  return Math.min(1, once / draws + ONE_SIDED * deviation + rare);
}
