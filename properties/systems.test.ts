/**
 * The eight systems of `examples/subjects`, and thirteen kinds of objects that everybody shares, by properties over
 * generated inputs, operations and schedules: what is published, or as it should be, is not blamed; each planted mistake is
 * found. `npm run subjects` searches small inputs of the kinds to the end.
 */
import * as fc from "fast-check";
import { RaceError } from "heddle";
import { describe, expect, test } from "vitest";
import { kinds } from "./subjects/kinds/all.ts";
import { specified } from "./subjects/kinds/specified.ts";
import type { MakeProperty } from "./subjects/subject.ts";
import { systems } from "./subjects/systems/all.ts";
import { cases, law, scaled } from "./support/cases.ts";

/** Inputs that these share, and executions within which each mistake has to be found. */
const [INPUTS, BOUND] = [10, 400];

interface Held {
  readonly name: string;
  readonly orders: readonly ("production" | "latency")[];
  readonly right: MakeProperty;
  readonly mistakes: readonly (readonly [wrong: string, property: MakeProperty])[];
}

const held: readonly Held[] = [
  ...[...systems, ...specified].map(({ name, orders, correct, mutants }) => ({ name, orders, right: correct, mistakes: mutants })),
  ...kinds.map((one) => ({ name: `${one.name} (${one.package})`, orders: ["production"] as const, right: one.publishedProperty, mistakes: [[one.mistake, one.plantedProperty]] as const })),
];

describe.each(held)("$name", ({ orders, right, mistakes }) => {
  test.each(orders)("is not blamed under %s", law(60_000), async (order) => {
    // `npm test` looks at a few: a soak draws more.
    await fc.assert(right({ order, runs: scaled(9), numRuns: scaled(3), corpus: false }), cases(3));
  });

  test.each(mistakes)("%s: found", async (_wrong, make) => {
    const property = make({ order: "production", runs: BOUND, numRuns: INPUTS, corpus: false, explain: false, shrinkMs: 1 });
    const { errorInstance } = await fc.check(property, { numRuns: INPUTS, seed: 1, endOnFailure: true });
    expect(errorInstance, property.summary).toBeInstanceOf(RaceError);
    expect((errorInstance as RaceError).failure.order).toBe("production");
  });
});
