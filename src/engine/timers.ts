import type { Age, Ages } from "./ages.ts";
import { isContinuation, type PendingEvent, type TimerEvent } from "./event.ts";
import { Demand, Moments } from "./moments.ts";
import { isBefore, TimerQueue } from "./timer-queue.ts";

/**
 * How many times of I/O are left open at once: older ones are taken to have been as early as they could be. That
 * bounds what a decision costs; of a program with more I/O than that behind an armed timer some orders are not tried.
 */
const MOST_OPEN = 16;

/**
 * The armed timers, and which of them may fire next. Those measured from one moment fire in the order of their
 * deadlines. Of those measured from different moments (the start, and each time that I/O was over) any may be the
 * next that can be, given what has happened and how long an I/O takes at most.
 */
export class Timers {
  private readonly latencyMs: number;
  private readonly roundMs: number;
  private readonly patienceMs: number;
  /** The longest that anything has waited while a timer fired. */
  private waitedMs = 0;
  private readonly waiting: readonly (readonly PendingEvent[])[];
  private readonly turning: readonly (readonly PendingEvent[])[];
  private readonly ages: Ages;
  /** Those measured from the start: most programs have no others. */
  private readonly start: TimerQueue = new TimerQueue();
  /** The others, by moment; none is empty. */
  private later: Map<number, TimerQueue> | undefined = undefined;
  private sequence = 0;
  /** The least latency beyond the given one with which another timer could have fired, `Infinity` if none has waited for that. */
  nextLatencyMs: number = Number.POSITIVE_INFINITY;
  /** Made when a moment but the start is needed. */
  private moments: Moments | undefined = undefined;

  /**
   * @param roundMs - the longest that the event loop takes to come round.
   * @param waiting - what is pending and has an age.
   * @param ages - of what is waiting.
   * @param patienceMs - `latencyMs` for timers that are a limit to patience.
   * @param turning - what the event loop comes to within a round (immediates, messages), the oldest of each list first. It
   *   takes no time of its own: a timer gets before it only if it falls due while the event loop comes round.
   */
  constructor(latencyMs: number, roundMs: number, waiting: readonly (readonly PendingEvent[])[], ages: Ages, turning: readonly (readonly PendingEvent[])[], patienceMs: number = latencyMs) {
    this.latencyMs = latencyMs;
    this.patienceMs = Math.min(latencyMs, patienceMs);
    this.roundMs = Math.min(latencyMs, roundMs);
    this.waiting = waiting;
    this.ages = ages;
    this.turning = turning;
  }

  add(timer: TimerEvent): void {
    timer.sequence = this.sequence;
    this.sequence += 1;
    if (this.moments?.isOpen(timer.moment) !== true) timer.moment = 0;
    let queue = this.queueOf(timer.moment);
    if (queue === undefined) (this.later ??= new Map()).set(timer.moment, (queue = new TimerQueue()));
    queue.add(timer);
  }

  /** False if it is not armed. */
  remove(timer: TimerEvent): boolean {
    const queue = this.queueOf(timer.moment);
    if (queue?.remove(timer) !== true) return false;
    if (queue.size === 0) this.later?.delete(timer.moment);
    return true;
  }

  private queueOf(moment: number): TimerQueue | undefined {
    return moment === 0 ? this.start : this.later?.get(moment);
  }

  /** How many are armed. */
  get size(): number {
    let { size } = this.start;
    for (const queue of this.later?.values() ?? []) size += queue.size;
    return size;
  }

  /** All of them, next first. */
  inOrder(): TimerEvent[] {
    if (this.later === undefined) return this.start.inOrder();
    return [this.start, ...this.later.values()].flatMap((queue) => queue.inOrder()).sort(byDeadline);
  }

  /**
   * Adds those that may fire, in the order of their deadlines: the first is what plain JavaScript would fire.
   * @param nowMs - where the clock stands: a timer that is overdue, as the thread was busy, fires in the next round.
   */
  appendLegal(target: PendingEvent[], nowMs: number): void {
    const { moments } = this;
    if (moments === undefined) {
      const timer = this.start.next;
      if (timer === undefined) this.ages.forget();
      else if (this.isInTime(timer, nowMs)) target.push(timer);
      return;
    }
    const firsts = this.firsts();
    if (firsts.length === 0) return this.ages.forget();
    const oldest = this.oldest();
    for (const timer of firsts) {
      if (moments.solve(timer.moment, this.demandsOn(moments, timer, firsts, oldest, nowMs), this.tighterThanLatency(timer)) !== undefined) target.push(timer);
      else for (const { since } of oldest) this.noteWait(timer.deadline - since);
    }
  }

  /** The first of each queue. */
  private firsts(): TimerEvent[] {
    const firsts = this.start.next === undefined ? [] : [this.start.next];
    for (const queue of this.later?.values() ?? []) firsts.push(queue.next!);
    return firsts.sort(byDeadline);
  }

  /** Latency is bounded: a timer waits for whatever would otherwise have been pending for too long. */
  private isInTime(timer: TimerEvent, nowMs: number): boolean {
    const { deadline } = timer;
    if (deadline > nowMs) {
      for (const [first] of this.turning) if (first !== undefined && deadline - first.since > this.roundMs) return false;
    }
    const neededMs = deadline - this.ages.earliest(deadline);
    if (neededMs > this.latencyMs) {
      this.noteWait(neededMs);
      return false;
    }
    return timer.isPatience !== true || neededMs <= this.boundOf(timer);
  }

  /**
   * How long anything takes at most that a timer comes before. Who polls for something, with a limit, means to wait until it is
   * there: so the limit comes first only if all of it, from the start, goes with less latency.
   */
  private boundOf({ isPatience }: TimerEvent): number {
    if (isPatience !== true || this.patienceMs === this.latencyMs) return this.latencyMs;
    return Math.max(this.waitedMs, this.longestMs()) > this.patienceMs ? 0 : this.patienceMs;
  }

  private noteWait(neededMs: number): void {
    if (neededMs > this.latencyMs && neededMs < this.nextLatencyMs) this.nextLatencyMs = neededMs;
  }

  private tighterThanLatency(timer: TimerEvent): number | undefined {
    const mostMs = this.boundOf(timer);
    return mostMs < this.latencyMs ? mostMs : undefined;
  }

  /** Of what has an age that latency bounds. */
  private oldest(): readonly Age[] {
    return Number.isFinite(this.latencyMs) ? this.ages.oldest() : [];
  }

  /** What must hold for a timer to be the next: no other is due before it, and nothing pending would be too old. */
  private demandsOn(
    moments: Moments,
    timer: TimerEvent,
    firsts: readonly TimerEvent[],
    oldest: readonly Age[],
    nowMs: number,
  ): Demand[] {
    const dueMs = timer.deadline - moments.timeOf(timer.moment);
    const demands: Demand[] = [];
    for (const other of firsts) {
      if (other === timer) continue;
      const strictlyMs = other.sequence < timer.sequence ? 1 : 0;
      demands.push(new Demand(other.moment, dueMs + strictlyMs - (other.deadline - moments.timeOf(other.moment))));
    }
    const within = ({ moment, since }: Age, mostMs: number): void => {
      demands.push(new Demand(moment, dueMs - mostMs - (since - moments.timeOf(moment))));
    };
    for (const age of oldest) within(age, this.boundOf(timer));
    if (timer.deadline > nowMs) for (const [first] of this.turning) if (first !== undefined) within(first, this.roundMs);
    return demands;
  }

  /** A timer fires. What was measured from moments that must have come later for that is moved. */
  fire(timer: TimerEvent, nowMs: number): void {
    const { moments } = this;
    if (this.patienceMs < this.latencyMs) this.waitedMs = Math.max(this.waitedMs, timer.deadline - this.ages.earliest(timer.deadline));
    if (moments === undefined) return;
    const demands = this.demandsOn(moments, timer, this.firsts(), this.oldest(), nowMs);
    const solution = moments.solve(timer.moment, demands, this.tighterThanLatency(timer));
    if (solution === undefined) return;
    const before = new Map([...solution.keys()].map((moment) => [moment, moments.timeOf(moment)]));
    moments.accept(timer.moment, demands, solution);
    if (solution.size > 0) this.ages.forget();
    for (const [moment, timeMs] of solution) {
      const laterMs = timeMs - before.get(moment)!;
      for (const armed of this.queueOf(moment)?.inOrder() ?? []) armed.deadline += laterMs;
      for (const list of [...this.waiting, this.turning[0]!]) for (const event of list) if (event.moment === moment) event.since += laterMs;
    }
  }

  /** Whether the next timer is so far off that what is left open cannot reach it. */
  private isOutOfReach(nowMs: number): boolean {
    return (this.later === undefined || this.later.size === 0) && this.start.next!.deadline - nowMs > (MOST_OPEN + 1) * this.latencyMs;
  }

  /**
   * I/O is over, or a delayed continuation runs: what is set from now on is measured from this moment, if there is anything that
   * it could come before or after.
   * @param now - the moment from which `nowMs` is measured.
   * @returns the moment from which time is measured now.
   */
  complete(io: PendingEvent, now: number, nowMs: number): number {
    if (this.start.size === 0 && (this.later?.size ?? 0) === 0) {
      if (this.moments !== undefined && !this.ages.hasOpen) this.leaveOpen(0);
      return now;
    }
    if (isContinuation(io) && this.isOutOfReach(nowMs)) return now;
    const moments = (this.moments ??= this.ages.moments = new Moments());
    const asked = new Demand(io.moment, io.since - moments.timeOf(io.moment));
    const opened = moments.add(now, nowMs, asked, this.latencyMs);
    this.leaveOpen(MOST_OPEN);
    for (const first of this.firsts()) moments.note(opened, first.moment, moments.timeOf(first.moment) - first.deadline);
    return opened;
  }

  /** Fixes moments until no more than so many are open. What is measured from a fixed one is measured from the start. */
  private leaveOpen(most: number): void {
    const { moments } = this;
    while (moments !== undefined && moments.open > most) {
      const fixed = moments.fixOldest();
      this.ages.fix(fixed);
      for (const timer of this.later?.get(fixed)?.inOrder() ?? []) {
        this.remove(timer);
        timer.moment = 0;
        this.start.add(timer);
      }
    }
  }

  timeOf(moment: number): number {
    return this.moments?.timeOf(moment) ?? 0;
  }

  fix(moment: number): void {
    this.moments?.fix(moment);
  }

  /** The longest that an I/O must have taken for the timers to fire as they did. */
  longestMs(): number {
    return this.moments?.longestMs() ?? 0;
  }
}

function byDeadline(one: TimerEvent, other: TimerEvent): number {
  return isBefore(one, other) ? -1 : 1;
}
