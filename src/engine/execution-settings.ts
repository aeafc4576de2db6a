import type { PendingEvent } from "./event.ts";
import type { OrderName } from "./options.ts";
import type { Strategy } from "./strategy.ts";

/**
 * Watches an execution closely, for the report. The search runs without one.
 * @typeParam Running - the execution: `Execution`, whose own file knows this one.
 */
export interface Recorder<Running> {
  begin(execution: Running): void;
  /** Before the step runs. `index` is the position in `legal` that was taken. */
  step(event: PendingEvent, legal: readonly PendingEvent[], index: number): void;
  end(execution: Running): void;
}

export interface ExecutionSettings<Running> {
  readonly order: OrderName;
  /** The longest time an I/O takes, in virtual ms. */
  readonly latencyMs: number;
  /**
   * The longest time that an I/O takes before a timer fires by which something is polled for (`waitFor`), in virtual ms; by
   * default `latencyMs`.
   */
  readonly patienceMs?: number | undefined;
  /** Whether delays of awaits add up under `latency`; by default they do. */
  readonly delaysAddUp?: boolean | undefined;
  /** Whether a timer may be late under `latency`, see `Lateness`; by default none is. */
  readonly timersMayBeLate?: boolean | undefined;
  /** Steps after which the execution is taken for a livelock. */
  readonly maxSteps: number;
  readonly strategy: Strategy;
  readonly recorder: Recorder<Running> | undefined;
  /** What the program has left behind runs on: see `Execution.runOut`. */
  readonly runsOut?: boolean | undefined;
}
