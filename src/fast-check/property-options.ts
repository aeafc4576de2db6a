import { HeddleError } from "../engine/errors.ts";
import type { ExploreOptions } from "../harness/options.ts";
import type { BodyContext } from "../subjects/body-context.ts";

/** The body of a property: heddle's context, and the generated values after it. */
export type RacePropertyBody<Values extends readonly unknown[]> = (context: BodyContext, ...values: Values) => unknown;

/** Options of a property: those of `explore`, but for what concerns one body alone. */
export interface RacePropertyOptions extends Omit<ExploreOptions, "workers" | "shard"> {
  /** The inputs that there will be, so that `runs` can be shared out: what `fc.assert` is told, by default 100. */
  readonly numRuns?: number;
}

/** @throws HeddleError `BAD_OPTION`. */
export function checkOptions(options: unknown): RacePropertyOptions {
  if (typeof options !== "object" || options === null) throw misuse();
  for (const key of ["workers", "shard"]) {
    if (key in options) throw new HeddleError("BAD_OPTION", `\`${key}\` is not for properties: leave it out (fast-check's own \`seed\` gives each machine other inputs)`);
  }
  const { numRuns } = options as RacePropertyOptions;
  if (numRuns !== undefined && (!Number.isSafeInteger(numRuns) || numRuns < 1)) {
    throw new HeddleError("BAD_OPTION", `\`numRuns\` is ${String(numRuns)}; it takes a whole number from 1`);
  }
  return options as RacePropertyOptions;
}

export function misuse(): HeddleError {
  return new HeddleError("BAD_OPTION", "raceProperty(...arbitraries, body, options?) takes arbitraries, and a function behind them: raceProperty(fc.nat(), async ({ spawn }, amount) => { … })");
}
