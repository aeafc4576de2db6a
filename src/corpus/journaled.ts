import type { Plan } from "../engine/plan.ts";
import type { Strategy } from "../engine/strategy.ts";
import type { Journal } from "./journal.ts";

/** The same plan, with every execution written into the journal while it runs. */
export function* journaled<Result>(plan: Plan<Result>, journal: Journal): Plan<Result> {
  let next = plan.next();
  while (next.done !== true) {
    const request = next.value;
    journal.begin(request.order);
    next = plan.next(yield { ...request, strategy: watched(request.strategy, journal) });
  }
  return next.value;
}

/** What an execution asks of a strategy; that `begin` is the plan's affair, it has asked already. */
function watched(strategy: Strategy, journal: Journal): Strategy {
  /** Decisions so far for which the strategy was asked, and those for which it was not: a schedule counts both. */
  let [asked, passed] = [0, 0];
  const note = (index: number): void => {
    if (index > 0) journal.deviate(asked + passed, index);
  };
  return {
    name: strategy.name,
    ...(strategy.usesFootprints === undefined ? {} : { usesFootprints: strategy.usesFootprints }),
    ...(strategy.usesProvenance === undefined ? {} : { usesProvenance: strategy.usesProvenance }),
    ...(strategy.followsSchedule === undefined ? {} : { followsSchedule: strategy.followsSchedule }),
    ...(strategy.watches === undefined ? {} : { watches: (place) => strategy.watches!(place) }),
    pick(legal, decision) {
      const event = strategy.pick(legal, decision);
      note(legal.indexOf(event));
      asked += 1;
      return event;
    },
    passes(index) {
      note(index);
      passed += 1;
    },
    ...(strategy.ran === undefined ? {} : { ran: (event) => strategy.ran!(event) }),
    end: (outcome) => strategy.end?.(outcome),
  };
}
