import type { Strategy } from "../engine/strategy.ts";
import { auto } from "../strategies/auto.ts";
import { deviations } from "../strategies/deviations.ts";
import { exhaustive } from "../strategies/exhaustive.ts";
import { fair } from "../strategies/fair.ts";
import { fifo } from "../strategies/fifo.ts";
import { pct } from "../strategies/pct.ts";
import { pos } from "../strategies/pos.ts";
import { random } from "../strategies/random.ts";
import { surw } from "../strategies/surw.ts";
import { urw } from "../strategies/urw.ts";
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
      return fair(random(baseSeed));
    case "pct":
      return fair(pct(baseSeed));
    case "pos":
      return fair(pos(baseSeed));
    case "urw":
      return fair(urw(baseSeed));
    case "surw":
      return fair(surw(baseSeed));
    case "deviations":
      return fair(deviations(bound));
    case "exhaustive":
      return exhaustive(bound);
    default:
      return strategy;
  }
}
