import type { PendingEvent, TimerEvent } from "./event.ts";

/** Events, and virtual ms, for which what a program has left behind runs on at most; */
const MOST_EVENTS = 200;
const MOST_MS = 1000;
/** timers that fire among them: one that sets the next again and again costs each execution no more than that; */
const MOST_TIMERS = 20;
/** and intervals, which mostly do the same each time. */
const MOST_INTERVALS = 4;

/** How far what an execution has left behind runs on, so that one which leaves something endless ends all the same. */
export class RunOutLimits {
  private readonly lastMs: number;
  private events = 0;
  private timers = 0;
  private intervals = 0;

  /** @param nowMs - when the execution was judged, in virtual ms. */
  constructor(nowMs: number) {
    this.lastMs = nowMs + MOST_MS;
  }

  /** Counts the event that comes next: true where it is too much. */
  areReached(event: PendingEvent): boolean {
    const { kind } = event;
    this.events += 1;
    if (kind === "timer") this.timers += 1;
    if (kind === "interval") this.intervals += 1;
    return this.events > MOST_EVENTS || this.timers > MOST_TIMERS || ((event as TimerEvent).deadline ?? 0) > this.lastMs;
  }

  /** Whether the event is left out, and others go on. */
  isDropped({ kind }: PendingEvent): boolean {
    return kind === "interval" && this.intervals > MOST_INTERVALS;
  }
}
