import assert from "node:assert/strict";
import type { Body } from "heddle";
import pMap, { pMapIterable } from "p-map";
import { Occupancy, type Scenario } from "./scenario.ts";

const KEYS = [1, 2, 3, 4, 5];

const mapped =
  (concurrency: number): Body =>
  async ({ io, invariant }) => {
    const nextPage = io("nextPage", (key: number) => key);
    const load = io("load", (key: number) => key * 10);
    const running = new Occupancy();
    invariant("at most two at once", () => running.now <= 2);
    async function* pages(): AsyncGenerator<number> {
      for (const key of KEYS) yield await nextPage(key);
    }
    const results = await pMap(pages(), (key) => running.during(async () => (await load(key)) + (await load(key))), { concurrency });
    assert.deepEqual(results, [20, 40, 60, 80, 100], "results in the order of the input");
  };

const failing =
  (stopOnError: boolean): Body =>
  async ({ io }) => {
    const load = io("load", (key: number) => {
      if (key % 2 === 0) throw new Error(`no ${key}`);
      return key;
    });
    let settled = 0;
    const mapping = pMap(KEYS, (key) => load(key).finally(() => settled++), { concurrency: 3, stopOnError });
    await assert.rejects(mapping, (error) => error instanceof AggregateError && error.errors.length === 2);
    assert.equal(settled, KEYS.length, "every element is mapped before the rejection");
  };

const streamed =
  (backpressure: number): Body =>
  async ({ io, spawn }) => {
    const load = io("load", (key: number) => key * 10);
    const store = io("store");
    const running = new Occupancy();
    let read = 0;
    let collected = 0;
    function* keys(): Generator<number> {
      for (const key of KEYS) {
        read++;
        yield key;
      }
    }
    const results: number[] = [];
    await spawn("consumer", async () => {
      for await (const value of pMapIterable(keys(), (key) => running.during(() => load(key)), { concurrency: 2, backpressure })) {
        collected++;
        results.push(value);
        await store();
        assert.ok(read - collected <= 3, `${read - collected} elements read ahead`);
      }
    });
    assert.deepEqual(results, [10, 20, 30, 40, 50]);
    assert.ok(running.most <= 2, `${running.most} mappers at once`);
  };

export const scenarios: readonly Scenario[] = [
  { package: "p-map", promise: "the most mappers at once, results in the order of the input", kept: mapped(2), broken: mapped(3) },
  { package: "p-map", promise: "stopOnError: false waits for all, and rejects with all the errors", kept: failing(false), broken: failing(true) },
  { package: "p-map", promise: "pMapIterable streams in order, reading no further ahead than backpressure", kept: streamed(3), broken: streamed(5) },
];
