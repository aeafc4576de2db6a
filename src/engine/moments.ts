import { emptyList } from "./lists.ts";

/** That a moment comes so much later than another (or, below 0, not more than so much earlier). */
export class Demand {
  readonly moment: number;
  readonly byMs: number;

  // Not by a literal: what `emptyList` says of arrays holds for objects too.
  constructor(moment: number, byMs: number) {
    this.moment = moment;
    this.byMs = byMs;
  }
}

const START: Demand = new Demand(0, 0);
const NOTHING_LATER: ReadonlyMap<number, number> = new Map();

/**
 * When I/O was over, in virtual time: nobody knows, for it takes between 0 and `latencyMs`. A timer that its callback
 * sets is due so much later; and whether it fires before one that was set elsewhere is open as long as both are
 * possible. So each such moment is a variable, and what has happened demands something of it: a system of difference
 * constraints, as for the clocks of a timed automaton (Dill 1989), of which the least solution is kept. The clock
 * shows that: I/O takes no time until the order of timers says that it must have taken some.
 */
export class Moments {
  /** The least solution, in ms. Moment 0 is the start. */
  private readonly times: number[] = emptyList();
  /** The latest at which each can be, whatever else is demanded. */
  private readonly latest: number[] = emptyList();
  /** For each moment what it demands of others. Invariant: all of it holds. */
  private readonly demands: (Demand[] | undefined)[] = emptyList();
  /** Moments below are known. */
  private fixed = 1;
  private readonly asked: Demand[] = emptyList();

  constructor() {
    this.push(0, 0, START);
  }

  private push(timeMs: number, latestMs: number, asked: Demand): void {
    this.times.push(timeMs);
    this.latest.push(latestMs);
    this.demands.push(undefined);
    this.asked.push(asked);
  }

  timeOf(moment: number): number {
    return this.times[moment]!;
  }

  /** Whether a moment could still be later than it is taken to be. */
  isOpen(moment: number): boolean {
    return moment >= this.fixed;
  }

  /**
   * An I/O is over.
   * @param nowMs - the time of the step before, which the same clock has measured from the moment `now`.
   * @param asked - its request: the moment from which that was measured, and how long after.
   */
  add(now: number, nowMs: number, asked: Demand, latencyMs: number): number {
    const moment = this.times.length;
    this.push(nowMs, this.latest[asked.moment]! + asked.byMs + latencyMs, asked);
    this.note(now, moment, nowMs - this.timeOf(now));
    if (Number.isFinite(latencyMs)) this.note(moment, asked.moment, -asked.byMs - latencyMs);
    return moment;
  }

  /** Takes down what is known to hold: of a timer that is late, that it is no later. */
  note(from: number, moment: number, wantedMs: number): void {
    if (from === moment || !this.isOpen(from)) return;
    const byMs = Math.min(wantedMs, this.timeOf(moment) - this.timeOf(from));
    if (!this.isOpen(moment)) {
      this.latest[from] = Math.min(this.latest[from]!, this.timeOf(moment) - byMs);
      return;
    }
    const known = (this.demands[from] ??= emptyList());
    const index = known.findIndex((demand) => demand.moment === moment);
    if (index < 0) known.push(new Demand(moment, byMs));
    else if (known[index]!.byMs < byMs) known[index] = new Demand(moment, byMs);
  }

  /** The time is read: from here on it is known. */
  fix(moment: number): void {
    this.latest[moment] = this.timeOf(moment);
  }

  /** How many could still be later than they are taken to be. */
  get open(): number {
    return this.times.length - this.fixed;
  }

  /** The oldest that is open is where it is taken to be, from here on. */
  fixOldest(): number {
    const oldest = this.fixed;
    this.fix(oldest);
    this.demands[oldest] = undefined;
    this.fixed += 1;
    return oldest;
  }

  /**
   * The moments that have to come later for the demands of `from` to hold, and when they would come; `undefined` where
   * that cannot be.
   * @param mostMs - the longest that an I/O may have taken whose end comes later for it, where that is less than the latency.
   */
  solve(from: number, demands: readonly Demand[], mostMs: number = Number.POSITIVE_INFINITY): ReadonlyMap<number, number> | undefined {
    if (this.areMet(from, demands)) return NOTHING_LATER;
    const later = new Map<number, number>();
    const changed: number[] = [];
    const raise = (moment: number, to: number): boolean => {
      if (to <= (later.get(moment) ?? this.timeOf(moment))) return true;
      // All held before, so what cannot be solved comes back to where the new demands come from.
      if (moment < this.fixed || moment === from || to > this.latest[moment]!) return false;
      later.set(moment, to);
      changed.push(moment);
      return true;
    };
    for (const { moment, byMs } of demands) if (!raise(moment, this.timeOf(from) + byMs)) return undefined;
    for (let at = changed.pop(); at !== undefined; at = changed.pop()) {
      for (const { moment, byMs } of this.demands[at] ?? []) if (!raise(moment, later.get(at)! + byMs)) return undefined;
      const asked = this.asked[at]!;
      if (Number.isFinite(mostMs) && !raise(asked.moment, later.get(at)! - asked.byMs - mostMs)) return undefined;
    }
    return later;
  }

  /** Whether the demands hold as it is: mostly they do. */
  private areMet(from: number, demands: readonly Demand[]): boolean {
    const fromMs = this.timeOf(from);
    for (const { moment, byMs } of demands) if (this.timeOf(moment) < fromMs + byMs) return false;
    return true;
  }

  /** Makes a solution the clock's. */
  accept(from: number, demands: readonly Demand[], solution: ReadonlyMap<number, number>): void {
    for (const [moment, timeMs] of solution) this.times[moment] = timeMs;
    for (const { moment, byMs } of demands) this.note(from, moment, byMs);
  }

  /** The longest that an I/O has taken, in ms. */
  longestMs(): number {
    let longest = 0;
    for (const [moment, asked] of this.asked.entries()) {
      longest = Math.max(longest, this.timeOf(moment) - this.timeOf(asked.moment) - asked.byMs);
    }
    return longest;
  }
}
