import { randomSource } from "../engine/random-source.ts";
import type { Strategy } from "../engine/strategy.ts";
import { HeddleError } from "../engine/errors.ts";
import { ChainPartition, type Chain } from "./chains.ts";

/**
 * PCT with chain partitioning (Ozkan, Majumdar, Niksic, Tabaei Befrouei, Weissenbacher, OOPSLA 2018): as `pct`, but what
 * gets a priority is a chain of events that happened one after another, whichever task they belong to. A program that
 * starts task after task has few chains, and a chain keeps its priority through all of them. Finds a bug of depth d
 * with a probability of at least 1/(w²·n^(d-1)) an execution, where w events can be concurrent and n run.
 *
 * Departure: n is not given but the most decisions of an execution so far, the first being a plain random walk.
 * @param seed - the exploration's base seed.
 * @param depth - the number of ordering constraints that a bug may need.
 */
export function pctcp(seed: string, depth: number = 3): Strategy {
  if (!(Number.isSafeInteger(depth) && depth >= 1)) throw new HeddleError("BAD_OPTION", "the depth of `pctcp` is a whole number from 1");
  const chains = new ChainPartition();
  const changes: number[] = [];
  let source = randomSource(`${seed}/pctcp`);
  let longest = 0;
  let step = 0;

  const priorityOf = (chain: Chain): number => {
    if (chain.priority === 0) chain.priority = source.unit() + 1;
    return chain.priority;
  };

  return {
    name: "pctcp",
    isRandom: true,
    begin(run) {
      if (run === 0) {
        source = randomSource(`${seed}/pctcp`);
        longest = 0;
      }
      chains.begin();
      step = 0;
      changes.length = 0;
      for (let index = 1; index < depth && longest > 0; index += 1) changes.push(1 + source.below(longest));
    },
    pick(legal) {
      step += 1;
      const own = legal.map((event) => chains.chainOf(event));
      if (longest === 0) return legal[source.below(legal.length)]!;
      for (;;) {
        let chosen = 0;
        for (let index = 1; index < legal.length; index += 1) if (priorityOf(own[index]!) > priorityOf(own[chosen]!)) chosen = index;
        const change = changes.indexOf(step);
        if (change < 0) return legal[chosen]!;
        changes[change] = -1;
        own[chosen]!.priority = -1 - change;
      }
    },
    ran(event) {
      chains.ran(event);
    },
    end() {
      longest = Math.max(longest, step);
    },
  };
}
