import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cases, law } from "../../properties/support/cases.ts";
import { PendingEvent, Task, TimerEvent, type EventKind } from "./event.ts";
import type { OrderName } from "./options.ts";
import { PendingEvents } from "./pending.ts";

class PlainEvent extends PendingEvent {
  override run(): void {
    throw new Error("not run here");
  }
}

class PlainTimer extends TimerEvent {
  override run(): void {
    throw new Error("not run here");
  }
}

const root = (): Task => new Task("main", 1);

/** What to do to the pending events. */
type Action =
  | { readonly type: "add"; readonly kind: EventKind; readonly generation: number; readonly deadline: number; readonly isFromOutside: boolean; readonly promise: object | undefined }
  | { readonly type: "take"; readonly at: number }
  | { readonly type: "cancel"; readonly at: number }
  | { readonly type: "wait"; readonly ms: number };

/** Continuations of these are reactions of one promise. */
const promises: readonly object[] = [{}, {}];

const actions: fc.Arbitrary<readonly Action[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ type: fc.constant("add" as const), kind: fc.constantFrom<EventKind>("await", "then", "microtask", "tick", "timer", "interval", "immediate", "request", "completion", "message", "outside"), generation: fc.nat(4), deadline: fc.nat(200), isFromOutside: fc.boolean(), promise: fc.constantFrom(undefined, ...promises) }) },
    { weight: 2, arbitrary: fc.record({ type: fc.constant("take" as const), at: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant("cancel" as const), at: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant("wait" as const), ms: fc.nat(40) }) },
  ),
  { maxLength: 40 },
);

/** The rules of legality, written down as slowly and plainly as possible. */
class Model {
  readonly all: PendingEvent[] = [];
  /** Immediates that Node runs together: the rest of those that were pending when the first of them ran. */
  private batch: PendingEvent[] = [];
  /** I/O was the last that ran, but for what runs at its far end: the immediates come before any timer. */
  private isPolling = false;
  private readonly order: OrderName;
  private readonly latencyMs: number;
  /** Messages that were posted where the event loop tells I/O, and that it has not gone past since. */
  private readonly polled = new Set<PendingEvent>();

  constructor(order: OrderName, latencyMs: number) {
    this.order = order;
    this.latencyMs = latencyMs;
  }

  private of(...kinds: EventKind[]): PendingEvent[] {
    return this.all.filter(({ kind }) => kinds.includes(kind));
  }

  legal(nowMs: number): PendingEvent[] {
    const continuations = this.of("await", "then", "microtask").sort((left, right) => left.generation - right.generation);
    const completions = this.of("completion", "message", "outside");
    const timers = (this.of("timer", "interval") as TimerEvent[]).sort((left, right) => left.deadline - right.deadline);
    const immediates = this.of("immediate");
    const firsts = continuations.filter((event) => this.order === "chaos" || event.reactsTo === undefined || !this.all.some((other) => this.all.indexOf(other) < this.all.indexOf(event) && other.reactsTo === event.reactsTo));
    const queued = [...this.of("request"), ...firsts, ...this.of("tick")];
    if (this.order === "chaos") return [...queued, ...completions, ...immediates, ...timers];
    if (this.batch.length > 0) return [...queued, ...immediates.slice(0, 1)];
    const [timer] = timers;
    const waiting = [...this.of("request"), ...continuations, ...completions];
    const isBehindImmediates = this.isPolling && immediates.length > 0;
    // Within one round the event loop comes to immediates and messages.
    const roundMs = Math.min(this.latencyMs, this.order === "production" ? 1 : 20);
    const turning = [...immediates, ...this.of("message")];
    const isSoon = timer !== undefined && (timer.deadline <= nowMs || turning.every(({ since }) => timer.deadline - since <= roundMs));
    const mayFire = isSoon && !isBehindImmediates && waiting.every((event) => timer.deadline - event.since <= this.latencyMs);
    const isBehindMessages = this.order === "production" && this.of("message").some((message) => !this.polled.has(message));
    return [...queued, ...completions, ...(isBehindMessages ? [] : immediates.slice(0, 1)), ...(mayFire ? [timer] : [])];
  }

  add(event: PendingEvent, isFromOutside: boolean): void {
    this.all.push(event);
    if (event.kind === "message" && this.isPolling) this.polled.add(event);
    if (event.kind === "immediate" && isFromOutside) this.isPolling = true;
  }

  run(event: PendingEvent): void {
    if (event.kind === "immediate" && this.batch.length === 0) {
      this.batch = this.of("immediate");
      this.polled.clear();
    }
    if (event.kind !== "request" && event.kind !== "tick") this.isPolling = ["completion", "message", "outside"].includes(event.kind);
    this.drop(event);
  }

  drop(event: PendingEvent): void {
    this.all.splice(this.all.indexOf(event), 1);
    this.batch = this.batch.filter((one) => one !== event);
  }
}

function add(pending: PendingEvents, event: PendingEvent, isFromOutside: boolean): void {
  switch (event.kind) {
    case "await":
    case "then":
    case "microtask":
      event.claim();
      return pending.addContinuation(event);
    case "request":
      return pending.rest.addRequest(event, false);
    case "tick":
      return pending.rest.addTick(event);
    case "timer":
    case "interval":
      return pending.rest.addTimer(event as TimerEvent);
    case "immediate":
      return pending.rest.addImmediate(event, isFromOutside);
    default:
      return pending.rest.addCompletion(event);
  }
}

describe("pending events", () => {
  it("lets run what the order's rules say, in plain JavaScript's order", law(), () => {
    const orders = fc.constantFrom<OrderName>("production", "latency", "chaos");
    fc.assert(
      fc.property(orders, fc.constantFrom(0, 10, 100, Number.POSITIVE_INFINITY), actions, (order, latencyMs, all) => {
        const [pending, model] = [new PendingEvents({ order, latencyMs }), new Model(order, latencyMs)];
        const task = root();
        let now = 0;
        for (const action of all) {
          const legal = pending.legal(now);
          switch (action.type) {
            case "add": {
              const isTimer = action.kind === "timer" || action.kind === "interval";
              const event = isTimer ? new PlainTimer(action.kind, task) : new PlainEvent(action.kind, task);
              event.generation = action.generation;
              event.since = now;
              if (["await", "then"].includes(action.kind)) event.reactsTo = action.promise;
              if (event instanceof PlainTimer) event.deadline = now + action.deadline;
              add(pending, event, action.isFromOutside);
              model.add(event, action.isFromOutside);
              break;
            }
            case "take": {
              if (legal.length === 0) break;
              const index = action.at % legal.length;
              const event = legal[index]!;
              pending.remove(event, index, now);
              model.run(event);
              if (event instanceof PlainTimer) now = Math.max(now, event.deadline);
              break;
            }
            case "cancel": {
              const event = model.all[action.at % Math.max(1, model.all.length)];
              if (event === undefined || !["timer", "interval", "immediate"].includes(event.kind)) break;
              expect(pending.cancel(event)).toBe(true);
              expect(pending.cancel(event)).toBe(false);
              model.drop(event);
              break;
            }
            case "wait":
              now += action.ms;
          }
          expect([...pending.legal(now)]).toEqual(model.legal(now));
          // Whatever is pending, something can run: no order may bring a program to a stop by itself.
          expect(pending.legal(now).length > 0).toBe(model.all.length > 0);
          for (const event of pending.legal(now)) expect(event.index).toBeGreaterThan(0);
        }
      }),
      cases(1500),
    );
  });

  it.each([5, 200])("keeps the reactions of one promise in order, among %i other continuations", (others) => {
    const pending = new PendingEvents({ order: "latency", latencyMs: 100 });
    const addOn = (promise: object | undefined): PendingEvent => {
      const event = new PlainEvent("await", root());
      event.reactsTo = promise;
      pending.addContinuation(event);
      return event;
    };
    const [promise, ran] = [{}, [] as PendingEvent[]];
    const reactions = [addOn(promise)];
    for (let index = 0; index < others; index += 1) addOn({});
    reactions.push(addOn(promise), addOn(promise));
    // The last that is legal goes first, again and again.
    for (let legal = pending.legal(0); legal.length > 0; legal = pending.legal(0)) {
      const event = legal[legal.length - 1]!;
      pending.remove(event, legal.length - 1, 0);
      ran.push(event);
      if (ran.length === 2) reactions.push(addOn(promise));
    }
    expect(ran).toHaveLength(others + 4);
    expect(ran.filter((event) => event.reactsTo === promise)).toEqual(reactions);
  });

  it("names what is armed", () => {
    const pending = new PendingEvents({ order: "latency", latencyMs: 100 });
    const [timer, immediate] = [new PlainTimer("timer", root()), new PlainEvent("immediate", root())];
    pending.rest.addTimer(timer);
    pending.rest.addImmediate(immediate, false);
    expect(pending.armed()).toEqual([immediate, timer]);
  });

  it("knows how long something has been pending, for the report of the least latency", () => {
    const pending = new PendingEvents({ order: "latency", latencyMs: 100 });
    expect(pending.oldest(70)).toBe(70);
    const event = new PlainEvent("completion", root());
    event.since = 20;
    pending.rest.addCompletion(event);
    expect(pending.oldest(70)).toBe(20);
  });
});

describe("tasks", () => {
  it("an event extends its owner's chain once a step, and forks after that", () => {
    const task = root();
    const events = [1, 2, 3].map(() => new PlainEvent("await", task));
    for (const event of events) event.claim();
    expect(events.map(({ id }) => id)).toEqual(["main#1", "main.2#1", "main.3#1"]);
    task.open = true;
    const next = new PlainEvent("await", task);
    next.claim();
    next.claim();
    expect(next.id).toBe("main#2");
  });

  it("each has a path of its own, whatever names it is given", law(), () => {
    const names = fc.constantFrom("a", "b", "a~2", "a.2", "a~2.2", "main", "main.2", "a/b", "", " ", "a#1");
    const action = fc.record({ at: fc.nat(), name: fc.option(names, { nil: undefined }) });
    fc.assert(
      fc.property(fc.array(action, { maxLength: 12 }), (all) => {
        const tasks = [root()];
        for (const { at, name } of all) {
          const parent = tasks[at % tasks.length]!;
          tasks.push(name === undefined ? parent.fork() : parent.spawn(name));
        }
        const paths = tasks.map(({ path }) => path);
        expect(new Set(paths).size, paths.join(" ")).toBe(paths.length);
      }),
      cases(1000),
    );
  });

  it("the first of a name has the name as its path, within its parent", () => {
    const task = root();
    expect([task.spawn("a"), task.spawn("b")].map(({ path }) => path)).toEqual(["a", "b"]);
    expect(task.spawn("c").spawn("d").path).toBe("c/d");
  });
});
