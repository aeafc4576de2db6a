import type { PendingEvent } from "../engine/event.ts";
import type { Strategy } from "../engine/strategy.ts";

/**
 * Plain JavaScript's order on a machine on which each round of the event loop takes more than a millisecond: a timer of 0 or 1 ms
 * comes before an immediate that was asked for in the same round. `fifo` has the immediate first, as where a round takes no time;
 * of the two a real machine takes either.
 */
export function timersFirst(): Strategy {
  return {
    name: "timers first",
    pick(legal: readonly PendingEvent[]): PendingEvent {
      const first = legal[0]!;
      return first.kind === "immediate" ? (legal.find(({ kind }) => kind === "timer" || kind === "interval") ?? first) : first;
    },
  };
}
