/** Every failing seed replays exactly, and what shrinking leaves is minimal. */
import fc from "fast-check";
import { explore, type Failure, type HeddleError } from "heddle";
import { describe, expect, it } from "vitest";
import { replay } from "../src/strategies/replay.ts";
import { breakables, prepare, search, type Prepared } from "./support/breakable.ts";
import { cases, law } from "./support/cases.ts";
import { asOption, freshGlobals } from "./support/runs.ts";

/** All that a replay must have in common with what it replays. */
function courseOf(failure: Failure | undefined): unknown {
  return {
    kind: failure?.kind,
    message: String(failure?.error),
    order: failure?.order,
    steps: failure?.timeline.steps.map(({ event, kind, label, atMs, legal, task, site, deviation, notes }) => {
      return { event, kind, label, atMs, legal, task, site, deviation, notes };
    }),
    tasks: failure?.timeline.tasks,
  };
}

async function replaysExactly(prepared: Prepared): Promise<boolean> {
  const { exploration, logs } = await search(prepared);
  const { failure } = exploration;
  if (failure === undefined) return false;
  expect(failure.kind).toBe("error");
  expect(failure.reproduced).toBe("5 of 5");

  const shrunk = await search({ ...prepared, options: {} }, { seed: failure.seed, latencyMs: 1 });
  expect(courseOf(shrunk.exploration.failure)).toEqual(courseOf(failure));
  expect(shrunk.logs[0]).toEqual(logs.at(-1));
  expect(shrunk.exploration.failure?.seed).toBe(failure.seed);

  const original = await search({ ...prepared, options: {} }, { seed: failure.originalSeed });
  // The first schedule runs twice, for the check that the body is deterministic.
  const found = logs[failure.foundAt === 1 ? 0 : failure.foundAt];
  // In between it is tried under tighter bounds on latency, where it may end otherwise.
  for (const at of [0, -1]) expect(original.logs.at(at)).toEqual(found);
  expect(original.exploration.failure?.reproduced).toBe("5 of 5");
  expect(original.exploration.failure?.kind).toBe("error");
  expect(String(original.exploration.failure?.error)).toBe(String(failure.error));
  return true;
}

async function isMinimal(prepared: Prepared): Promise<number | undefined> {
  const { exploration } = await search(prepared);
  const { failure } = exploration;
  if (failure === undefined) return undefined;
  const { order, deviations } = failure;
  const again = await search(prepared, { strategy: asOption(replay(deviations, true)), order, runs: 1 });
  expect(String(again.exploration.failure?.error)).toBe(String(failure.error));
  for (const removed of deviations) {
    const rest = deviations.filter((deviation) => deviation !== removed);
    const less = await search(prepared, { strategy: asOption(replay(rest, false)), order, runs: 1 });
    expect(less.exploration.failure, `still fails without ${JSON.stringify(removed)} of ${JSON.stringify(deviations)}`).toBeUndefined();
  }
  return deviations.length;
}

describe("a failure's seed", () => {
  it("replays it, shrunk or as it was found: same failure, same trace", law(), async () => {
    await fc.assert(
      fc.asyncProperty(breakables(), async (breakable) => {
        const prepared = await prepare(breakable);
        // Only failures count as runs.
        fc.pre(prepared !== undefined && (await replaysExactly(prepared)));
      }),
      cases(30),
    );
  });
});

describe("a seed of a body that has changed", () => {
  const body = (awaits: number) => async (): Promise<void> => {
    let last = "";
    const task = async (name: string): Promise<void> => {
      for (let round = 0; round < awaits; round += 1) await Promise.resolve();
      last = name;
    };
    await Promise.all([task("a"), task("b")]);
    if (last === "a") throw new Error("overtaken");
  };

  it.each([0, 1, 2, 4])("is refused when it has %i awaits and no longer 3, and never passes in silence", async (awaits) => {
    freshGlobals();
    const { failure } = await explore(body(3), { order: "latency", scope: "all", strategy: "random" });
    expect(failure?.deviations.length).toBeGreaterThan(0);
    const seed = failure!.seed;
    const replayed = await explore(body(awaits), { seed }).then(
      (exploration) => exploration.failure?.kind ?? exploration.verdict,
      (error: HeddleError) => error.code,
    );
    // One await more or less may leave the deviating event where it was: then the failure is the same.
    expect(["REPLAY_DIVERGED", "error"]).toContain(replayed);
  });
});

describe("a shrunk schedule", () => {
  it("fails, and passes without any one of its deviations", law(), async () => {
    const sizes: number[] = [];
    await fc.assert(
      fc.asyncProperty(breakables(), async (breakable) => {
        const prepared = await prepare(breakable);
        const size = prepared === undefined ? undefined : await isMinimal(prepared);
        fc.pre(size !== undefined);
        sizes.push(size);
      }),
      cases(25),
    );
    // FIFO passes by construction.
    expect(Math.min(...sizes)).toBeGreaterThan(0);
  });
});
