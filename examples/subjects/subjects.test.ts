/** The pairs of unsafe and safe code, those with slow parts by few executions: `npm run subjects` makes as many as each states. */
import { explore } from "heddle";
import { beforeAll, describe, expect, test } from "vitest";
import { atomicUpdate } from "./1-database-connection/lost-update.ts";
import { atomicSection } from "./4-atomic-section/atomic-section.ts";
import { rows } from "./all.ts";
import type { Pair } from "./pair.ts";

/** What real parts have time for here; `npm run subjects` gives them more. */
const FEW = { runs: 3, shrinkMs: 1 };

const pairs: readonly Pair[] = rows.flatMap((row) => row.pairs).filter((pair) => pair !== atomicUpdate);

describe.each(pairs)("$name", ({ name, unsafe, safe, order, error, kind = "error", within, runs, isComplete, isSlow = false, prepare }) => {
  beforeAll(async () => prepare?.(), 60_000);

  test.skipIf(isSlow)("unsafe: green in plain JavaScript's order", async () => {
    for (const fixed of ["production", "latency"] as const) {
      const { verdict, failure } = await explore(unsafe, { name, strategy: "fifo", order: fixed });
      expect(verdict, failure?.toString()).toBe("passed");
    }
  });

  test(`unsafe: found within ${within} executions, shrunk, and replayed from its seed`, async () => {
    const { failure, runs: spent } = await explore(unsafe, { name, runs: 200, explain: false, ...(isSlow ? { shrinkMs: FEW.shrinkMs } : {}) });
    expect(failure, `not found in ${spent}`).toBeDefined();
    expect(failure).toMatchObject({ kind, order, reproduced: "5 of 5" });
    expect(failure!.deviations.length).toBeGreaterThan(0);
    expect(String(failure!.error)).toMatch(error);
    if (isSlow) return;

    const replayed = await explore(unsafe, { name, seed: failure!.seed });
    expect(String(replayed.failure?.error)).toBe(String(failure!.error));
  });

  // What the nearest orders show is minimal; a random walk may find a longer way to the same failure.
  test.runIf(isComplete && !isSlow).each([["deviations", 1], ["random", 4]] as const)("unsafe: found by %s, and shrunk to %d deviations at most", async (strategy, most) => {
    const { failure, runs: spent } = await explore(unsafe, { name, strategy, explain: false });
    expect(failure, `not found in ${spent}`).toMatchObject({ kind, order, reproduced: "5 of 5" });
    expect(failure!.deviations.length).toBeLessThanOrEqual(most);
  });

  test("safe: no schedule fails", async () => {
    const { verdict, failure, complete } = await explore(safe, { name, order: "production", runs: isSlow ? FEW.runs : runs });
    expect(verdict, failure?.toString()).toBe("passed");
    if (!isSlow) expect(complete).toBe(isComplete);
  });
});

test("code between awaits is atomic under chaos too", async () => {
  const { verdict, failure } = await explore(atomicSection.safe, { order: "chaos", scope: "all", strategy: "random", runs: 500 });
  expect(verdict, failure?.toString()).toBe("passed");
});
