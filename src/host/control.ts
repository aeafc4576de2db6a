import type { PendingEvent, Task } from "../engine/event.ts";
import type { Execution } from "../engine/execution.ts";
import type { Scope } from "../engine/options.ts";
import type { Touched } from "../report/timeline.ts";
import { isPlainPromise, natives } from "./natives.ts";

/** What watches the sources of events on a recording execution. */
export interface OriginRecorder {
  /** The stack at the call of `above`, to be read later. */
  origin(above: Function): unknown;
  /** An await whose promise may never settle: kept for the deadlock report. */
  waits(origin: unknown, promise: Promise<unknown>): void;
  /** A promise is subscribed to by a `then` that is not caught. */
  subscribes?(promise: Promise<unknown>, above: Function): void;
  /**
   * Real ms for which it is worth waiting while nothing can run, as the body waits for a promise that was made before
   * the execution; 0 where it does not.
   * @param workedMs - real ms that the thread has worked in such waits so far: they don't count.
   */
  patienceMs?(workedMs: number): number;
  /**
   * Something outside the program is used.
   * @param event - whose step uses it, or tells of its use; by default the one that runs.
   */
  touches?(event: PendingEvent | undefined, touched: readonly Touched[]): void;
  /** Runs a task's first part; what follows from it, natively too, is known to be the task's. */
  within<Result>(task: Task, action: () => Result): Result;
}

/** A real operation, as those see it who meet its JavaScript, which is the runtime's. */
export interface RunningOperation {
  /** Whether it lists folders and does not say in which order. */
  readonly hidesOrder: boolean;
  /** Runs JavaScript of the runtime's that belongs to it. */
  run<Result>(native: () => Result): Result;
}

/** Native awaits, thens, ticks and microtasks that one step may take, for each step that an execution may take. */
const NATIVE_PER_STEP = 20;

/**
 * What the trampolines ask on every call. One execution at most is under control at a time, and only while one of
 * its own steps runs is anything caught.
 */
class Control {
  execution: Execution | undefined = undefined;
  /** Whether the code that runs now was caused by the execution. */
  inside: boolean = false;
  /** Whether the event loop turns while the execution waits for real I/O: what runs then may be anybody's. */
  waiting: boolean = false;
  /** Whether awaits and thens are caught: inside, and the order delays them. */
  catching: boolean = false;
  /**
   * Whether heddle itself calls the native `then`, which asks the promise for its `constructor` first: that is no await,
   * and the answer `undefined` spares the look at the species (ECMA-262, SpeciesConstructor).
   */
  subscribing: boolean = false;
  /** What is answered then. */
  species: unknown = undefined;
  /** Whether stack traces are to go through what heddle subscribes with: see `chain`. */
  linking: boolean = false;
  /** Whether ticks and microtasks are caught too. */
  chaotic: boolean = false;
  /** Whether awaits and thens are delayed wherever they stand: `scope: "all"`. */
  isWide: boolean = false;
  /** Whether the user's awaits are marked at build time, so that no stack has to be looked at. */
  marking: boolean = false;
  /**
   * Whether every await of this execution is taken for the user's without a look at its stack: see `Session`. Never on
   * an execution that confirms or replays a failure.
   */
  trusting: boolean = false;
  /** Awaits and thens of the exploration whose stacks were looked at, */
  lookedAt: number = 0;
  /** and those that were seen not to be the user's. */
  foreign: number = 0;
  recorder: OriginRecorder | undefined = undefined;
  /** The operation whose JavaScript runs now, outside of the body. */
  operation: RunningOperation | undefined = undefined;
  /** Whether there may be code outside the scope, which runs as JavaScript has it. */
  isScoped: boolean = false;
  /** Whether anybody wants to know where events come from, or which promises they react to. */
  isWatched: boolean = false;
  /** Seeds the body's own randomness. */
  randomSeed: string = "";

  /** Whether the running step was found to have no end: what it still asks of the queues is not done. */
  runaway: boolean = false;
  private countedStep: number = -1;
  private counted: number = 0;

  /** Whether the execution's strategy goes by what its steps touch. */
  get goesByFootprints(): boolean {
    return this.execution?.settings.strategy.usesFootprints === true;
  }

  /** Whether anybody wants to know what is touched: the strategy, or a report. */
  get namesTouched(): boolean {
    return this.recorder !== undefined || this.goesByFootprints;
  }

  /**
   * Counts what goes through the native queues within one step. A step that goes on in them for ever would never
   * give control back, not even to the process: past a bound it is a livelock.
   */
  isRunaway(): boolean {
    const execution = this.execution!;
    if (this.countedStep !== execution.steps) {
      this.countedStep = execution.steps;
      this.counted = 0;
    }
    this.counted += 1;
    const limit = execution.settings.maxSteps * NATIVE_PER_STEP;
    if (this.counted <= limit || this.runaway) return this.runaway;
    this.runaway = true;
    execution.fail("livelock", new Error(`livelock: one step asked ${limit} times for the microtask queue and had no end (maxSteps: ${execution.settings.maxSteps})`));
    return true;
  }

  get delaysContinuations(): boolean {
    const order = this.execution?.settings.order;
    return order !== undefined && order !== "production";
  }

  begin(execution: Execution, scope: Scope, recorder: OriginRecorder | undefined, trusting: boolean, linking: boolean): void {
    this.execution = execution;
    this.linking = linking;
    this.trusting = trusting;
    this.isWide = scope === "all";
    this.isScoped = scope === "user" && !trusting;
    this.isWatched = recorder !== undefined || execution.tracer !== undefined || this.isScoped;
    this.recorder = recorder;
    this.runaway = false;
    this.countedStep = -1;
  }

  enter(): void {
    this.inside = true;
    this.catching = this.delaysContinuations;
    this.chaotic = this.catching && this.execution!.settings.order === "chaos";
  }

  leave(): void {
    this.inside = false;
    this.catching = false;
    this.chaotic = false;
  }

  end(): void {
    this.leave();
    this.runaway = false;
    this.execution = undefined;
    this.recorder = undefined;
  }

  /** Runs something that is of no execution while one waits. */
  asNobody<Result>(action: () => Result): Result {
    const { waiting } = this;
    this.waiting = false;
    try {
      return action();
    } finally {
      this.waiting = waiting;
    }
  }

  /** Reads of a promise that are no await's, while awaits are caught. */
  unseen<Result>(action: () => Result): Result {
    const { catching } = this;
    this.catching = false;
    try {
      return action();
    } finally {
      this.catching = catching;
    }
  }

  /** Runs something that is not the body's though the body called it: nothing of it is caught. */
  outside<Result>(action: () => Result): Result {
    const { inside, catching, chaotic } = this;
    this.leave();
    try {
      return action();
    } finally {
      this.inside = inside;
      this.catching = catching;
      this.chaotic = chaotic;
    }
  }
}

export const control: Control = new Control();

/** `Promise.resolve`, without anybody's notice. */
export function nativePromise(value: unknown): Promise<unknown> {
  if (isPlainPromise(value)) return value;
  return control.outside(() => natives.resolve.call(natives.Promise, value));
}

/** Subscribes to a promise without anybody's notice: `then` reads `constructor`, and that is no await. */
export function subscribe(
  promise: PromiseLike<unknown>,
  onFulfilled: (value: unknown) => void,
  onRejected: (reason: unknown) => void,
): void {
  const { inside, catching } = control;
  control.inside = false;
  control.catching = false;
  control.subscribing = true;
  try {
    void natives.then.call(promise as Promise<unknown>, onFulfilled, onRejected);
  } finally {
    control.subscribing = false;
    control.inside = inside;
    control.catching = catching;
  }
}
