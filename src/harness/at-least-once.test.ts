/** A verdict that is green has run the body, whatever left no time, or nothing to try, for it. */
import { explore, race, RaceError, type Body, type ExploreOptions, type Strategy } from "heddle";
import { describe, expect, test } from "vitest";

const alwaysFails: Body = async () => {
  throw new Error("always");
};

/** A strategy that has nothing to try. */
const idle: Strategy = { name: "idle", begin: () => false, pick: (legal) => legal[0]! };

const NO_ROOM: readonly (readonly [string, ExploreOptions])[] = [
  ["timeMs: 0", { timeMs: 0 }],
  ["next to no time", { timeMs: 1e-9 }],
  ["no time, under one order", { timeMs: 0, order: "chaos" }],
  ["a signal that is aborted already", { signal: AbortSignal.abort() }],
  ["neither time nor time to shrink", { timeMs: 0, shrinkMs: 0 }],
  ["a strategy that has nothing to try", { strategy: idle }],
  ["a strategy that has nothing to try, and no time", { strategy: idle, timeMs: 0 }],
  ["no deviations allowed", { bound: 0, timeMs: 0, strategy: "deviations" }],
  ["a part of a search that is smaller than its parts are many", { runs: 1, shard: "8/8" }],
  ["such a part of every interleaving", { runs: 1, shard: "8/8", strategy: "exhaustive", timeMs: 0 }],
];

describe.each(NO_ROOM)("with %s", (_name, options) => {
  test("a body that always fails is found to fail", async () => {
    const { verdict, failure } = await explore(alwaysFails, options);
    expect(verdict).toBe("failed");
    expect(failure?.error).toMatchObject({ message: "always" });
    await expect(race(alwaysFails, options)).rejects.toThrow(RaceError);
  });

  test("a body that passes has run", async () => {
    let calls = 0;
    const exploration = await explore(() => void (calls += 1), options);
    expect(exploration).toMatchObject({ verdict: "passed", runs: 1 });
    expect(exploration.orders[0]).toMatchObject({ runs: 1, distinct: 1 });
    expect(calls).toBeGreaterThan(0);
  });
});

test("a seed is replayed though there is no time", async () => {
  const lostUpdate: Body = async ({ io }) => {
    let balance = 100;
    const read = io("read", () => balance);
    const withdraw = async (): Promise<void> => void (balance = (await read()) - 10);
    await Promise.all([withdraw(), withdraw()]);
    if (balance !== 80) throw new Error("lost update");
  };
  const { failure } = await explore(lostUpdate, { order: "production" });
  const again = await explore(lostUpdate, { seed: failure!.seed, timeMs: 0, signal: AbortSignal.abort() });
  expect(again.failure?.error).toMatchObject({ message: "lost update" });
});
