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
  return {
    name: strategy.name,
    ...(strategy.usesFootprints === undefined ? {} : { usesFootprints: strategy.usesFootprints }),
    pick(legal, decision) {
      const event = strategy.pick(legal, decision);
      const index = legal.indexOf(event);
      if (index > 0) journal.deviate(decision, index);
      return event;
    },
    ...(strategy.ran === undefined ? {} : { ran: (event) => strategy.ran!(event) }),
    end: (outcome) => strategy.end?.(outcome),
  };
}
