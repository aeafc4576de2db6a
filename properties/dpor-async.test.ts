import fc from "fast-check";
import "heddle";
import { describe, expect, test } from "vitest";
import type { Strategy } from "../src/engine/strategy.ts";
import { dpor } from "../src/strategies/dpor/dpor.ts";
import { exhaustive } from "../src/strategies/exhaustive.ts";
import { countTraces } from "./support/count-traces.ts";
import { ALL, bodyOf, randomBodies, SEEN_THROUGH, type RandomBody, type Remains } from "./support/random-bodies.ts";

const MOST = 800;
async function resultsOf(program: RandomBody, strategy: Strategy) {
  const remains: Remains = { state: () => undefined };
  const results = new Set<string>();
  const counted = await countTraces(bodyOf(program, remains), strategy, MOST, ({ failure }) => {
    results.add(`${failure?.kind} ${JSON.stringify(remains.state())}`);
  });
  return { ...counted, results: [...results].sort() };
}

for (const [name, ops] of [["seen", SEEN_THROUGH], ["all", ALL]] as const)
describe("random bodies", () => {
  test("same results " + name, async () => {
    let n = 0, a = 0, b = 0, tr = 0;
    await fc.assert(
      fc.asyncProperty(randomBodies(ops), async (program) => {
        const all = await resultsOf(program, exhaustive(Number.POSITIVE_INFINITY));
        if (!all.isComplete) return;
        const reduced = await resultsOf(program, dpor());
        n++; a += all.runs; b += reduced.runs; tr += reduced.traces;
        expect(reduced.results).toEqual(all.results);
      }),
      { numRuns: Number(process.env.N ?? 300) },
    );
    console.log(name, n, a, b, tr);
  }, 600_000);
});
