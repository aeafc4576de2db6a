import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cases, law } from "../../properties/support/cases.ts";
import { Ages } from "./ages.ts";
import { PendingEvent, Task, TimerEvent } from "./event.ts";
import { Timers } from "./timers.ts";

class PlainTimer extends TimerEvent {
  override run(): void {
    throw new Error("not run here");
  }
}

class PlainIo extends PendingEvent {
  override run(): void {
    throw new Error("not run here");
  }
}

const task = new Task("main", 1);

/** What has happened, as seen from outside. */
type Happening =
  | { readonly type: "arm"; readonly timer: number; readonly delayMs: number }
  | { readonly type: "ask"; readonly io: number }
  | { readonly type: "complete"; readonly io: number }
  | { readonly type: "fire"; readonly timer: number }
  | { readonly type: "read"; readonly ms: number };

/**
 * Whether a machine that takes no time itself could have done it: tries every ms at which each I/O could be over.
 * Timers fire when they are due, those armed first before others of the same ms.
 */
function isPossible(history: readonly Happening[], latencyMs: number): boolean {
  const due = new Map<number, number>();
  const asked = new Map<number, number>();
  const follow = (at: number, now: number): boolean => {
    const what = history[at];
    if (what === undefined) return true;
    switch (what.type) {
      case "arm":
        due.set(what.timer, now + what.delayMs);
        return follow(at + 1, now);
      case "ask":
        asked.set(what.io, now);
        return follow(at + 1, now);
      case "read":
        return what.ms === now && follow(at + 1, now);
      case "fire": {
        const atMs = due.get(what.timer)!;
        const isNext = [...due].every(([timer, ms]) => ms > atMs || (ms === atMs && timer >= what.timer));
        if (!isNext || [...asked.values()].some((ms) => ms + latencyMs < atMs)) return false;
        due.delete(what.timer);
        const isSo = follow(at + 1, atMs);
        due.set(what.timer, atMs);
        return isSo;
      }
      case "complete": {
        const since = asked.get(what.io)!;
        const latest = Math.min(since + latencyMs, ...due.values());
        asked.delete(what.io);
        for (let ms = now; ms <= latest; ms += 1) {
          const [armed, open] = [new Map(due), new Map(asked)];
          if (follow(at + 1, ms)) return true;
          restore(due, armed);
          restore(asked, open);
        }
        asked.set(what.io, since);
        return false;
      }
    }
  };
  return follow(0, 0);
}

function restore(target: Map<number, number>, from: ReadonlyMap<number, number>): void {
  target.clear();
  for (const [key, value] of from) target.set(key, value);
}

/** Drives `Timers` as an execution does. */
class Machine {
  readonly history: Happening[] = [];
  readonly armed: PlainTimer[] = [];
  readonly asked: PlainIo[] = [];
  private readonly timers: Timers;
  private readonly waiting: PendingEvent[] = [];
  private readonly ages: Ages;
  private readonly numbers: PendingEvent[] = [];
  private now = 0;
  private moment = 0;

  /** @param long - how many events there are when ages begin to be kept. */
  constructor(latencyMs: number, long: number) {
    this.ages = new Ages([this.waiting], long);
    this.timers = new Timers(latencyMs, 1, [this.waiting], this.ages, [[]]);
  }

  private dated<Event extends PendingEvent>(event: Event): Event {
    event.since = this.now;
    event.moment = this.moment;
    this.numbers.push(event);
    return event;
  }

  arm(delayMs: number): void {
    const timer = this.dated(new PlainTimer("timer", task));
    timer.deadline = this.now + delayMs;
    this.timers.add(timer);
    this.armed.push(timer);
    this.history.push({ type: "arm", timer: this.numberOf(timer), delayMs });
  }

  ask(): void {
    const io = this.dated(new PlainIo("completion", task));
    this.ages.add(io);
    this.waiting.push(io);
    this.asked.push(io);
    this.history.push({ type: "ask", io: this.numberOf(io) });
  }

  complete(io: PlainIo): void {
    for (const list of [this.waiting, this.asked]) list.splice(list.indexOf(io), 1);
    this.ages.remove(io);
    this.moment = this.timers.complete(io, this.moment, this.now);
    this.history.push({ type: "complete", io: this.numberOf(io) });
  }

  legal(): readonly TimerEvent[] {
    const legal: PendingEvent[] = [];
    this.timers.appendLegal(legal, this.now);
    return legal as TimerEvent[];
  }

  fire(timer: TimerEvent): void {
    this.timers.fire(timer, this.now);
    this.timers.remove(timer);
    this.armed.splice(this.armed.indexOf(timer), 1);
    this.now = timer.deadline;
    this.moment = timer.moment;
    this.history.push({ type: "fire", timer: this.numberOf(timer) });
  }

  read(): void {
    this.timers.fix(this.moment);
    this.history.push({ type: "read", ms: this.now });
  }

  numberOf(event: PendingEvent): number {
    return this.numbers.indexOf(event);
  }
}

const actions = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ type: fc.constant("arm" as const), value: fc.integer({ min: 1, max: 12 }) }) },
    { weight: 3, arbitrary: fc.record({ type: fc.constant("ask" as const), value: fc.constant(0) }) },
    { weight: 4, arbitrary: fc.record({ type: fc.constant("complete" as const), value: fc.nat() }) },
    { weight: 4, arbitrary: fc.record({ type: fc.constant("fire" as const), value: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant("read" as const), value: fc.constant(0) }) },
  ),
  { minLength: 8, maxLength: 18 },
);

describe("timers among I/O whose time is unknown", () => {
  it("may fire exactly when some time of each I/O has them fire next", law(), () => {
    let several = 0;
    fc.assert(
      fc.property(fc.constantFrom(2, 5, 12), fc.constantFrom(1, 64), actions, (latencyMs, long, all) => {
        const machine = new Machine(latencyMs, long);
        for (const { type, value } of all) {
          const legal = machine.legal();
          const possible = machine.armed.filter((timer) => isPossible([...machine.history, { type: "fire", timer: machine.numberOf(timer) }], latencyMs));
          expect(new Set(legal), JSON.stringify(machine.history)).toEqual(new Set(possible));
          if (legal.length > 1) several += 1;
          const io = machine.asked[value % machine.asked.length];
          if (type === "arm") machine.arm(value);
          else if (type === "ask") machine.ask();
          else if (type === "read") machine.read();
          else if (type === "complete" && io !== undefined) machine.complete(io);
          else if (type === "fire" && legal.length > 0) machine.fire(legal[value % legal.length]!);
        }
      }),
      cases(3000),
    );
    expect(several).toBeGreaterThan(100);
  });
});
