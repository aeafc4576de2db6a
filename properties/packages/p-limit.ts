import assert from "node:assert/strict";
import type { Body } from "heddle";
import pLimit, { limitFunction } from "p-limit";
import { Occupancy, type Scenario } from "./scenario.ts";

const KEYS = [1, 2, 3, 4, 5];

const limited =
  (concurrency: number): Body =>
  async ({ io, spawn, invariant }) => {
    const load = io("load", (key: number) => key * 10);
    const limit = pLimit(concurrency);
    const running = new Occupancy();
    const started: number[] = [];
    invariant("at most two at once", () => running.now <= 2 && limit.activeCount <= 2);
    const results = await Promise.all(
      KEYS.map((key) =>
        spawn(`load ${key}`, () =>
          limit(() => {
            started.push(key);
            return running.during(async () => (await load(key)) + (await load(key)));
          }),
        ),
      ),
    );
    assert.deepEqual(results, [20, 40, 60, 80, 100]);
    assert.deepEqual(started, KEYS, "started in the order of the calls");
    assert.equal(limit.pendingCount, 0);
  };

const cleared =
  (rejectOnClear: boolean): Body =>
  async ({ io, spawn, sleep }) => {
    const load = io("load", (key: number) => key);
    const limited = limitFunction(async (key: number) => (await load(key)) + (await load(0)), { concurrency: 2, rejectOnClear });
    const calls = spawn("calls", () => Promise.allSettled(KEYS.map((key) => limited(key))));
    const shutdown = spawn("shutdown", async () => {
      await sleep(10);
      limited.clearQueue();
    });
    const [settled] = await Promise.all([calls, shutdown]);
    for (const [index, result] of settled.entries()) {
      if (result.status === "fulfilled") assert.equal(result.value, KEYS[index]);
      else assert.equal((result.reason as Error).name, "AbortError");
    }
    assert.ok(settled.slice(0, 2).every((result) => result.status === "fulfilled"), "those that run are not cancelled");
  };

export const scenarios: readonly Scenario[] = [
  {
    package: "p-limit",
    promise: "run functions with limited concurrency, results in the order of the calls",
    kept: limited(2),
    broken: limited(3),
  },
  {
    package: "p-limit",
    promise: "clearQueue() discards what waits: rejectOnClear rejects it with an AbortError",
    kept: cleared(true),
    broken: cleared(false),
  },
];
