import type { RunnerTestCase } from "vitest";
import type { ExploreOptions } from "../../harness/options.ts";
import type { Exploration } from "../../harness/exploration.ts";
import { exploreBetween } from "../../harness/explore.ts";
import type { OnDeviation } from "../../harness/stopping.ts";
import { activity, activitySince, type Activity } from "../../host/activity.ts";
import { subscribe } from "../../host/control.ts";
import { removeCreated, watchCreated } from "../../host/io/files/created.ts";
import { natives } from "../../host/natives.ts";
import { within } from "./limits.ts";

/** Where each execution gets a test of its own from. */
export interface FreshTests {
  readonly begin: () => Promise<{ readonly test: RunnerTestCase; readonly run: () => Promise<unknown> }>;
  /** Ends what was begun last. */
  readonly end: () => Promise<unknown>;
}

/** How long what an execution has left unfinished may take to end, in real ms. */
const CLEARING_MS = 2000;

/** vitest keeps more in a result than its types say. */
export type Result = NonNullable<RunnerTestCase["result"]> & { readonly note?: string; readonly pending?: boolean };
/** An error as vitest hands it to its reporters. */
export type ShownError = NonNullable<Result["errors"]>[number];

/** Thrown into a test whose execution is over before the test is: its hooks still clear up. */
class ExecutionOver extends Error {
  override readonly name: string = "ExecutionOver";

  constructor() {
    super("heddle: the execution is over before the test has ended");
  }
}

/** Thrown by an execution that has passed, where that is what is looked for. */
export class Passes extends Error {
  override readonly name: string = "Passes";

  constructor() {
    super("the test passes");
  }
}

/**
 * One test of a suite as the body of an exploration: an execution is all that vitest does for a test, with its
 * `beforeEach` and `afterEach` hooks, its fixtures and its expectations, so each finds what a first run finds.
 */
export class ExploredTest {
  private test: RunnerTestCase;
  private run: () => Promise<unknown>;
  private readonly fresh: FreshTests | undefined;
  /** Whether the next execution has its test. */
  private isReady: boolean;
  /** Why it has none, and no other will have one. */
  unavailable: { readonly error: unknown } | undefined = undefined;
  /** vitest's run of the test that was last begun. */
  private running: Promise<unknown> | undefined = undefined;
  private isRunning = false;
  private giveUp: ((reason: unknown) => void) | undefined = undefined;
  /** What the first execution has done. */
  firstDid: Activity | undefined = undefined;
  private begunAt: Activity = { ...activity };
  private thrown: { readonly error: unknown } | undefined = undefined;

  private listeners: AbortListeners;

  /**
   * @param run - vitest's own run of the test, which can be had any number of times.
   * @param fresh - gives each execution a test of its own instead.
   */
  constructor(test: RunnerTestCase, run: () => Promise<unknown>, fresh?: FreshTests) {
    this.test = test;
    this.run = run;
    this.fresh = fresh;
    this.isReady = fresh === undefined;
    this.listeners = new AbortListeners(test.context.signal);
  }

  /** @param onDeviation - called before the first step of a replay that deviates. */
  explore(options: ExploreOptions, onDeviation?: OnDeviation): Promise<Exploration> {
    watchCreated(true);
    return exploreBetween(this.execute, options, this.clear, onDeviation)
      .finally(() => {
        this.isReady = this.fresh === undefined;
        return this.fresh?.end();
      })
      .finally(() => watchCreated(false));
  }

  /** The test's function: in `runTask`, between the hooks. */
  call(fn: () => unknown): Promise<unknown> {
    return new natives.Promise((resolve, reject) => {
      this.giveUp = reject;
      const fail = (error: unknown): void => {
        this.thrown ??= { error };
        reject(error as Error);
      };
      let result: unknown;
      try {
        result = fn();
      } catch (error) {
        fail(error);
        return;
      }
      subscribe(result instanceof natives.Promise ? result : natives.resolve.call(natives.Promise, result), resolve, fail);
    });
  }

  /** Whether an execution that failed with this error counts as one that passed: where failures are counted elsewhere. */
  tolerates: ((error: unknown) => boolean) | undefined = undefined;

  /** Whether it is an execution that passes that fails, with `Passes`, and no other. */
  failsIfPassed: boolean = false;

  /** What vitest made of the errors of an execution that failed with this one. */
  readonly shown: WeakMap<object, readonly ShownError[]> = new WeakMap();

  private readonly execute = (): Promise<void> => {
    const { test, unavailable } = this;
    if (unavailable !== undefined) throw unavailable.error;
    this.isReady = this.fresh === undefined;
    this.listeners.renew();
    delete test.result;
    test.mode = "run";
    this.thrown = undefined;
    this.isRunning = true;
    this.begunAt = { ...activity };
    const run = this.run();
    this.running = run;
    const over = (): void => {
      this.isRunning = false;
    };
    subscribe(run, over, over);
    return run.then(() => this.judge());
  };

  private judge(): void {
    this.firstDid ??= activitySince(this.begunAt);
    const { result } = this.test as { result?: Result };
    if (result?.state !== "fail") {
      if (this.failsIfPassed) throw new Passes();
      return;
    }
    if (this.failsIfPassed) return;
    const errors = result.errors ?? [];
    const error = this.thrown?.error ?? errorOf(errors[0]);
    if (this.tolerates?.(error) === true) return;
    if (typeof error === "object" && error !== null) this.shown.set(error, errors);
    throw error;
  }

  /** Between two executions: what the first has left behind ends before the second begins. */
  private readonly clear = (): Promise<unknown> | undefined => {
    if (!this.isRunning) {
      removeCreated();
      return this.isReady ? undefined : this.renew();
    }
    this.giveUp?.(new ExecutionOver());
    return within(CLEARING_MS, this.running!, "it goes on and on").catch(() => {
      this.isRunning = false;
    }).then(removeCreated);
  };

  private async renew(): Promise<void> {
    this.isReady = true;
    try {
      const { test, run } = await this.fresh!.begin();
      [this.test, this.run, this.listeners] = [test, run, new AbortListeners(test.context.signal)];
    } catch (error) {
      this.unavailable = { error };
    }
  }
}

/** What was thrown in a hook is only known as vitest shows it. */
function errorOf(shown: ShownError | undefined): Error {
  const error = new Error(shown?.message ?? "the test failed without an error");
  if (shown?.name !== undefined) Object.defineProperty(error, "name", { value: shown.name, configurable: true });
  if (shown?.stack !== undefined) error.stack = shown.stack;
  return error;
}

/** A test has one signal for all its executions: what one of them hangs on it is taken off before the next. */
class AbortListeners {
  private readonly signal: AbortSignal;
  private readonly added: (readonly [type: string, listener: EventListener])[] = [];

  constructor(signal: AbortSignal) {
    this.signal = signal;
    const add = signal.addEventListener.bind(signal);
    Object.defineProperty(signal, "addEventListener", {
      configurable: true,
      value: (type: string, listener: EventListener, options?: AddEventListenerOptions | boolean) => {
        this.added.push([type, listener]);
        add(type, listener, options);
      },
    });
  }

  renew(): void {
    for (const [type, listener] of this.added.splice(0)) this.signal.removeEventListener(type, listener);
  }
}
