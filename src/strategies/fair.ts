import type { PendingEvent, Task } from "../engine/event.ts";
import type { Strategy } from "../engine/strategy.ts";

/** Decisions for which an execution may be unfair, beside four times those of the strategy's first one. */
const PATIENCE = 100;
/** What the first one is taken to have, until it has. */
const USUAL = 200;

/**
 * Keeps a strategy from starving the rest of the program for the sake of a polling loop (`while (!done) await
 * tick()`): such an execution would end at `maxSteps` as a livelock that no real machine has.
 *
 * Where one task has been chosen many times in a row, or the oldest event has been passed over many times in a row,
 * the tasks take turns for as many decisions again, the one that ran longest ago first; then the strategy has its say
 * again. *Many* is 100 decisions and four times those of the strategy's first execution: a program that ends by itself
 * hardly gets there. What is a livelock even so is one in fact.
 * (A simple form of the fair scheduling of Musuvathi and Qadeer, PLDI 2008, who demote on yields.)
 */
export function fair(inner: Strategy): Strategy {
  const lastTurns: Map<Task, number> = new Map();
  let usual = USUAL;
  let isFirst = true;
  let task: Task | undefined;
  let oldest: PendingEvent | undefined;
  let streak = 0;
  let passedOver = 0;
  let turnsLeft = 0;

  const takeTurns = (legal: readonly PendingEvent[], decision: number): PendingEvent => {
    turnsLeft -= 1;
    let chosen = legal[0]!;
    let longestAgo = Number.POSITIVE_INFINITY;
    for (const event of legal) {
      const turn = lastTurns.get(event.task) ?? -1;
      if (turn < longestAgo) [chosen, longestAgo] = [event, turn];
    }
    lastTurns.set(chosen.task, decision);
    return chosen;
  };

  return {
    name: inner.name,
    ...(inner.exhaustive === undefined ? {} : { exhaustive: inner.exhaustive }),
    ...(inner.covers === undefined ? {} : { covers: inner.covers }),
    get isRandom() {
      return inner.isRandom === true;
    },
    get estimate() {
      return inner.estimate;
    },
    get usesFootprints() {
      return inner.usesFootprints === true;
    },
    begin(run) {
      if (run === 0) usual = USUAL;
      if (lastTurns.size > 0) lastTurns.clear();
      [task, oldest, streak, passedOver, turnsLeft] = [undefined, undefined, 0, 0, 0];
      isFirst = run === 0;
      return inner.begin?.(run);
    },
    pick(legal, decision) {
      // Asked in any case: a strategy may count its decisions.
      let chosen = inner.pick(legal, decision);
      // Most executions are over before there is anything to look at.
      if (decision < PATIENCE) return chosen;
      if (turnsLeft > 0) chosen = takeTurns(legal, decision);
      if (chosen.task !== task) {
        task = chosen.task;
        streak = 0;
      }
      streak += 1;
      if (legal[0] !== oldest) {
        oldest = legal[0];
        passedOver = 0;
      }
      passedOver += 1;
      if (turnsLeft === 0 && (streak > PATIENCE || passedOver > PATIENCE)) {
        const limit = PATIENCE + 4 * usual;
        if (Math.max(streak, passedOver) > limit) {
          turnsLeft = limit;
          lastTurns.set(chosen.task, decision);
        }
      }
      return chosen;
    },
    ...(inner.ran === undefined ? {} : { ran: (event: PendingEvent) => inner.ran!(event) }),
    end(outcome) {
      if (isFirst) usual = outcome.decisions;
      inner.end?.(outcome);
    },
  };
}
