import { HeddleError } from "../engine/errors.ts";
import type { Strategy } from "../engine/strategy.ts";

/** A decision on the path from the root of the tree of schedules to where the search stands. */
interface Branch {
  index: number;
  readonly count: number;
}

/**
 * Depth-first search of the tree of decisions: every legal schedule once, FIFO first. No reduction: two schedules
 * that differ in the order of independent events only are both tried.
 * @param bound - the most decisions in one schedule that are not FIFO.
 */
export function exhaustive(bound: number): Strategy {
  if (!(bound >= 0)) throw new HeddleError("BAD_OPTION", "`bound` must be a whole number from 0");
  const path: Branch[] = [];
  let [leaves, chances, chance, deviated] = [0, 0, 1, 0];

  /** Moves to the next leaf; false where there is none. */
  const backtrack = (): boolean => {
    while (path.length > 0) {
      const last = path[path.length - 1]!;
      const spent = path.reduce((sum, branch) => sum + (branch.index > 0 ? 1 : 0), 0);
      const affordable = last.index > 0 || spent < bound;
      if (affordable && last.index + 1 < last.count) {
        last.index += 1;
        return true;
      }
      path.pop();
    }
    return false;
  };

  return {
    name: "exhaustive",
    exhaustive: true,
    /**
     * The leaves seen, divided by the sum of the chances of a random walk to come to each: the weighted backtrack
     * estimator of Kilby, Slaney, Thiébaux and Walsh (AAAI 2006), which takes the tree to go on as it has begun.
     */
    get estimate() {
      return leaves === 0 ? undefined : leaves / chances;
    },
    begin(run) {
      [chance, deviated] = [1, 0];
      if (run === 0) {
        while (path.length > 0) path.pop();
        [leaves, chances] = [0, 0];
        return true;
      }
      return backtrack();
    },
    pick(legal, decision) {
      if (decision === path.length) path.push({ index: 0, count: legal.length });
      const branch = path[decision]!;
      if (branch.count !== legal.length) {
        throw new HeddleError(
          "REPLAY_DIVERGED",
          `the body is not deterministic: at decision ${decision} there were ${branch.count} legal events, and now ${legal.length}. Look for state that is kept between executions, real time, or unseeded randomness`,
        );
      }
      if (deviated < bound) chance /= legal.length;
      if (branch.index > 0) deviated += 1;
      return legal[branch.index]!;
    },
    end() {
      leaves += 1;
      chances += chance;
    },
  };
}
