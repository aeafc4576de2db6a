import type { Strategy } from "../engine/strategy.ts";
import { deviations } from "./deviations.ts";
import { exhaustive } from "./exhaustive.ts";
import { random } from "./random.ts";

/** Trees estimated to be larger than this many times the budget are not searched through. */
const HOPELESS = 20;

/**
 * The default: FIFO; every single deviation from it (for at most a third of the budget); then random walks, with an
 * exhaustive search alongside while the tree of schedules looks small enough to be finished.
 * The size is estimated as Knuth (1975) does: the mean over random walks of the product of the branching factors.
 * @param seed - the exploration's base seed.
 * @param runs - the executions there are to spend.
 * @param bound - the most deviations, for the exhaustive part.
 */
export function auto(seed: string, runs: number, bound: number): Strategy {
  const single = deviations(Math.min(1, bound));
  const complete = exhaustive(bound);
  const walk = random(seed);
  const started = new Map<Strategy, number>();
  let current: Strategy = single;
  let product = 1;
  let estimates = { sum: 0, count: 0 };
  let singleIsOver = false;

  const begin = (strategy: Strategy): boolean => {
    const run = started.get(strategy) ?? 0;
    started.set(strategy, run + 1);
    current = strategy;
    return strategy.begin?.(run) !== false;
  };
  const isHopeful = (): boolean => estimates.sum / Math.max(1, estimates.count) <= runs * HOPELESS;

  return {
    name: "auto",
    exhaustive: true,
    begin(run) {
      if (run === 0) {
        started.clear();
        [singleIsOver, estimates] = [false, { sum: 0, count: 0 }];
      }
      product = 1;
      if (!singleIsOver && run <= Math.max(2, runs / 3) && begin(single)) return true;
      singleIsOver = true;
      if (bound !== Number.POSITIVE_INFINITY || (run % 2 === 0 && isHopeful())) return begin(complete);
      return begin(walk);
    },
    pick(legal, decision) {
      product *= legal.length;
      return current.pick(legal, decision);
    },
    ran(event) {
      current.ran?.(event);
    },
    end(outcome) {
      if (current === walk || estimates.count === 0) {
        estimates = { sum: estimates.sum + product, count: estimates.count + 1 };
      }
      current.end?.(outcome);
    },
  };
}
