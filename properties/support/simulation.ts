/**
 * Programs with no promise in them: threads as generators, played on the engine's own ports. Thousands of times as
 * fast as the real thing, and their numbers of interleavings are known from the literature.
 */
import { drive } from "../../src/engine/drive.ts";
import { TimerEvent, type PendingEvent, type Task } from "../../src/engine/event.ts";
import type { Execution } from "../../src/engine/execution.ts";
import { ExplorationPlan, type ExplorationResult, type ExplorationSettings } from "../../src/engine/exploration.ts";
import type { Host, Program } from "../../src/engine/host.ts";
import type { OrderName } from "../../src/engine/options.ts";
import type { Outcome } from "../../src/engine/outcome.ts";
import type { Plan } from "../../src/engine/plan.ts";
import type { Strategy } from "../../src/engine/strategy.ts";
import { fifo } from "../../src/strategies/fifo.ts";
import { replay } from "../../src/strategies/replay.ts";

/** What a thread waits for before it goes on: a free decision, or one that is legal only while a lock is free. */
export type Operation = "point" | { readonly lock: string } | { readonly unlock: string };

/** Shared variables; unset is 0. */
export class World {
  private readonly values: Map<string, number> = new Map();

  get(name: string): number {
    return this.values.get(name) ?? 0;
  }

  set(name: string, value: number): void {
    this.values.set(name, value);
  }
}

export type Thread = (world: World) => Generator<Operation, void>;

/** An assertion of a thread's that did not hold. */
export class Violation extends Error {}

export function ensure(holds: boolean): void {
  if (!holds) throw new Violation("assertion failed");
}

/** Events here are timers, under `chaos`: the only ones that can be taken back, which a lock that is taken must do. */
class ThreadEvent extends TimerEvent {
  private readonly action: () => void;

  constructor(task: Task, action: () => void) {
    super("timer", task);
    this.action = action;
  }

  override run(): void {
    this.action();
  }
}

interface Waiting {
  readonly event: ThreadEvent;
  readonly lock: string;
}

/** Told of what ran. */
export type Trace = (thread: number) => void;

/** Runs threads to their end, to a violation, or to where all that are left wait for a lock. */
export class SimulatedProgram implements Program<Execution> {
  private readonly threads: readonly Thread[];
  private readonly trace: Trace;
  private readonly failing: boolean;
  private readonly world: World = new World();
  private readonly held: Set<string> = new Set();
  private waiting: Waiting[] = [];
  private ready = 0;
  private isBroken = false;

  /** @param failing - a violation fails the execution; else it only ends it. */
  constructor(threads: readonly Thread[], trace: Trace, failing: boolean) {
    this.threads = threads;
    this.trace = trace;
    this.failing = failing;
  }

  get finished(): boolean {
    return this.isBroken || this.ready === 0;
  }

  start(execution: Execution): void {
    for (const [index, thread] of this.threads.entries()) {
      const task = execution.root.spawn(`thread${index}`);
      this.next(execution, task, index, thread(this.world));
    }
  }

  /** Runs a thread up to its next operation, and makes that an event. */
  private next(execution: Execution, task: Task, index: number, thread: Generator<Operation, void>): void {
    const operation = this.proceed(thread);
    if (operation === undefined) return;
    const event = new ThreadEvent(task, () => {
      this.ready -= 1;
      this.trace(index);
      if (operation !== "point") this.operate(execution, operation);
      this.next(execution, task, index, thread);
    });
    if (operation === "point" || "unlock" in operation) {
      this.arm(execution, event);
    } else {
      this.waiting.push({ event, lock: operation.lock });
      if (!this.held.has(operation.lock)) this.arm(execution, event);
    }
  }

  private proceed(thread: Generator<Operation, void>): Operation | undefined {
    try {
      const { done, value } = thread.next();
      return done === true ? undefined : (value as Operation);
    } catch (error) {
      if (this.failing) throw error;
      this.isBroken = true;
      return undefined;
    }
  }

  private operate(execution: Execution, operation: Exclude<Operation, "point">): void {
    if ("lock" in operation) {
      this.held.add(operation.lock);
      this.waiting = this.waiting.filter(({ event }) => event !== execution.current);
      for (const { event, lock } of this.waiting) {
        if (lock === operation.lock && execution.cancel(event)) this.ready -= 1;
      }
    } else {
      this.held.delete(operation.unlock);
      for (const { event, lock } of this.waiting) if (lock === operation.unlock) this.arm(execution, event);
    }
  }

  private arm(execution: Execution, event: ThreadEvent): void {
    this.ready += 1;
    execution.arm(event, 0);
  }
}

/** A host on which everything settles at once and nothing comes from outside. */
export const instantHost: Host = { settle: () => true, waitForOutside: () => true };

/** Makes a plan's executions, all at once. */
export function drivePlan<Result>(plan: Plan<Result>, program: () => Program<Execution>): Result {
  let result: { readonly value: Result } | undefined;
  let failure: unknown;
  drive(
    plan,
    { host: instantHost, program, latencyMs: 100, maxSteps: 10_000 },
    (value) => {
      result = { value };
    },
    (error) => {
      failure = error;
    },
  );
  if (result === undefined) throw failure;
  return result.value;
}

/** The same strategy, watched: `onPick` sees each decision, `onEnd` comes before its own `end`. */
export function observe(
  strategy: Strategy,
  onEnd: (outcome: Outcome) => void,
  onPick?: (legal: readonly PendingEvent[], picked: PendingEvent) => void,
): Strategy {
  return {
    name: strategy.name,
    exhaustive: strategy.exhaustive === true,
    get isRandom() {
      return strategy.isRandom === true;
    },
    get estimate() {
      return strategy.estimate;
    },
    get usesFootprints() {
      return strategy.usesFootprints === true;
    },
    begin: (run) => strategy.begin?.(run),
    pick: (legal, decision) => {
      const picked = strategy.pick(legal, decision);
      onPick?.(legal, picked);
      return picked;
    },
    ran: (event) => strategy.ran?.(event),
    end: (outcome) => {
      onEnd(outcome);
      strategy.end?.(outcome);
    },
  };
}

/** Explores a simulated program. */
export function simulate(
  program: () => Program<Execution>,
  strategy: Strategy,
  settings: Partial<ExplorationSettings> & { readonly order?: OrderName } = {},
): ExplorationResult {
  const { order = "chaos", ...rest } = settings;
  const plan = new ExplorationPlan({
    orders: [order],
    strategy: () => strategy,
    replay,
    plain: fifo,
    runs: 100_000,
    shrinkRuns: 400,
    hasTime: () => true,
    confirmations: 3,
    onExecution: undefined,
    onFailure: undefined,
    ...rest,
  });
  return drivePlan(plan.run(), program);
}

/** The same threads as real async functions: each operation is an await, and locks are promises. */
export function asyncBody(threads: readonly Thread[], trace: Trace): () => Promise<void> {
  return () =>
    new Promise((resolve) => {
      const world = new World();
      const locks = new Map<string, AsyncLock>();
      // The body ends where the simulated program would, and by a synchronous call: no event tells of it.
      let running = threads.length;
      const suspend = (): void => {
        running -= 1;
        if (running === 0) resolve();
      };
      const lockOf = (name: string): AsyncLock => {
        const lock = locks.get(name) ?? new AsyncLock();
        locks.set(name, lock);
        return lock;
      };
      const play = async (thread: Generator<Operation, void>, index: number): Promise<void> => {
        try {
          for (const operation of thread) {
            await Promise.resolve();
            if (operation !== "point" && "lock" in operation) {
              const lock = lockOf(operation.lock);
              while (lock.isHeld) {
                lock.waiters += 1;
                suspend();
                await lock.released;
              }
              lock.take();
            }
            trace(index);
            if (operation !== "point" && "unlock" in operation) running += lockOf(operation.unlock).release();
          }
          suspend();
        } catch {
          resolve();
        }
      };
      for (const [index, thread] of threads.entries()) void play(thread(world), index);
    });
}

class AsyncLock {
  isHeld = false;
  waiters = 0;
  released: Promise<void> = Promise.resolve();
  private wake: () => void = () => undefined;

  take(): void {
    this.isHeld = true;
    this.released = new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  /** How many it has woken. */
  release(): number {
    const woken = this.waiters;
    this.isHeld = false;
    this.waiters = 0;
    this.wake();
    return woken;
  }
}
