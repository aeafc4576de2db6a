/** The reduced search over real files: as many orders as there are, and nothing missed. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Strategy } from "../src/engine/strategy.ts";
import { dpor } from "../src/strategies/dpor/dpor.ts";
import { exhaustive } from "../src/strategies/exhaustive.ts";
import { random } from "../src/strategies/random.ts";
import { cases, isSoak, law } from "./support/cases.ts";
import { countTraces, type Counted } from "./support/count-traces.ts";
import { fileBodyOf, fileScripts, type FileRemains, type FileScript } from "./support/random-file-bodies.ts";

interface Compared extends Counted {
  readonly results: ReadonlySet<string>;
}

async function resultsOf(script: FileScript, strategy: Strategy, most: number): Promise<Compared> {
  const remains: FileRemains = {};
  const results = new Set<string>();
  const counted = await countTraces(fileBodyOf(script, remains), strategy, most, ({ failure }) => {
    results.add(`${failure?.kind} ${remains.take?.()}`);
  });
  return { ...counted, results };
}

test("programs of file operations come to the same results as when every interleaving is tried, or many at random", law(120_000), async () => {
  const sums = { complete: 0, drawn: 0, spared: 0 };
  await fc.assert(
    fc.asyncProperty(fileScripts, fc.integer(), async (script, seed) => {
      const reduced = await resultsOf(script, dpor(), 100);
      if (!reduced.isComplete) return;
      const all = await resultsOf(script, exhaustive(Number.POSITIVE_INFINITY), 70);
      if (all.isComplete) {
        expect(reduced.results).toEqual(all.results);
        sums.complete += 1;
        if (reduced.runs < all.runs) sums.spared += 1;
        return;
      }
      const { results } = await resultsOf(script, random(String(seed)), 50);
      for (const result of [...results, ...all.results]) expect(reduced.results).toContain(result);
      sums.drawn += 1;
    }),
    cases(10),
  );
  // Not all of them are too large; and where many are drawn, it is worth the while.
  expect(sums.complete + sums.drawn).toBeGreaterThan(0);
  if (isSoak) expect(sums.spared).toBeGreaterThan(0);
});
