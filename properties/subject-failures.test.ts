/** What is found of the subjects: it shrinks to what the mistake needs, and its seed brings it back. */
import * as fc from "fast-check";
import { RaceError } from "heddle";
import { expect, test } from "vitest";
import { subjects } from "./subjects/all.ts";
import { leakOnAbort } from "./subjects/pool.ts";
import type { MakeProperty } from "./subjects/subject.ts";
import { cases, law } from "./support/cases.ts";

const INPUTS = 50;
const mutants = subjects.flatMap(({ name, mutants: own }) => own.map(([wrong, make]) => ({ toString: () => `${name}: ${wrong}`, make })));

test.each([3, 4])("a pool that leaks when who waits is aborted shrinks to one abort and one deviation (seed %i)", async (seed) => {
  const { errorInstance, counterexample } = await fc.check(leakOnAbort({ runs: 500, numRuns: INPUTS, corpus: false, shrinkMs: 60_000 }), { numRuns: INPUTS, seed });
  if (!(errorInstance instanceof RaceError)) throw new Error("no race was found");
  expect(counterexample![1]).toHaveLength(1);
  expect(errorInstance.failure.deviations.length).toBeLessThanOrEqual(1);
});

test("a failure replays from its seed alone: the same input, error and history", law(60_000), async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...mutants), fc.nat(), async ({ make }, seed) => {
      const found = await failureOf(make, { runs: 500 }, seed);
      fc.pre(found !== undefined);
      // The inputs that fast-check draws this time are others.
      const again = await failureOf(make, { seed: found!.error.failure.seed }, seed + 1);
      expect(again?.input).toBe(found!.input);
      expect(again?.error.failure).toMatchObject({ seed: found!.error.failure.seed, kind: found!.error.failure.kind });
      // A history that cannot be explained stands in its error's message.
      expect(String(again?.error.cause)).toBe(String(found!.error.cause));
    }),
    cases(6),
  );
});

async function failureOf(make: MakeProperty, options: Parameters<MakeProperty>[0], seed: number): Promise<{ readonly error: RaceError; readonly input: string } | undefined> {
  const property = make({ numRuns: INPUTS, corpus: false, ...options });
  const { errorInstance, counterexample } = await fc.check(property, { numRuns: INPUTS, seed, endOnFailure: true });
  if (errorInstance !== null && !(errorInstance instanceof RaceError)) throw errorInstance;
  return errorInstance === null ? undefined : { error: errorInstance as RaceError, input: fc.stringify(counterexample) };
}
