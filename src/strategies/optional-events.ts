import { isOptional, type PendingEvent } from "../engine/event.ts";
import { randomSource, type RandomSource } from "../engine/random-source.ts";

/** How many of the legal events are not optional: they stand first. */
export function plainCount(legal: readonly PendingEvent[]): number {
  let count = legal.length;
  while (count > 0 && isOptional(legal[count - 1]!.kind)) count -= 1;
  return count;
}

/**
 * Decides for a random strategy which optional events (faults, aborts) happen. An optional event is legal at nearly every
 * decision: a strategy that took it for one event among others would let it happen first thing in nearly every execution.
 *
 * Half of the executions have none. The others have one, at a decision drawn uniformly among those at which earlier
 * executions had some to choose; half of these have a second one behind it, and so on. The strategy itself decides
 * among the other events and never sees these.
 */
export class OptionalEvents {
  private readonly source: RandomSource;
  /** Decisions of the execution under way at which there were some to choose. */
  private offers = 0;
  /** The most that an execution has had. */
  private most = 0;
  /** The offer at which one is taken; -1: none is. */
  private takesAt = -1;
  /** Decisions of the execution under way at which there was nothing else to choose. */
  private alone = 0;
  /** Schedules, for each that has none of these: an estimate, from one execution. */
  ways: number = 1;

  constructor(seed: string) {
    this.source = randomSource(seed);
  }

  begin(): void {
    [this.offers, this.alone, this.ways, this.takesAt] = [0, 0, 1, -1];
    this.plan(0);
  }

  /** @param among - asks the strategy itself, with the number that the decision has for it. */
  pick(legal: readonly PendingEvent[], decision: number, among: (plain: readonly PendingEvent[], decision: number) => PendingEvent): PendingEvent {
    const plain = plainCount(legal);
    if (plain === legal.length) return among(legal, decision - this.alone);
    const offer = this.offers;
    this.offers += 1;
    this.ways += legal.length - plain;
    if (this.offers > this.most) this.most = this.offers;
    if (offer === this.takesAt) {
      this.alone += 1;
      this.plan(offer + 1);
      return legal[plain + this.source.below(legal.length - plain)]!;
    }
    if (plain > 1) return among(legal.slice(0, plain), decision - this.alone);
    this.alone += 1;
    return legal[0]!;
  }

  private plan(from: number): void {
    const left = this.most - from;
    this.takesAt = left > 0 && this.source.unit() < 0.5 ? from + this.source.below(left) : -1;
  }
}
