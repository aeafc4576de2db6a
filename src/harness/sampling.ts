import { Forwarding } from "../engine/forwarding.ts";
import type { Outcome } from "../engine/outcome.ts";
import type { Strategy } from "../engine/strategy.ts";
import { fair } from "../strategies/fair.ts";
import { random } from "../strategies/random.ts";

/** The schedules of a sample: told apart from the replays that an exploration makes besides. */
export interface Sampling extends Strategy {
  /** Whether the execution under way is of the sample. */
  readonly isDrawing: boolean;
  /** How many were begun. */
  readonly drawn: number;
}

/**
 * Legal schedules drawn at random: at each decision every legal event with the same probability.
 * @param seed - of the sample: the same seed draws the same schedules.
 */
export function sampling(seed: string): Sampling {
  return new RandomSample(fair(random(seed), seed));
}

class RandomSample extends Forwarding implements Sampling {
  isDrawing = false;
  drawn = 0;

  override begin(run: number): boolean | void {
    this.isDrawing = true;
    // An exploration that has learnt what matters begins anew: that is no new sample.
    this.drawn += 1;
    return super.begin(run);
  }

  override end(outcome: Outcome): void {
    this.isDrawing = false;
    super.end(outcome);
  }
}
