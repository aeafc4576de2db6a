import type { Deviation, Schedule } from "../engine/schedule.ts";
import type { ReplayStrategy, Strategy } from "../engine/strategy.ts";
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

class Nearby implements Strategy {
  private readonly schedules: readonly Schedule[];
  private readonly then: Strategy;
  private current: ReplayStrategy | undefined = undefined;

  constructor(schedule: Schedule, then: Strategy) {
    this.schedules = neighbours(schedule).slice(0, MOST);
    this.then = then;
  }

  get name(): string {
    return this.then.name;
  }

  get exhaustive(): boolean {
    return this.then.exhaustive === true;
  }

  get covers(): string {
    return this.then.covers ?? "interleavings";
  }

  get isRandom(): boolean {
    return this.current === undefined && this.then.isRandom === true;
  }

  get estimate(): number | undefined {
    return this.then.estimate;
  }

  get usesFootprints(): boolean {
    return this.then.usesFootprints === true;
  }

  get usesProvenance(): boolean {
    return this.then.usesProvenance === true;
  }

  get knownSteps(): number {
    return this.current === undefined ? (this.then.knownSteps ?? 0) : 0;
  }

  get reduction(): Strategy["reduction"] {
    return this.then.reduction;
  }

  begin(run: number): boolean | void {
    const next = this.schedules[run];
    this.current = next === undefined ? undefined : replay(next, false);
    if (this.current !== undefined) return this.current.begin?.(0);
    return this.then.begin?.(run - this.schedules.length);
  }

  pick(...[legal, decision]: Parameters<Strategy["pick"]>): ReturnType<Strategy["pick"]> {
    return (this.current ?? this.then).pick(legal, decision);
  }

  ran(...[event]: Parameters<NonNullable<Strategy["ran"]>>): void {
    if (this.current === undefined) this.then.ran?.(event);
  }

  watches(place: string): void {
    if (this.current === undefined) this.then.watches?.(place);
  }

  end(...[outcome]: Parameters<NonNullable<Strategy["end"]>>): void {
    if (this.current === undefined) this.then.end?.(outcome);
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
