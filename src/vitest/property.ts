import { HeddleError, type BodyContext, type ExploreOptions } from "../index.ts";
import { isArbitrary } from "../fast-check/arbitrary-like.ts";
import type { Arbitraries } from "../fast-check/check-property.ts";
import type { AnySpecification } from "../fast-check/operations/specification.ts";
import type { PropertyOutcome } from "../fast-check/property-check.ts";
import type { RacePlace } from "../harness/race-identity.ts";
import { raceArguments } from "./arguments.ts";
import type { RacePropertyParameters, RaceVitestOptions } from "./types.ts";

export type { PropertyOutcome } from "../fast-check/property-check.ts";

/** What `test.race.prop` or `test.race.linearizable` was given. */
export interface PropertyRequest {
  /** What the body is given; or the operations that take a body's place. */
  readonly subject: { readonly arbitraries: Arbitraries } | { readonly specification: AnySpecification };
  /** For fast-check. */
  readonly parameters: RacePropertyParameters;
  /** For vitest. */
  readonly test: Omit<RaceVitestOptions, "fails" | "quiet">;
  readonly quiet: boolean;
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
  return { subject: { arbitraries: arbitraries as Arbitraries }, ...optionsOf(options) };
}

/** @throws HeddleError `BAD_OPTION` where there is no specification. */
export function linearizableRequest(specification: unknown, options: unknown): PropertyRequest {
  if (typeof specification !== "object" || specification === null) {
    throw new HeddleError("BAD_OPTION", 'test.race.linearizable(name, specification, options?) takes what is to be tested second: test.race.linearizable("store", { create: () => new Store(), operations: { get: [key], set: [key, fc.nat()] } })');
  }
  return { subject: { specification: specification as AnySpecification }, ...optionsOf(options) };
}

function optionsOf(options: unknown): Omit<PropertyRequest, "subject"> {
  const given = Object.entries((typeof options === "number" ? { timeout: options } : (options as object | undefined)) ?? {});
  const parameters = Object.fromEntries(given.filter(([key, value]) => isParameter(key, value)));
  const rest = Object.fromEntries(given.filter(([key, value]) => !isParameter(key, value)));
  const { test, quiet, explore } = raceArguments("", () => undefined, rest, false);
  return { parameters, test, quiet, explore };
}

/** A number is a seed for fast-check, a text one of heddle's. */
function isParameter(key: string, value: unknown): boolean {
  return PARAMETERS.has(key) || (key === "seed" && typeof value === "number");
}

/** Runs the body, or the operations, with generated values, each under many schedules. @throws RaceError */
export async function raceInputs(
  { subject, parameters }: PropertyRequest,
  place: RacePlace,
  body: (context: BodyContext, ...generated: readonly unknown[]) => unknown,
  explore: ExploreOptions,
): Promise<PropertyOutcome> {
  const { checkOperations, checkProperty } = await loadChecker();
  const given = parameters as Parameters<typeof checkProperty>[3];
  if ("specification" in subject) return checkOperations(subject.specification, explore, given, place);
  return checkProperty(subject.arbitraries, body, explore, given, place);
}

/** fast-check is loaded where it is wanted only: who has no properties need not install it. */
async function loadChecker(): Promise<typeof import("../fast-check/check-property.ts")> {
  try {
    return await import("../fast-check/check-property.ts");
  } catch (error) {
    throw new HeddleError("UNSUPPORTED", "test.race.prop and test.race.linearizable need fast-check 4, and it can't be loaded: npm i -D fast-check", { cause: error });
  }
}
