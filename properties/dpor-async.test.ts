/** The reduced search on real bodies: the traces of the literature, and nothing missed. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Strategy } from "../src/engine/strategy.ts";
import { dpor } from "../src/strategies/dpor/dpor.ts";
import { exhaustive } from "../src/strategies/exhaustive.ts";
import { cases, law } from "./support/cases.ts";
import { countTraces, type Counted } from "./support/count-traces.ts";
import { bodyOf, EVERY_OPERATION, randomBodies, SEEN_THROUGH, type RandomBody, type Remains } from "./support/random-bodies.ts";
import { countableAsync, endingAtOnce } from "./support/reference-programs-async.ts";
import { moreAsAsync, tooManyAsAsync, traceCounts } from "./support/trace-counts.ts";

describe("the programs of the literature have exactly the traces that it says, as async TypeScript", () => {
  const small = Object.keys(countableAsync).filter((program) => (traceCounts[program]?.traces ?? Infinity) < 300 && !tooManyAsAsync.includes(program));
  test.each(small)("%s", async (program) => {
    const { traces, buggy } = traceCounts[program]!;
    const counted = await countTraces(endingAtOnce(countableAsync[program]!), dpor(), 5000);
    const expected = moreAsAsync[program] ?? { traces, buggy };
    expect({ traces: counted.traces, buggy: counted.buggy, isComplete: counted.isComplete }).toEqual({ ...expected, isComplete: true });
  });

  test("those with more are the ones with locks", () => {
    for (const program of [...Object.keys(moreAsAsync), ...tooManyAsAsync]) expect(program).toMatch(/^(?:twostage|wronglock|deadlock|dining|carter|filesystem)/);
  });
});

interface Compared extends Counted {
  readonly results: ReadonlySet<string>;
}

async function resultsOf(program: RandomBody, strategy: Strategy, most: number): Promise<Compared> {
  const remains: Remains = { state: () => undefined };
  const results = new Set<string>();
  const counted = await countTraces(bodyOf(program, remains), strategy, most, ({ failure }) => {
    if (failure?.kind === "error") throw failure.error;
    results.add(`${failure?.kind} ${JSON.stringify(remains.state())}`);
  });
  return { ...counted, results };
}

describe("random bodies come to the same results as when every interleaving is tried", () => {
  test.each([
    ["with promises, signals, generators, maps, I/O and spawned tasks", SEEN_THROUGH, 3],
    ["with timers, immediates and what nobody waits for besides", EVERY_OPERATION, 1],
  ] as const)("%s", law(120_000), async (_what, operations, factor) => {
    const [most, sums] = [300, { programs: 0, interleavings: 0, executions: 0 }];
    await fc.assert(
      fc.asyncProperty(randomBodies(operations), async (program) => {
        const all = await resultsOf(program, exhaustive(Number.POSITIVE_INFINITY), most);
        if (!all.isComplete) return;
        const reduced = await resultsOf(program, dpor(), most);
        expect(reduced.isComplete).toBe(true);
        expect(reduced.results).toEqual(all.results);
        sums.programs += 1;
        sums.interleavings += all.runs;
        sums.executions += reduced.runs;
      }),
      cases(30),
    );
    // Not all of them are too large, and it is worth the while.
    expect(sums.programs).toBeGreaterThan(8);
    expect(sums.interleavings).toBeGreaterThan(sums.executions * factor);
  });
});
