import type { PendingEvent, TimerEvent } from "./event.ts";

/** Events, and virtual ms, for which what a program has left behind runs on at most; */
const MOST_EVENTS = 1000;
const MOST_MS = 1000;
/** timers among them that are only set meanwhile: one that sets the next again and again costs no more than that; */
const MOST_TIMERS = 20;
/** and firings of one interval, which mostly does the same each time. */
const MOST_FIRINGS = 4;

/** How far what an execution has left behind runs on, so that one which leaves something endless ends all the same. */
export class RunOutLimits {
  private readonly judgedMs: number;
  private events = 0;
  private timers = 0;
  /** How often each interval has come, by what it is of. */
  private firings: Map<object, number> | undefined = undefined;

  /** @param nowMs - when the execution was judged, in virtual ms. */
  constructor(nowMs: number) {
    this.judgedMs = nowMs;
  }

  /** Counts the event that comes next: true where it is too much. */
  areReached(event: PendingEvent): boolean {
    this.events += 1;
    return this.events > MOST_EVENTS || ((event as TimerEvent).deadline ?? 0) > this.judgedMs + MOST_MS;
  }

  /** Whether the event is left out, and others go on. */
  isDropped(event: PendingEvent): boolean {
    if (event.kind === "timer") return event.since > this.judgedMs && (this.timers += 1) > MOST_TIMERS;
    if (event.kind !== "interval") return false;
    const source = (event as TimerEvent).source;
    this.firings ??= new Map();
    const times = (this.firings.get(source) ?? 0) + 1;
    this.firings.set(source, times);
    return times > MOST_FIRINGS;
  }
}
