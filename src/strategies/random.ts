import { randomSource } from "../engine/random-source.ts";
import type { Strategy } from "../engine/strategy.ts";
import { TreeSize } from "./tree-size.ts";

/**
 * The uniform random walk: each legal event with the same probability. Needs no knowledge of the program.
 * @param seed - the exploration's base seed.
 */
export function random(seed: string): Strategy {
  const size = new TreeSize();
  let source = randomSource(seed);
  return {
    name: "random",
    isRandom: true,
    get estimate() {
      return size.estimate;
    },
    begin(run) {
      size.begin();
      if (run !== 0) return;
      source = randomSource(seed);
      size.reset();
    },
    pick(legal) {
      size.choose(legal.length);
      return legal[source.below(legal.length)]!;
    },
    end: () => size.end(),
  };
}
