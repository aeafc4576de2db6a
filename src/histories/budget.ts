import { HeddleError } from "../engine/errors.ts";

/** Taken before anything can replace it, so that virtual time never stops a judge. */
const realNow: () => number = globalThis.performance.now.bind(globalThis.performance);

/** How long a judge may look. */
export interface BudgetOptions {
  /** Most real time, in milliseconds (default 10,000). */
  readonly timeMs?: number | undefined;
  /** Most configurations or orders to look at (default 20 million). Unlike time, it gives the same verdict on every machine. */
  readonly maxConfigurations?: number | undefined;
  /** The clock of `timeMs`, in milliseconds (default: `performance.now`). */
  readonly now?: (() => number) | undefined;
}

const DEFAULT_TIME_MS = 10_000;
const DEFAULT_CONFIGURATIONS = 20_000_000;

/** What of a judge's budget is left. */
export class Budget {
  readonly maxConfigurations: number;
  readonly timeMs: number;
  private readonly now: () => number;
  private readonly startedAt: number;

  /** @throws HeddleError `BAD_OPTION`: a bound that is no number of 0 or more. */
  constructor({ timeMs, maxConfigurations, now }: BudgetOptions) {
    for (const [name, value] of Object.entries({ timeMs, maxConfigurations })) {
      if (value !== undefined && (typeof value !== "number" || !(value >= 0))) {
        throw new HeddleError("BAD_OPTION", `${name} is ${String(value)}: give a number of 0 or more`);
      }
    }
    this.timeMs = timeMs ?? DEFAULT_TIME_MS;
    this.maxConfigurations = maxConfigurations ?? DEFAULT_CONFIGURATIONS;
    this.now = now ?? realNow;
    this.startedAt = this.now();
  }

  /** Which bound is reached, if any. */
  exhausted(configurations: number): Bound | undefined {
    if (configurations >= this.maxConfigurations) {
      return "maxConfigurations";
    }
    return this.timeMs !== Number.POSITIVE_INFINITY && this.now() - this.startedAt >= this.timeMs ? "timeMs" : undefined;
  }
}

/** The option that raises the bound which ended a search, or `"memory"`: what it remembers grew past half a gigabyte. */
export type Bound = "timeMs" | "maxConfigurations" | "memory";
