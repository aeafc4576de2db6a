/**
 * Small random programs whose steps communicate in every way that the engine knows, and what an execution of one came
 * to: for holding a reduced search against one that tries every interleaving.
 */
import fc from "fast-check";
import { PendingEvent, TimerEvent, type Task } from "../../src/engine/event.ts";
import { Execution } from "../../src/engine/execution.ts";
import type { Program } from "../../src/engine/host.ts";
import type { OrderName } from "../../src/engine/options.ts";
import type { Outcome } from "../../src/engine/outcome.ts";
import { COMPLETION, EVERYTHING } from "../../src/engine/provenance.ts";
import type { Strategy } from "../../src/engine/strategy.ts";
import { instantHost } from "./simulation.ts";

/** What one step of a thread does. `of` names a variable, a lock, a promise, a thread or a timer. */
export interface Operation {
  readonly kind: "read" | "write" | "lock" | "unlock" | "settle" | "await" | "spawn" | "arm" | "clear" | "now" | "immediate" | "ask";
  readonly of: number;
}

export interface RandomProgram {
  readonly threads: readonly (readonly Operation[])[];
  /** Threads from here on are started by `spawn` only. */
  readonly started: number;
  /** The program does not wait for the last thread. */
  readonly floats: boolean;
  /** Variables that an invariant looks at: the second only where the first is not 0. */
  readonly watched: readonly number[];
}

const DELAYS = [5, 10, 20];

const operations = (kinds: readonly Operation["kind"][]): fc.Arbitrary<Operation> =>
  fc.record({ kind: fc.constantFrom(...kinds), of: fc.oneof({ arbitrary: fc.nat(1), weight: 3 }, { arbitrary: fc.nat(2), weight: 1 }) });

/** Threads with few steps: up to some thousand interleavings. */
export function randomPrograms(kinds: readonly Operation["kind"][], options: { readonly floats?: boolean; readonly watches?: boolean } = {}): fc.Arbitrary<RandomProgram> {
  const thread = fc.array(operations(kinds), { minLength: 1, maxLength: 3 });
  return fc.record({
    threads: fc.array(thread, { minLength: 2, maxLength: 4 }).filter((threads) => threads.flat().length <= 9),
    started: fc.integer({ min: 2, max: 4 }),
    floats: options.floats === true ? fc.boolean() : fc.constant(false),
    watched: options.watches === true ? fc.uniqueArray(fc.nat(2), { minLength: 2, maxLength: 2 }) : fc.constant([]),
  });
}

class Step extends PendingEvent {
  private readonly action: () => void;

  constructor(kind: "await" | "immediate" | "completion", task: Task, action: () => void) {
    super(kind, task);
    this.action = action;
  }

  override run(): void {
    this.action();
  }
}

class Alarm extends TimerEvent {
  private readonly action: () => void;

  constructor(task: Task, action: () => void) {
    super("timer", task);
    this.action = action;
  }

  override run(): void {
    this.action();
  }
}

interface PromiseState {
  value: number | undefined;
  readonly waiting: Step[];
}

/** One execution of a random program. */
class Play implements Program<Execution> {
  readonly isWatched: boolean;
  /** What the invariant has seen, in all executions of one search. */
  private readonly seen: Set<string>;
  private readonly source: RandomProgram;
  private readonly memory: number[] = [0, 0, 0];
  private readonly locals: number[];
  private readonly promises: PromiseState[] = [0, 1, 2].map(() => ({ value: undefined, waiting: [] }));
  private readonly holders: (number | undefined)[] = [];
  private readonly locking: (Step | undefined)[] = [];
  private readonly wanted: number[] = [];
  private readonly alarms: (Alarm | undefined)[] = [];
  private readonly isStarted: boolean[] = [];
  private readonly begun: number[] = [];
  private execution!: Execution;
  private open = 0;

  constructor(source: RandomProgram, seen: Set<string>) {
    this.source = source;
    this.seen = seen;
    this.locals = source.threads.map(() => 1);
    this.isWatched = source.watched.length > 0;
  }

  get finished(): boolean {
    return this.open === 0;
  }

  get blocked(): readonly Step[] {
    return this.locking.filter((step) => step !== undefined);
  }

  start(execution: Execution): void {
    this.execution = execution;
    const { threads, started } = this.source;
    for (let thread = 0; thread < Math.min(started, threads.length); thread += 1) this.startThread(thread, execution.root);
  }

  check(): void {
    const [first, second] = this.source.watched;
    const value = this.look(first!);
    this.seen.add(`${value} ${value === 0 ? "" : this.look(second!)}`);
  }

  private look(variable: number): number {
    this.execution.access(`v${variable}`, false);
    return this.memory[variable]!;
  }

  /** What is left, in words. */
  get state(): string {
    return [this.memory, this.locals, this.promises.map(({ value }) => value)].join(" | ");
  }

  private startThread(thread: number, parent: Task): void {
    if (thread >= this.source.threads.length) return;
    // Who comes first starts it; the other has only looked.
    this.execution.tracer?.touch(`start of ${thread}`, this.isStarted[thread] !== true);
    if (this.isStarted[thread] === true) return;
    this.isStarted[thread] = true;
    if (!this.isFloating(thread)) {
      this.open += 1;
      this.begun[thread] = this.execution.tracer?.step ?? 0;
    }
    this.next(thread, parent.spawn(`t${thread}`), 0);
  }

  private isFloating(thread: number): boolean {
    return this.source.floats && thread === this.source.threads.length - 1;
  }

  /** Arms the event of a thread's next step. */
  private next(thread: number, task: Task, at: number): void {
    const operation = this.source.threads[thread]![at];
    const { execution } = this;
    if (operation === undefined) {
      if (this.isFloating(thread)) return;
      this.open -= 1;
      execution.tracer?.complete(this.begun[thread]!);
      return;
    }
    const { kind, of } = operation;
    const usual = execution.settings.order === "chaos" ? "immediate" : "await";
    const step = new Step(kind === "ask" ? "completion" : usual, task, () => {
      this.run(thread, operation, at);
      this.next(thread, task, at + 1);
    });
    if (kind === "await" && this.promises[of]!.value === undefined) {
      execution.tracer?.made(step);
      this.promises[of]!.waiting.push(step);
      return;
    }
    if (kind === "lock" && this.holders[of] !== thread) {
      this.locking[thread] = step;
      this.wanted[thread] = of;
      execution.tracer?.made(step);
      if (step.provenance !== undefined) step.provenance.lock = `lock ${of}`;
      if (this.holders[of] !== undefined) return;
    }
    this.ready(step);
  }

  private ready(step: Step): void {
    if (step.kind === "await") this.execution.readyContinuation(step);
    else if (step.kind === "completion") this.execution.readyCompletion(step);
    else this.execution.readyImmediate(step, false);
  }

  private run(thread: number, { kind, of }: Operation, at: number): void {
    const { execution, memory, locals } = this;
    switch (kind) {
      case "read":
        execution.access(`v${of}`, false);
        locals[thread] = (locals[thread]! * 31 + memory[of]!) % 10_007;
        return;
      case "write":
        execution.access(`v${of}`, true);
        memory[of] = (locals[thread]! * 17 + thread * 5 + at + 1) % 10_007;
        return;
      case "lock":
        return this.lock(thread, of);
      case "unlock":
        return this.unlock(thread, of);
      case "settle":
        return this.settle(of, thread * 10 + at);
      case "await":
        locals[thread] = (locals[thread]! * 31 + this.promises[of]!.value!) % 10_007;
        return;
      case "spawn":
        return this.startThread(of + 1, execution.task);
      case "arm":
        return this.arm(thread, of);
      case "clear":
        // The variable that holds the timer is shared as any other.
        execution.access(`alarm ${of}`, false);
        if (this.alarms[of] !== undefined) execution.cancel(this.alarms[of]);
        return;
      case "ask":
        // Its step is told of an I/O, which time counts from.
        locals[thread] = (locals[thread]! * 37 + 1) % 10_007;
        return;
      case "now":
        execution.tracer?.readsClock();
        locals[thread] = (locals[thread]! * 31 + execution.clock.read()) % 10_007;
        return;
      default:
        execution.readyImmediate(new Step("immediate", execution.task.spawn(`immediate ${thread}.${at}`), () => this.write(of, thread)), false);
    }
  }

  private write(variable: number, thread: number): void {
    this.execution.access(`v${variable}`, false);
    this.execution.access(`v${variable}`, true);
    this.memory[variable] = (this.memory[variable]! * 7 + thread + 1) % 10_007;
  }

  private lock(thread: number, name: number): void {
    if (this.holders[name] === thread) return;
    this.execution.access(`lock ${name}`, true);
    this.holders[name] = thread;
    this.locking[thread] = undefined;
    for (const [other, step] of this.locking.entries()) if (step !== undefined && this.wanted[other] === name) this.execution.cancel(step);
  }

  private unlock(thread: number, name: number): void {
    if (this.holders[name] !== thread) return;
    this.execution.access(`lock ${name}`, true);
    this.holders[name] = undefined;
    for (const [other, step] of this.locking.entries()) if (step !== undefined && this.wanted[other] === name) this.ready(step);
  }

  /** The first wins; one that loses has only looked. */
  private settle(name: number, value: number): void {
    const promise = this.promises[name]!;
    this.execution.tracer?.touch(`promise ${name}`, promise.value === undefined);
    if (promise.value !== undefined) return;
    promise.value = value;
    for (const step of promise.waiting) this.ready(step);
  }

  private arm(thread: number, name: number): void {
    const alarm = new Alarm(this.execution.task.spawn(`alarm ${thread}.${name}`), () => {
      // A timer looks at nothing but what it is given.
      this.write(name, thread);
    });
    this.execution.access(`alarm ${name}`, true);
    this.alarms[name] = alarm;
    this.execution.arm(alarm, DELAYS[(name + thread) % DELAYS.length]!);
  }
}

/** What a search of a program has come to. */
export interface Searched {
  /** Each order of dependent steps, and how often it was taken. */
  readonly traces: ReadonlyMap<string, number>;
  readonly results: ReadonlySet<string>;
  /** What the invariant has seen. */
  readonly seen: ReadonlySet<string>;
  readonly runs: number;
  readonly isComplete: boolean;
}

/** @param most - executions after which the search is given up. */
export function search(program: RandomProgram, strategy: Strategy, order: OrderName, most: number): Searched {
  const traces = new Map<string, number>();
  const results = new Set<string>();
  const seen = new Set<string>();
  let trail: PendingEvent[] = [];
  const watched: Strategy = {
    name: strategy.name,
    usesFootprints: true,
    usesProvenance: true,
    pick: (legal, decision) => strategy.pick(legal, decision),
    ran: (event) => {
      trail.push(event);
      strategy.ran?.(event);
    },
    watches: (place) => strategy.watches?.(place),
    end: (outcome) => strategy.end?.(outcome),
  };
  let runs = 0;
  let counted = 0;
  for (; runs < most; runs += 1) {
    if (strategy.begin?.(runs) === false) return { traces, results, seen, runs, isComplete: true };
    trail = [];
    const play = new Play(program, seen);
    let outcome: Outcome | undefined;
    new Execution(instantHost, play, { order, latencyMs: 10, maxSteps: 1000, strategy: watched, recorder: undefined }, (one) => {
      outcome = one;
    }).start();
    if (outcome!.diverged !== undefined) throw outcome!.diverged;
    results.add(`${play.state} ${outcome!.failure?.kind}`);
    const isRepetition = strategy.reduction !== undefined && strategy.reduction.orders === counted;
    counted = strategy.reduction?.orders ?? counted;
    if (isRepetition) continue;
    const trace = traceOf(trail);
    traces.set(trace, (traces.get(trace) ?? 0) + 1);
  }
  return { traces, results, seen, runs, isComplete: false };
}

/** Two executions have the same trace if at each place the same steps write in the same order, with the same reads between. */
export function traceOf(trail: readonly PendingEvent[]): string {
  const places = new Map<string, { readonly rounds: string[]; reads: string[] }>();
  for (const { id, footprint = [], provenance } of trail) {
    const accesses = new Map<string, boolean>();
    for (const { place, isWrite } of [...footprint, ...(provenance?.touched ?? [])]) {
      if (place !== EVERYTHING && place !== COMPLETION) accesses.set(place, accesses.get(place) === true || isWrite);
    }
    for (const [place, isWrite] of accesses) {
      const history = places.get(place) ?? { rounds: [], reads: [] };
      places.set(place, history);
      if (!isWrite) {
        history.reads.push(id);
        continue;
      }
      history.rounds.push(`${history.reads.sort().join()}<${id}`);
      history.reads = [];
    }
  }
  const steps = trail.map(({ id }) => id).sort().join();
  const orders = [...places].map(([place, { rounds, reads }]) => `${place}: ${rounds.join(" ")} ${reads.sort().join()}`);
  return [steps, ...orders.sort()].join("\n");
}
