import { Execution } from "../../src/engine/execution.ts";
import type { Outcome } from "../../src/engine/outcome.ts";
import type { Strategy } from "../../src/engine/strategy.ts";
import { Machine, type SimulatedThreads } from "../../properties/support/reference-programs-machine.ts";

const host = { settle: (): boolean => true, waitForOutside: (): boolean => true };

/** One execution of a simulated program, without the exploration's plan around it. */
export function execute(program: SimulatedThreads, strategy: Strategy): Outcome {
  let outcome: Outcome | undefined;
  const settings = { order: "chaos", latencyMs: 100, maxSteps: 10_000, strategy, recorder: undefined } as const;
  new Execution(host, new Machine(program), settings, (one) => {
    outcome = one;
  }).start();
  if (outcome!.diverged !== undefined) throw outcome!.diverged;
  return outcome!;
}

/** The execution in which a strategy finds the bug, from 1; `undefined` where it doesn't within `most`. */
export function executionsToBug(program: SimulatedThreads, strategy: Strategy, most: number): number | undefined {
  for (let run = 0; run < most; run += 1) {
    if (strategy.begin?.(run) === false) return undefined;
    if (execute(program, strategy).failure !== undefined) return run + 1;
  }
  return undefined;
}

export interface Measured {
  readonly mean: number;
  readonly worst: number;
  readonly missed: number;
  readonly seeds: number;
}

class Tally {
  private sum = 0;
  private worst = 0;
  private missed = 0;
  private seeds = 0;

  add(found: number | undefined, most: number): void {
    const count = found ?? most;
    this.seeds += 1;
    this.sum += count;
    this.worst = Math.max(this.worst, count);
    if (found === undefined) this.missed += 1;
  }

  /** Ten seeds at least, however long they take. */
  isEnough(total: number): boolean {
    return this.seeds >= 10 && this.sum > total;
  }

  get result(): Measured {
    return { mean: this.sum / this.seeds, worst: this.worst, missed: this.missed, seeds: this.seeds };
  }
}

/**
 * Over many seeds; one that misses counts as `most`.
 * @param total - the executions after which no further seed is tried.
 */
export function measure(find: (seed: string) => number | undefined, seeds: number, most: number, total: number): Measured {
  const tally = new Tally();
  for (let seed = 0; seed < seeds && !tally.isEnough(total); seed += 1) tally.add(find(`seed ${seed}`), most);
  return tally.result;
}

/**
 * The same for what has to be awaited.
 * @param timeMs - the real time after which no further seed is tried; three are in any case.
 */
export async function measureAsync(
  find: (seed: string) => Promise<number | undefined>,
  seeds: number,
  most: number,
  timeMs: number,
): Promise<Measured> {
  const tally = new Tally();
  const end = performance.now() + timeMs;
  for (let seed = 0; seed < seeds && (seed < 3 || performance.now() < end); seed += 1) tally.add(await find(`seed ${seed}`), most);
  return tally.result;
}
