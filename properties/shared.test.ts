/** What `shared()` hands out is what was given to it, under whatever strategy. */
import { explore, type Body, type ExploreOptions } from "heddle";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dpor } from "../src/strategies/dpor/dpor.ts";
import { exhaustive } from "../src/strategies/exhaustive.ts";
import type { Strategy } from "../src/engine/strategy.ts";
import { cases, law } from "./support/cases.ts";
import { countTraces } from "./support/count-traces.ts";
import { objectPrograms, play, type ObjectProgram } from "./support/random-objects.ts";

const STRATEGIES: readonly ExploreOptions[] = [
  { strategy: "fifo" },
  { strategy: "surw" },
  { strategy: "exhaustive", independence: "declared" },
];

describe("a program over shared objects", () => {
  test("sees what it sees over the objects themselves", law(120_000), async () => {
    await fc.assert(
      fc.asyncProperty(objectPrograms(1, 6), async (program) => {
        const natively = await play(program, (object) => object, (_name, task) => task());
        for (const options of STRATEGIES) {
          const seen: string[][] = [];
          const { failure } = await explore(
            async ({ shared, spawn }) => {
              seen.push(await play(program, shared, spawn));
            },
            { order: "latency", runs: 2, corpus: false, ...options },
          );
          expect(failure?.error).toBeUndefined();
          for (const one of seen) expect(one).toEqual(natively);
        }
      }),
      cases(80),
    );
  });

  test("comes to the same results by the orders of dependent steps as by every interleaving", law(120_000), async () => {
    const sums = { programs: 0, varied: 0 };
    await fc.assert(
      fc.asyncProperty(objectPrograms(2, 2), async (program) => {
        const all = await resultsOf(program, exhaustive(Number.POSITIVE_INFINITY));
        if (!all.isComplete) return;
        const reduced = await resultsOf(program, dpor());
        expect(reduced.isComplete).toBe(true);
        expect(reduced.results).toEqual(all.results);
        sums.programs += 1;
        if (all.results.size > 1) sums.varied += 1;
      }),
      cases(250),
    );
    // Most are small enough, and in many the order can be told.
    expect(sums.programs).toBeGreaterThan(100);
    expect(sums.varied).toBeGreaterThan(sums.programs / 8);
  });
});

async function resultsOf(program: ObjectProgram, strategy: Strategy): Promise<{ readonly results: ReadonlySet<string>; readonly isComplete: boolean }> {
  const results = new Set<string>();
  let seen: string[] = [];
  const body: Body = async ({ shared, spawn }) => {
    seen = [];
    seen = await play(program, shared, spawn);
  };
  const { isComplete } = await countTraces(body, strategy, 200, ({ failure }) => {
    results.add(`${failure?.kind} ${seen.join("\n")}`);
  });
  return { results, isComplete };
}
