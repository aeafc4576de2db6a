import type { Strategy } from "../engine/strategy.ts";
import { auto } from "../strategies/auto.ts";
import { deviations } from "../strategies/deviations.ts";
import { exhaustive } from "../strategies/exhaustive.ts";
import { fifo } from "../strategies/fifo.ts";
import { random } from "../strategies/random.ts";
import type { Settings } from "./options.ts";

/** The strategy that the settings ask for, fresh, with so many executions to spend. */
export function strategyOf(settings: Settings, runs: number): Strategy {
  const { strategy, baseSeed, bound } = settings;
  switch (strategy) {
    case "auto":
      return auto(baseSeed, runs, bound);
    case "fifo":
      return fifo();
    case "random":
      return random(baseSeed);
    case "deviations":
      return deviations(bound);
    case "exhaustive":
      return exhaustive(bound);
    default:
      return strategy;
  }
}
