import { isIo, type PendingEvent, type TimerEvent } from "./event.ts";
import type { PendingEvents } from "./pending.ts";

/** A point of virtual time: so long after a moment. */
export interface Instant {
  readonly moment: number;
  readonly afterMs: number;
}

/**
 * Steps in one instant, after which each takes a millisecond: who polls for what a timer does (`while (!done) await
 * immediate()`) keeps the event loop busy, and on a real machine time passes meanwhile.
 */
export const STILL_STEPS = 1000;

/** The virtual clock of an execution: it stands still until a timer fires, or for a thousand steps. */
export class Clock {
  /** Virtual ms since the execution began. */
  now: number = 0;
  /** The moment from which that was measured: see `Moments`. */
  private moment = 0;
  /** Whether any delay of a continuation counts for what comes after it. */
  hasAddedUp: boolean = false;
  /** What time it is makes no difference to what the running step does: then it is no matter that it looks. */
  isIgnored: boolean = false;
  private latencyMs = 0;
  private stillSteps = 0;
  /** I/O that was told, less the ms that have passed for it. */
  private answers = 0;
  /** What the clock showed when it was read last, and in which step (by `stillSteps`). */
  private readAt = -1;
  private readIn = -1;
  private readonly pending: PendingEvents;

  constructor(pending: PendingEvents) {
    this.pending = pending;
  }

  /**
   * An event becomes ready, or is asked for.
   * @param asked - when it was asked for; by default now.
   */
  date(event: PendingEvent, asked?: Instant): void {
    event.since = asked === undefined ? this.now : this.msOf(asked);
    const moment = asked === undefined ? this.moment : asked.moment;
    if (moment !== 0) event.moment = moment;
  }

  /**
   * The body reads the clock: what it was told stays true.
   *
   * I/O takes no time unless the order of timers says so. But code orders requests and answers by time stamps, and those
   * of two steps are the same only if the answers between them come within a millisecond. So where a step reads what
   * another one has read, the clock goes on by one: as often as I/O was told.
   */
  read(): number {
    if (this.moment !== 0) this.pending.rest.timers.fix(this.moment);
    if (this.answers > 0 && this.readAt === this.now && this.readIn !== this.stillSteps) {
      this.now += 1;
      this.answers -= 1;
    }
    [this.readAt, this.readIn] = [this.now, this.stillSteps];
    return this.now;
  }

  /** Now, to be kept: what the clock shows for it may yet become more. */
  instant(): Instant {
    return { moment: this.moment, afterMs: this.now - this.pending.timeOf(this.moment) };
  }

  /** What the clock shows for an instant. */
  msOf({ moment, afterMs }: Instant): number {
    return this.pending.timeOf(moment) + afterMs;
  }

  /** An event that was taken out of those pending is about to run. */
  moveTo(event: PendingEvent): void {
    this.isIgnored = false;
    this.stillSteps += 1;
    if (this.stillSteps > STILL_STEPS) this.now += 1;
    if (event.kind !== "await" && event.kind !== "then") this.passBy(event);
    else if (this.pending.addsUp === true) this.passDelay(event);
  }

  /** A delayed continuation runs: nobody knows when. */
  private passDelay(continuation: PendingEvent): void {
    const moment = this.pending.rest.complete(continuation, this.moment, this.now);
    if (moment !== this.moment) this.hasAddedUp = true;
    this.moment = moment;
  }

  private passBy(event: PendingEvent): void {
    if (event.kind === "timer" || event.kind === "interval") this.fire(event as TimerEvent);
    else if (isIo(event.kind)) this.tell(event);
  }

  private tell(io: PendingEvent): void {
    this.answers += 1;
    this.moment = this.pending.rest.complete(io, this.moment, this.now);
  }

  private fire({ deadline, moment }: TimerEvent): void {
    this.latencyMs = Math.max(this.latencyMs, deadline - this.pending.oldest(deadline));
    if (deadline < this.now) return;
    this.now = deadline;
    this.stillSteps = 0;
    this.readIn = -1;
    this.moment = moment;
  }

  /** Whether the body has looked at it. */
  get wasRead(): boolean {
    return this.readAt >= 0;
  }

  /** The process is held up until so long after a timer is due: what is overdue then fires in order. */
  holdUp({ deadline, moment }: TimerEvent, byMs: number): void {
    this.now = Math.max(this.now, deadline + byMs);
    this.stillSteps = 0;
    this.readIn = -1;
    this.moment = moment;
  }

  /** The longest that anything must have taken for the timers to fire as they did, in ms. */
  get longestMs(): number {
    return Math.max(this.latencyMs, this.pending.longestMs());
  }
}
