import { randomSource } from "../engine/random-source.ts";
import type { Strategy } from "../engine/strategy.ts";

/**
 * The uniform random walk: each legal event with the same probability. Needs no knowledge of the program.
 * @param seed - the exploration's base seed.
 */
export function random(seed: string): Strategy {
  let source = randomSource(seed);
  return {
    name: "random",
    begin(run) {
      if (run === 0) source = randomSource(seed);
    },
    pick: (legal) => legal[source.below(legal.length)]!,
  };
}
