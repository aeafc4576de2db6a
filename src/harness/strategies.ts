import type { OrderName } from "../engine/options.ts";
import type { Strategy } from "../engine/strategy.ts";
import { auto } from "../strategies/auto.ts";
import { deviations } from "../strategies/deviations.ts";
import { dpor } from "../strategies/dpor/dpor.ts";
import { exhaustive } from "../strategies/exhaustive.ts";
import { fair } from "../strategies/fair.ts";
import { fifo } from "../strategies/fifo.ts";
import { pct } from "../strategies/pct.ts";
import { pctcp } from "../strategies/pctcp.ts";
import { pos } from "../strategies/pos.ts";
import { random } from "../strategies/random.ts";
import { seedOfShard } from "../strategies/shard.ts";
import { surw } from "../strategies/surw.ts";
import { urw } from "../strategies/urw.ts";
import type { Settings } from "./options.ts";

/**
 * The strategy that the settings ask for, fresh, with so many executions to spend. Under `production` a step goes on
 * natively into other tasks' code, and which steps are independent can't be seen.
 */
export function strategyOf(settings: Settings, order: OrderName, runs: number): Strategy {
  const { strategy, baseSeed, bound, shard } = settings;
  const isReduced = settings.independence === "declared" && order !== "production";
  const seed = seedOfShard(baseSeed, shard);
  switch (strategy) {
    case "auto":
      return auto(baseSeed, runs, bound, shard, isReduced);
    case "fifo":
      return fair(fifo());
    case "random":
      return fair(random(seed), seed);
    case "pct":
      return fair(pct(seed), seed);
    case "pctcp":
      return fair(pctcp(seed), seed);
    case "pos":
      return fair(pos(seed), seed);
    case "urw":
      return fair(urw(seed), seed);
    case "surw":
      return fair(surw(seed), seed);
    case "deviations":
      return fair(deviations(bound, shard));
    case "exhaustive":
      return fair(isReduced ? dpor() : exhaustive(bound, shard));
    default:
      return strategy;
  }
}
