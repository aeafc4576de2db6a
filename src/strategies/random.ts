import { randomSource, type RandomSource } from "../engine/random-source.ts";
import type { PendingEvent } from "../engine/event.ts";
import type { Strategy } from "../engine/strategy.ts";
import { TreeSize } from "./tree-size.ts";

/**
 * The uniform random walk: each legal event with the same probability. Needs no knowledge of the program.
 * @param seed - the exploration's base seed.
 */
export function random(seed: string): Strategy {
  return new RandomWalk(seed);
}

class RandomWalk implements Strategy {
  readonly name: string = "random";
  readonly isRandom: boolean = true;
  private readonly seed: string;
  private readonly size: TreeSize = new TreeSize();
  private source: RandomSource;

  constructor(seed: string) {
    this.seed = seed;
    this.source = randomSource(seed);
  }

  get estimate(): number | undefined {
    return this.size.estimate;
  }

  begin(run: number): void {
    this.size.begin();
    if (run !== 0) return;
    this.source = randomSource(this.seed);
    this.size.reset();
  }

  pick(legal: readonly PendingEvent[]): PendingEvent {
    const { length } = legal;
    this.size.choose(length);
    return legal[this.source.below(length)]!;
  }

  end(): void {
    this.size.end();
  }
}
