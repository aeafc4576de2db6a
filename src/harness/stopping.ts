import type { PendingEvent } from "../engine/event.ts";
import type { ReplayStrategy } from "../engine/strategy.ts";

/** Told of the event that goes first, and of the one that plain JavaScript would have run. */
export type OnDeviation = (event: PendingEvent, instead: PendingEvent) => void;

/** The same replay, which calls back once: before the first step that deviates. */
export function stopping(strategy: ReplayStrategy, onDeviation: OnDeviation): ReplayStrategy {
  const pick = strategy.pick.bind(strategy);
  let hasStopped = false;
  return Object.assign(strategy, {
    pick: (legal: readonly PendingEvent[], decision: number): PendingEvent => {
      const event = pick(legal, decision);
      const [instead] = legal;
      if (event !== instead && !hasStopped) {
        hasStopped = true;
        onDeviation(event, instead!);
      }
      return event;
    },
  });
}
