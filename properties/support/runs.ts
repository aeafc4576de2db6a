/** Runs a generated program: as plain JavaScript runs it, and under heddle. */
import { explore, install, uninstall, type Exploration, type ExploreOptions } from "heddle";
import { END, type CompiledProgram, type Surroundings } from "./source.ts";

interface Armed {
  readonly callback: () => void;
  readonly deadline: number;
  readonly sequence: number;
}

/**
 * Timers as an ideal machine would keep them: no callback takes time, and the clock moves on only when nothing else
 * is left to do. Real timers differ from it only by the machine's delays. Promises, ticks and microtasks are native.
 */
class IdealClock {
  private readonly timers: Armed[] = [];
  private immediates = 0;
  private now = 0;
  private sequence = 0;
  private isOver = false;

  readonly setTimeout = (callback: () => void, delayMs: number): void => {
    this.sequence += 1;
    this.timers.push({ callback, deadline: this.now + delayMs, sequence: this.sequence });
  };

  readonly setImmediate = (callback: () => void): void => {
    this.immediates += 1;
    setImmediate(() => {
      this.immediates -= 1;
      callback();
    });
  };

  start(): void {
    setImmediate(() => {
      if (this.isOver) return;
      if (this.immediates === 0) this.fire();
      this.start();
    });
  }

  stop(): void {
    this.isOver = true;
  }

  private fire(): void {
    this.timers.sort((left, right) => left.deadline - right.deadline || left.sequence - right.sequence);
    const timer = this.timers.shift();
    if (timer === undefined) return;
    this.now = timer.deadline;
    timer.callback();
  }
}

/** The log of a program in plain JavaScript, with heddle's trampolines taken out or left in place, dormant. */
export async function runNatively(program: CompiledProgram, isDormant = false): Promise<string[]> {
  const log: string[] = [];
  const clock = new IdealClock();
  if (!isDormant) uninstall();
  try {
    await new Promise<void>((resolve, reject) => {
      setImmediate(() => {
        // From a microtask, as the body of an exploration is started.
        queueMicrotask(() => {
          const { setTimeout: timeout, setImmediate: immediate } = clock;
          const surroundings: Surroundings = {
            ...surroundingsOf((line) => log.push(line)),
            setTimeout: timeout,
            setImmediate: immediate,
          };
          program(surroundings).then(() => resolve(), reject);
        });
        clock.start();
      });
    });
    clock.stop();
  } finally {
    if (!isDormant) install();
  }
  return untilEnd(log);
}

/** An execution ends with its body: callbacks that nobody awaits may or may not have run by then. */
function untilEnd(log: readonly string[]): string[] {
  const end = log.indexOf(END);
  return end < 0 ? [...log] : log.slice(0, end + 1);
}

/**
 * A strategy of the engine's own, as an option. The type checker takes "heddle" for the built package, whose classes
 * are other types than those of the sources; at run time they are one.
 */
export function asOption(strategy: object): NonNullable<ExploreOptions["strategy"]> {
  return strategy as NonNullable<ExploreOptions["strategy"]>;
}

/** Vitest's RPC puts the native `process.nextTick` back at times, see `installed.test.ts`: here only the program counts. */
export function freshGlobals(): void {
  uninstall();
  install();
}

/** What a program finds outside while an execution runs. */
export function surroundingsOf(log: (line: string) => void): Surroundings {
  return {
    log,
    setTimeout: (callback, delayMs) => setTimeout(callback, delayMs),
    setImmediate: (callback) => setImmediate(callback),
    queueMicrotask: (callback) => queueMicrotask(callback),
    nextTick: (callback) => process.nextTick(callback),
    start: (task) => task(),
  };
}

export interface Explored {
  readonly exploration: Exploration;
  /** One for each execution, in the order they were made. */
  readonly logs: readonly (readonly string[])[];
}

/** @param judge - looks at the log at the end of the body; what it throws fails the execution. */
export async function runUnderHeddle(program: CompiledProgram, options: ExploreOptions, judge?: (log: readonly string[]) => void): Promise<Explored> {
  freshGlobals();
  const logs: string[][] = [];
  const exploration = await explore(async () => {
    const log: string[] = [];
    logs.push(log);
    await program(surroundingsOf((line) => log.push(line)));
    judge?.(untilEnd(log));
  }, { latencyMs: Number.POSITIVE_INFINITY, leaks: "ignore", explain: false, ...options });
  return { exploration, logs: logs.map((log) => untilEnd(log)) };
}
