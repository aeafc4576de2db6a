import type { Clock } from "./clock.ts";
import type { PendingEvent, TimerEvent } from "./event.ts";
import type { Host } from "./host.ts";
import type { PendingEvents } from "./pending.ts";

/** Events, and virtual ms, for which what a program has left behind runs on at most; */
const MOST_EVENTS = 1000;
const MOST_MS = 1000;
/** timers among them that are only set meanwhile: one that sets the next again and again costs no more than that; */
const MOST_TIMERS = 20;
/** and firings of one interval, which mostly does the same each time. */
const MOST_FIRINGS = 4;

/** How far what an execution has left behind runs on, so that one which leaves something endless ends all the same. */
class RunOutLimits {
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

/** An execution that is judged, as far as it is needed here. */
export interface Judged {
  readonly pending: PendingEvents;
  readonly clock: Clock;
  readonly hasArrivals: boolean;
  /** Makes events of what has arrived. */
  admit(): void;
  enter(event: PendingEvent): void;
}

/**
 * What the program has left pending goes on for a while in plain JavaScript's order, and nothing is made of it: where
 * the same modules serve the next execution too, one of them may have noted that it waits for an event of its own,
 * and would wait for ever. Answers of I/O that is under way are waited for as long as the host sees fit.
 */
export class RunOut {
  private readonly execution: Judged;
  private readonly limits: RunOutLimits;

  /** @param nowMs - when the execution was judged, in virtual ms. */
  constructor(execution: Judged, nowMs: number) {
    this.execution = execution;
    this.limits = new RunOutLimits(nowMs);
  }

  /** False where it has to be asked again once `resume` is called; true when it is done. */
  goOn(host: Host, resume: () => void): boolean {
    const { execution, limits } = this;
    for (;;) {
      const event = this.next();
      if (event === undefined) {
        if (host.waitForOutside(false, resume) !== true) return false;
        if (!execution.hasArrivals) return true;
        continue;
      }
      if (limits.areReached(event)) return true;
      execution.pending.remove(event, 0, execution.clock.now);
      if (limits.isDropped(event)) continue;
      execution.enter(event);
      try {
        event.run();
      } catch {
        // The execution is judged.
      }
      if (host.settle(resume) !== true) return false;
    }
  }

  private next(): PendingEvent | undefined {
    const { execution } = this;
    if (execution.hasArrivals) execution.admit();
    return execution.pending.legal(execution.clock.now)[0];
  }
}
