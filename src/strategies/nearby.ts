import type { PendingEvent } from "../engine/event.ts";
import type { Outcome } from "../engine/outcome.ts";
import type { Deviation, Schedule } from "../engine/schedule.ts";
import type { ReplayStrategy, Strategy } from "../engine/strategy.ts";
import { Forwarding } from "../engine/forwarding.ts";
import { replay } from "./replay.ts";

/** Decisions by which a deviation is moved. */
const DISTANCES: readonly number[] = [-1, 1, -2, 2, -3, 3];
/** Schedules of which so much is tried, the given one included. */
const MOST = 32;

/**
 * Tries one schedule and those near it, as far as they fit, before another strategy begins: for a body that differs a
 * little from the one in which the schedule failed.
 */
export function nearby(schedule: Schedule, then: Strategy): Strategy {
  return new Nearby(schedule, then);
}

class Nearby extends Forwarding {
  private readonly schedules: readonly Schedule[];
  private current: ReplayStrategy | undefined = undefined;

  constructor(schedule: Schedule, then: Strategy) {
    super(then);
    this.schedules = neighbours(schedule).slice(0, MOST);
  }

  override get isRandom(): boolean {
    return this.current === undefined && super.isRandom;
  }

  override get followsSchedule(): boolean {
    return this.current !== undefined || super.followsSchedule;
  }

  override get knownSteps(): number {
    return this.current === undefined ? super.knownSteps : 0;
  }

  override begin(run: number): boolean | void {
    const next = this.schedules[run];
    this.current = next === undefined ? undefined : replay(next, false);
    if (this.current !== undefined) return this.current.begin?.(0);
    return this.inner.begin?.(run - this.schedules.length);
  }

  override pick(legal: readonly PendingEvent[], decision: number): PendingEvent {
    return (this.current ?? this.inner).pick(legal, decision);
  }

  override watches(place: string): void {
    if (this.current === undefined) super.watches(place);
  }

  override end(outcome: Outcome): void {
    if (this.current === undefined) super.end(outcome);
  }

  protected override hasRun(event: PendingEvent): void {
    if (this.current === undefined) super.hasRun(event);
  }
}

/** The schedule, then it without one of its deviations, then with one of them a little earlier, later, nearer or further. */
function neighbours(schedule: Schedule): Schedule[] {
  const changed = (at: number, change: Partial<Deviation>): Schedule =>
    schedule.map((deviation, index) => (index === at ? { ...deviation, ...change, check: undefined } : deviation)).sort((left, right) => left.decision - right.decision);
  const found: Schedule[] = [schedule];
  if (schedule.length > 1) for (const at of schedule.keys()) found.push(schedule.filter((_deviation, index) => index !== at));
  for (const by of DISTANCES) {
    for (const [at, { decision }] of schedule.entries()) if (decision + by >= 0) found.push(changed(at, { decision: decision + by }));
  }
  for (const by of [-1, 1]) {
    for (const [at, { kind, index }] of schedule.entries()) if (index + by >= (kind === "skip" ? 1 : 0)) found.push(changed(at, { index: index + by }));
  }
  return found;
}
