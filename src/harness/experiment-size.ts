/** How many executions the search for a cause may take: counted, and never told from the clock, so that one failure has one report. */
import type { PendingEvent } from "../engine/event.ts";
import { Forwarding } from "../engine/forwarding.ts";
import type { Strategy } from "../engine/strategy.ts";
import { OutsideEvent } from "../host/outside/outside-event.ts";

/** The most steps of all executions together, */
const MOST_STEPS = 80_000;
/** and of a generated input's: each smaller one that fails is looked at. */
const MOST_STEPS_OF_INPUT = 5_000;
/** What the machine does for a step of real I/O takes as long as so many others. */
const REAL_STEP = 10;
const MOST_RUNS = 1800;
const LEAST_RUNS = 1000;
/** Of an input. */
const LEAST_RUNS_OF_INPUT = 200;
/** Executions behind each share. */
const MOST_SAMPLES = 60;
const LEAST_SAMPLES = 33;
/** The same of an input, and where executions are dear. */
const FEW_SAMPLES = 8;
/** So many such shares there has to be room for. */
const SHARES = 30;

export interface ExperimentSize {
  /** The most executions. */
  readonly runs: number;
  /** Executions behind each share. */
  readonly samples: number;
}

/** @param weight - of one execution, in steps. */
export function sizeOfExperiment(weight: number, isInput: boolean): ExperimentSize {
  const runs = Math.round(between(isInput ? LEAST_RUNS_OF_INPUT : LEAST_RUNS, (isInput ? MOST_STEPS_OF_INPUT : MOST_STEPS) / Math.max(1, weight), MOST_RUNS));
  return { runs, samples: between(isInput ? FEW_SAMPLES : LEAST_SAMPLES, Math.floor(runs / SHARES), MOST_SAMPLES) };
}

/** Executions are dear where there is not even time for the smallest experiment. */
export function isDear(executionMs: number, timeMs: number): boolean {
  return executionMs * LEAST_RUNS > timeMs;
}

/** For a test of a suite; and what is begun where executions are dear, and seldom ended. */
export const LEAST_EXPERIMENT: ExperimentSize = { runs: 250, samples: FEW_SAMPLES };

function between(least: number, value: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}

/** Stands around a strategy and weighs the execution that it makes. */
export class Weighing extends Forwarding {
  /** In steps. */
  weight: number = 0;
  override readonly ran: (event: PendingEvent) => void;

  constructor(inner: Strategy) {
    super(inner);
    this.ran = (event) => {
      this.weight += event instanceof OutsideEvent ? REAL_STEP : 1;
      inner.ran?.(event);
    };
  }
}
