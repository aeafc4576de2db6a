/** Existing tests with `fc.scheduler()`, with the import changed. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { scheduler } from "heddle/fast-check";
import { publicTests } from "./scheduler/public-tests.ts";
import { count, law } from "./support/cases.ts";

describe.each(publicTests)("$source", ({ property }) => {
  test("passes and fails alike", law(), async () => {
    const seeds = count(2);
    for (let seed = 1; seed <= seeds; seed += 1) {
      const verdicts = async (own: typeof fc.scheduler): Promise<boolean[]> =>
        Promise.all([true, false].map(async (isRight) => (await fc.check(property(own, isRight), { seed, numRuns: 200, endOnFailure: true })).failed));
      expect(await verdicts(scheduler)).toEqual([false, true]);
      expect(await verdicts(fc.scheduler)).toEqual([false, true]);
    }
  });

  test("replays exactly, after shrinking", law(), async () => {
    const seeds = count(5);
    for (let seed = 1; seed <= seeds; seed += 1) {
      const first = await fc.check(property(scheduler, false), { seed, numRuns: 200 });
      const again = await fc.check(property(scheduler, false), { seed, path: first.counterexamplePath!, endOnFailure: true });
      expect(fc.stringify(again.counterexample)).toBe(fc.stringify(first.counterexample));
      expect(again.errorInstance).toEqual(first.errorInstance);
      expect(again.failed).toBe(true);
    }
  });
});
