import type { PendingEvent } from "../engine/event.ts";
import { Forwarding } from "../engine/forwarding.ts";
import type { Plan } from "../engine/plan.ts";
import type { Strategy } from "../engine/strategy.ts";
import type { Journal } from "./journal.ts";

/** The same plan, with every execution written into the journal while it runs. */
export function* journaled<Result>(plan: Plan<Result>, journal: Journal): Plan<Result> {
  let next = plan.next();
  while (next.done !== true) {
    const request = next.value;
    journal.begin(request.order);
    next = plan.next(yield { ...request, strategy: new Watched(request.strategy, journal) });
  }
  return next.value;
}

/** A strategy whose deviations are written down as it chooses them. */
class Watched extends Forwarding {
  private readonly journal: Journal;
  /** Decisions so far, those for which the strategy was not asked included: a schedule counts both. */
  private decisions = 0;

  constructor(inner: Strategy, journal: Journal) {
    super(inner);
    this.journal = journal;
  }

  override pick(legal: readonly PendingEvent[], decision: number): PendingEvent {
    const event = super.pick(legal, decision);
    this.passes(legal.indexOf(event));
    return event;
  }

  passes(index: number): void {
    if (index > 0) this.journal.deviate(this.decisions, index);
    this.decisions += 1;
  }
}
