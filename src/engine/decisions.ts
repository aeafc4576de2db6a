import { returnChoices, takeChoices, type Choices } from "./choices.ts";
import { asError, illegalChoice } from "./errors.ts";
import type { PendingEvent } from "./event.ts";
import { positionOf } from "./lists.ts";
import type { Strategy } from "./strategy.ts";

/**
 * The decisions of one execution: which of several legal events runs.
 *
 * Where one of them is independent of everything else there is nothing to decide: it runs, and a strategy that searches
 * is not asked. What is known to be independent differs from one execution to the next, and a schedule must not depend
 * on it. So the numbers of a schedule's decisions count those as well, and a strategy that follows one is asked for all.
 */
export class Decisions {
  /** How often the strategy was asked. */
  asked: number = 0;
  /** Why the execution cannot go on, if it cannot. */
  diverged: Error | undefined = undefined;
  private readonly strategy: Strategy;
  private readonly prunes: boolean;
  private readonly choices: Choices = takeChoices();
  /** Decisions for which it was not asked. */
  private passed: number = 0;
  /** Whether there was any independent event: most executions have none, and need not look for one. */
  private hasIndependent: boolean = false;

  constructor(strategy: Strategy) {
    this.strategy = strategy;
    // A strategy that reasons about dependence itself finds out by itself that there is nothing to decide.
    this.prunes = strategy.followsSchedule !== true && strategy.usesProvenance !== true;
  }

  /** An event of real I/O becomes pending. */
  note(event: PendingEvent): void {
    if (event.isIndependent === true && this.prunes) this.hasIndependent = true;
  }

  /**
   * @param legal - two or more.
   * @returns the place of what is to run, negative where the strategy could not go on.
   */
  decide(legal: readonly PendingEvent[]): number {
    if (this.hasIndependent === true) {
      for (let place = 0; place < legal.length; place += 1) {
        if (legal[place]!.isIndependent === true) return this.pass(place);
      }
    }
    const decision = this.asked;
    this.asked += 1;
    let index: number;
    try {
      index = positionOf(this.strategy.pick(legal, decision), legal);
    } catch (error) {
      this.diverged = asError(error);
      return -1;
    }
    if (index > 0) this.choices.add(decision + this.passed, index);
    else if (index < 0) this.diverged = illegalChoice(this.strategy.name);
    return index;
  }

  private pass(index: number): number {
    if (index > 0) this.choices.add(this.asked + this.passed, index);
    this.strategy.passes?.(index);
    this.passed += 1;
    return index;
  }

  /** Flat pairs of decision number and index, where the index is not 0. To be asked for once, at the end. */
  taken(): readonly number[] {
    return returnChoices(this.choices);
  }
}
