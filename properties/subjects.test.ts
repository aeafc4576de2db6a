/**
 * Shared async objects as people write them, and published packages, by properties over inputs and schedules: the correct
 * ones are not blamed, and each planted mistake is found.
 */
import * as fc from "fast-check";
import { RaceError } from "heddle";
import type { MakeProperty } from "./subjects/subject.ts";
import { describe, expect, test } from "vitest";
import { subjects } from "./subjects/all.ts";
import { packages } from "./subjects/packages.ts";
import { cases, law, scaled } from "./support/cases.ts";

/** Inputs that these share. */
const INPUTS = 50;
/** Executions within which each mistake has to be found. */
const BOUND = 500;

describe.each([...subjects, ...packages].map((subject) => [subject.name, subject.specified, subject] as const))("%s, held against %s", (_name, _specified, { orders, correct, mutants }) => {
  test.each(orders)("is not blamed under %s", law(), async (order) => {
    await fc.assert(correct({ order, runs: scaled(80), numRuns: scaled(10), corpus: false }), cases(10));
  });

  test.each(mutants)("%s: found, and replayed by its seed alone", async (_wrong, property) => {
    const failure = await failureOf(property, { runs: BOUND, ...(orders.length === 1 ? { order: orders[0]! } : {}) });
    const again = await failureOf(property, { seed: failure.failure.seed });
    expect(again.failure.seed).toBe(failure.failure.seed);
    expect(String(again.cause)).toBe(String(failure.cause));
  });
});

async function failureOf(make: MakeProperty, options: Parameters<MakeProperty>[0]): Promise<RaceError> {
  const property = make({ numRuns: INPUTS, corpus: false, ...options });
  // The inputs are not shrunk: that has tests of its own, and takes longer than the search.
  const { errorInstance } = await fc.check(property, { numRuns: INPUTS, seed: 1, endOnFailure: true });
  if (errorInstance instanceof RaceError) return errorInstance;
  throw new Error(`no race was found: ${property.summary}${errorInstance === null ? "" : `: ${String(errorInstance)}`}`);
}
