/**
 * The machine for the search benchmark: threads as generators over numbered variables, on the engine's own ports.
 * Lighter than `simulation.ts`, which is about counting: what it costs beyond the engine is one generator step.
 */
import type { Access } from "../../src/engine/access.ts";
import { PendingEvent, type Task } from "../../src/engine/event.ts";
import type { Execution } from "../../src/engine/execution.ts";
import type { Program } from "../../src/engine/host.ts";
import type { ExecutionFailure } from "../../src/engine/outcome.ts";

/** What a thread waits for: `POINT`, to take a lock (`lock(3)`), or to give it back (`unlock(3)`). */
export type Wait = number;
export const POINT: Wait = 0;
export const lock = (name: number): Wait => name + 1;
export const unlock = (name: number): Wait => -name - 1;

export type Code = (memory: Memory) => Generator<Wait, void>;

/** A buggy program as the engine sees it. */
export interface SimulatedThreads {
  readonly threads: readonly Code[];
  readonly hasLocks?: boolean;
  /** What must hold at the end. */
  readonly end?: (memory: Memory) => boolean;
}

/** One object for all: making an error with its stack costs more than an execution. */
export const VIOLATION: Error = new Error("assertion failed");

export function ensure(holds: boolean): void {
  if (!holds) throw VIOLATION;
}

const READS: Access[] = [];
const WRITES: Access[] = [];
/** Locks stand behind the variables. */
const LOCKS = 64;

function access(kind: "r" | "w", place: number): Access {
  const list = kind === "w" ? WRITES : READS;
  return (list[place] ??= { place: `v${place}`, isWrite: kind === "w" });
}

/** Shared variables by number, 0 at first. Notes what the running step touches, where that is asked for. */
export class Memory {
  private readonly values: number[] = [];
  private readonly execution: Execution | undefined;

  constructor(execution: Execution | undefined) {
    this.execution = execution;
  }

  read(variable: number): number {
    if (this.execution !== undefined) this.touch(access("r", variable));
    return this.values[variable] ?? 0;
  }

  write(variable: number, value: number): void {
    if (this.execution !== undefined) this.touch(access("w", variable));
    while (this.values.length <= variable) this.values.push(0);
    this.values[variable] = value;
  }

  touchLock(name: number): void {
    if (this.execution !== undefined) this.touch(access("w", LOCKS + name));
  }

  private touch(one: Access): void {
    const event = this.execution!.current;
    if (event !== undefined) (event.footprint ??= []).push(one);
  }
}

class Step extends PendingEvent {
  readonly thread: number;
  private readonly machine: Machine;

  constructor(machine: Machine, kind: "await" | "immediate", task: Task, thread: number) {
    super(kind, task);
    this.machine = machine;
    this.thread = thread;
  }

  override run(): void {
    this.machine.step(this.thread);
  }
}

/** One execution of a simulated program. */
export class Machine implements Program<Execution> {
  private readonly source: SimulatedThreads;
  private readonly running: Generator<Wait, void>[] = [];
  private readonly waits: Wait[] = [];
  private readonly held: boolean[] = [];
  /** Events that wait for a lock, by thread. */
  private readonly locking: (Step | undefined)[] = [];
  private readonly tasks: Task[] = [];
  private memory!: Memory;
  private execution!: Execution;
  private open = 0;

  constructor(source: SimulatedThreads) {
    this.source = source;
  }

  get finished(): boolean {
    return this.open === 0;
  }

  get blocked(): readonly Step[] {
    return this.locking.filter((step) => step !== undefined);
  }

  start(execution: Execution): void {
    this.execution = execution;
    this.memory = new Memory(execution.settings.strategy.usesFootprints === true ? execution : undefined);
    const { threads } = this.source;
    this.open = threads.length;
    for (let thread = 0; thread < threads.length; thread += 1) {
      this.tasks.push(execution.root.spawn(nameOf(thread)));
      this.running.push(threads[thread]!(this.memory));
      this.waits.push(POINT);
      this.proceed(thread);
    }
  }

  step(thread: number): void {
    const wait = this.waits[thread]!;
    if (wait > 0) this.take(thread, wait - 1);
    else if (wait < 0) this.giveBack(-wait - 1);
    this.proceed(thread);
  }

  end(): ExecutionFailure | undefined {
    if (!this.finished || this.source.end === undefined || this.source.end(this.memory)) return undefined;
    return { kind: "invariant", error: VIOLATION };
  }

  private proceed(thread: number): void {
    const { done, value } = this.running[thread]!.next();
    if (done === true) {
      this.open -= 1;
      // All threads begin at the start.
      this.execution.tracer?.complete(0);
      return;
    }
    this.waits[thread] = value as Wait;
    // Immediates can be taken back, which a lock needs: under `chaos` they are as free as any.
    const step = new Step(this, this.source.hasLocks === true ? "immediate" : "await", this.tasks[thread]!, thread);
    if ((value as Wait) > 0) {
      this.locking[thread] = step;
      if (this.execution.tracer !== undefined) {
        this.execution.tracer.made(step);
        step.provenance!.lock = access("w", LOCKS + (value as Wait) - 1).place;
      }
      if (this.held[(value as Wait) - 1] === true) return;
    }
    this.arm(step);
  }

  private arm(step: Step): void {
    if (step.kind === "await") this.execution.readyContinuation(step);
    else this.execution.readyImmediate(step, false);
  }

  private take(thread: number, name: number): void {
    this.memory.touchLock(name);
    this.held[name] = true;
    this.locking[thread] = undefined;
    for (const step of this.locking) {
      if (step !== undefined && this.waits[step.thread] === name + 1) this.execution.cancel(step);
    }
  }

  private giveBack(name: number): void {
    this.memory.touchLock(name);
    this.held[name] = false;
    for (const step of this.locking) if (step !== undefined && this.waits[step.thread] === name + 1) this.arm(step);
  }
}

const NAMES: string[] = [];
function nameOf(thread: number): string {
  return (NAMES[thread] ??= `t${thread}`);
}
