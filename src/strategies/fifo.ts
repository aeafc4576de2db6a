import type { Strategy } from "../engine/strategy.ts";

/** The order plain JavaScript takes: the oldest legal event, always. One execution tries all that it has to try. */
export function fifo(): Strategy {
  return {
    name: "fifo",
    begin: (run) => run === 0,
    pick: (legal) => legal[0]!,
  };
}
