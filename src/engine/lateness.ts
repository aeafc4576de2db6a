import type { Clock } from "./clock.ts";
import { OptionalEvent, type PendingEvent, type TimerEvent } from "./event.ts";
import type { PendingEvents } from "./pending.ts";
import type { Tracer } from "./tracer.ts";

/**
 * How late a timer may be, in virtual ms: by so much a busy process on a shared machine is late now and then. A part of
 * the seed format: a seed says only that a timer may be late.
 */
export const LATE_MS = 25;

/** Above any place in a task, and above the places of faults: it stands where its timer does, and has an id of its own. */
const BEYOND_FAULTS = 2 ** 28;

/** What an execution has to do with its timers. */
interface Timed {
  readonly clock: Clock;
  readonly pending: PendingEvents;
  readonly tracer: Tracer | undefined;
}

/** The process is held up, so that the timer that is next fires late. What that timer sets is late by as much. */
class LateEvent extends OptionalEvent {
  private readonly lateness: Lateness;
  private readonly timer: TimerEvent;

  constructor(lateness: Lateness, timer: TimerEvent) {
    super("fault", timer.task, undefined);
    this.lateness = lateness;
    this.timer = timer;
    this.label = `${timer.describe()} fired ${LATE_MS} ms late`;
    this.origin = timer.origin;
    this.index = timer.index + BEYOND_FAULTS;
  }

  override get id(): string {
    return `${this.timer.id}!late`;
  }

  override run(): void {
    // The timer is still the last of its task's chain.
    this.timer.task.open = false;
    this.lateness.holdUp(this.timer);
  }
}

/**
 * Timers of an execution that fire late. On a real machine each one fires a little late, and a process that is held up
 * moves what it sets after that: so a chain of timers of 5 and 15 ms may end behind one of 25 ms that was set with the first.
 * heddle's clock knows no such delay by itself. It happens once in an execution: two delays of the most that there may be would
 * have chains lose against limits that are generous.
 *
 * It is an optional event beside a timer, where nothing but timers can run: until then the machine has something to do.
 */
export class Lateness {
  private readonly execution: Timed;
  private readonly events: Map<TimerEvent, LateEvent> = new Map();
  /** Whether there was any decision about it: a seed has to say so. */
  isOffered: boolean = false;
  /** How late a timer was, in virtual ms: 0 where none was. */
  ms: number = 0;

  constructor(execution: Timed) {
    this.execution = execution;
  }

  /** @returns what may run, with the delay of the timer that comes first behind it, where that one may be late. */
  offer(legal: readonly PendingEvent[]): readonly PendingEvent[] {
    const first = legal[0]!;
    if (this.ms > 0 || (first.kind !== "timer" && first.kind !== "interval") || !this.canTell) return legal;
    const timer = first as TimerEvent;
    if (timer.isWatching || timer.isPatience) return legal;
    this.isOffered = true;
    return [...legal, this.eventOf(timer)];
  }

  /** Whether it makes a difference when the timer fires: to others, or to who reads the clock. */
  private get canTell(): boolean {
    return this.execution.pending.armedTimers > 1 || this.execution.clock.wasRead;
  }

  private eventOf(timer: TimerEvent): LateEvent {
    let event = this.events.get(timer);
    if (event === undefined) this.events.set(timer, (event = new LateEvent(this, timer)));
    this.execution.tracer?.made(event);
    return event;
  }

  holdUp(timer: TimerEvent): void {
    this.ms = LATE_MS;
    this.execution.clock.holdUp(timer, LATE_MS);
  }
}
