import { HeddleError, type BodyContext, type ExploreOptions } from "../index.ts";
import type { Arbitraries } from "../fast-check/check-property.ts";
import type { PropertyOutcome } from "../fast-check/property-check.ts";
import { raceArguments } from "./arguments.ts";
import type { RacePropertyParameters, RaceVitestOptions } from "./types.ts";

export type { PropertyOutcome } from "../fast-check/property-check.ts";

/** What `test.race.prop` was given. */
export interface PropertyRequest {
  readonly arbitraries: Arbitraries;
  /** For fast-check. */
  readonly parameters: RacePropertyParameters;
  /** For vitest. */
  readonly test: Omit<RaceVitestOptions, "fails">;
  readonly explore: ExploreOptions;
}

/** What belongs to fast-check; everything else is heddle's or vitest's. */
const PARAMETERS: ReadonlySet<string> = new Set([
  "path", "numRuns", "examples", "verbose", "reporter", "asyncReporter", "maxSkipsPerRun", "endOnFailure", "skipAllAfterTimeLimit",
  "interruptAfterTimeLimit", "markInterruptAsFailure", "skipEqualValues", "ignoreEqualValues", "randomType", "unbiased", "plugins",
]);

/** @throws HeddleError `BAD_OPTION` where the first argument is no list or record of arbitraries. */
export function propertyRequest(arbitraries: unknown, options: unknown): PropertyRequest {
  const all: readonly unknown[] = typeof arbitraries === "object" && arbitraries !== null ? Object.values(arbitraries) : [];
  if (all.length === 0 || !all.every(isArbitrary)) {
    throw new HeddleError("BAD_OPTION", "test.race.prop(arbitraries, options?)(name, body) takes arbitraries of fast-check first, as a list or by name: test.race.prop([fc.array(fc.nat())])(\"conserves money\", async ({ spawn }, amounts) => { … })");
  }
  const given = Object.entries((options as object | undefined) ?? {});
  const parameters = Object.fromEntries(given.filter(([key, value]) => isParameter(key, value)));
  const rest = Object.fromEntries(given.filter(([key, value]) => !isParameter(key, value)));
  const { test, explore } = raceArguments("", () => undefined, rest, false);
  return { arbitraries: arbitraries as Arbitraries, parameters, test, explore };
}

/** A number is a seed for fast-check, a text one of heddle's. */
function isParameter(key: string, value: unknown): boolean {
  return PARAMETERS.has(key) || (key === "seed" && typeof value === "number");
}

function isArbitrary(value: unknown): boolean {
  return typeof value === "object" && value !== null && typeof (value as { generate?: unknown }).generate === "function";
}

/** Runs the body with generated values, each under many schedules. @throws RaceError */
export async function raceInputs(
  { arbitraries, parameters }: PropertyRequest,
  body: (context: BodyContext, ...generated: readonly unknown[]) => unknown,
  explore: ExploreOptions,
): Promise<PropertyOutcome> {
  const { checkProperty } = await loadChecker();
  return checkProperty(arbitraries, body, explore, parameters as Parameters<typeof checkProperty>[3]);
}

/** fast-check is loaded where it is wanted only: who has no properties need not install it. */
async function loadChecker(): Promise<typeof import("../fast-check/check-property.ts")> {
  try {
    return await import("../fast-check/check-property.ts");
  } catch (error) {
    throw new HeddleError("UNSUPPORTED", "test.race.prop needs fast-check 4, and it can't be loaded: npm i -D fast-check", { cause: error });
  }
}
