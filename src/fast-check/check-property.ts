import * as fc from "fast-check";
import { HeddleError } from "../engine/errors.ts";
import { hashText } from "../engine/event.ts";
import type { RacePlace } from "../harness/race-identity.ts";
import { RaceError } from "../harness/race.ts";
import { linearizableProperty } from "./operations/linearizable.ts";
import type { AnySpecification } from "./operations/specification.ts";
import { CheckedProperty } from "./race-property.ts";
import { checkOptions, type RacePropertyBody, type RacePropertyOptions } from "./property-options.ts";
import type { PropertyOutcome } from "./property-check.ts";

/** Arbitraries by position, or by name. */
export type Arbitraries = readonly fc.Arbitrary<unknown>[] | Readonly<Record<string, fc.Arbitrary<unknown>>>;

/** Checks a body with generated values: see `checked`. */
export function checkProperty(
  arbitraries: Arbitraries,
  body: RacePropertyBody<unknown[]>,
  options: RacePropertyOptions,
  parameters: fc.Parameters<unknown[]>,
  place: RacePlace,
): Promise<PropertyOutcome> {
  const list = Array.isArray(arbitraries) ? (arbitraries as fc.Arbitrary<unknown>[]) : [fc.record(arbitraries as Record<string, fc.Arbitrary<unknown>>)];
  return checked((own) => new CheckedProperty(list, () => ({ body }), own, place), options, parameters);
}

/** Checks overlapping operations: see `checked`. */
export function checkOperations(specification: AnySpecification, options: RacePropertyOptions, parameters: fc.Parameters<unknown[]>, place: RacePlace): Promise<PropertyOutcome> {
  return checked((own) => linearizableProperty(specification, own, place), options, parameters);
}

/**
 * Checks a property and says what it is worth, for test runners.
 * @param parameters - those of `fc.assert`. Without a `seed` the inputs come from the base seed of the search, as
 *   its schedules do: from the name of the test.
 * @throws RaceError where an input fails under a schedule.
 * @throws Error with fast-check's own report where it ends otherwise, as when no input keeps to the preconditions.
 */
async function checked(make: (options: RacePropertyOptions) => CheckedProperty, options: RacePropertyOptions, parameters: fc.Parameters<unknown[]>): Promise<PropertyOutcome> {
  const { numRuns } = { ...fc.readConfigureGlobal(), ...parameters };
  const property = make(checkOptions(numRuns === undefined ? options : { ...options, numRuns }));
  const seed = hashText(property.outcome.seed);
  const details = await fc.check(property, { seed, ...parameters });
  if (!details.failed) return property.outcome;
  const { errorInstance: error } = details;
  if (error instanceof RaceError || error instanceof HeddleError) throw error;
  throw new Error(await fc.asyncDefaultReportMessage(details), { cause: error });
}
