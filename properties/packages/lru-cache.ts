import assert from "node:assert/strict";
import type { Body } from "heddle";
import { LRUCache } from "lru-cache";
import type { Scenario } from "./scenario.ts";

const coalesced =
  (forceRefresh: boolean): Body =>
  async ({ io, spawn, sleep }) => {
    const asked: string[] = [];
    const load = io("load", (key: string) => {
      asked.push(key);
      return key.toUpperCase();
    });
    const cache = new LRUCache<string, string>({ max: 10, fetchMethod: (key) => load(key) });
    const reader = (name: string, keys: readonly string[]): Promise<void> =>
      spawn(name, async () => {
        for (const key of keys) {
          await sleep(10);
          assert.equal(await cache.fetch(key, { forceRefresh }), key.toUpperCase());
        }
      });
    await Promise.all([reader("first", ["a", "b", "c"]), reader("second", ["b", "a", "c"]), reader("third", ["c", "b", "a"])]);
    assert.deepEqual(asked.toSorted(), ["a", "b", "c"], "each key is fetched once");
  };

const TTL_MS = 50;

const stale =
  (allowStale: boolean): Body =>
  async ({ io, spawn, sleep, now }) => {
    let version = 0;
    const load = io("load", () => ++version);
    const cache = new LRUCache<string, number>({ max: 2, ttl: TTL_MS, allowStale, fetchMethod: () => load() });
    assert.equal(await cache.fetch("key"), 1);
    const reader = (name: string, delayMs: number): Promise<void> =>
      spawn(name, async () => {
        let last = 0;
        for (let round = 0; round < 3; round++) {
          await sleep(delayMs);
          const asked = now();
          const value = await cache.fetch("key");
          assert.equal(now(), asked, "a stale value is returned while it is fetched anew");
          assert.ok(value !== undefined && value >= last, "values do not go back");
          last = value;
        }
      });
    await Promise.all([reader("slow", 60), reader("fast", 25), reader("third", 33)]);
  };

const overwritten =
  (deletes: boolean): Body =>
  async ({ io, spawn }) => {
    const load = io("load", (_key: string) => "fetched");
    const evicted: string[] = [];
    const cache = new LRUCache<string, string>({
      max: 2,
      fetchMethod: (key) => load(key),
      dispose: (_value, key) => evicted.push(key),
    });
    const arrive = io("arrive");
    let written: string | undefined;
    const writer = (name: string): Promise<void> =>
      spawn(name, async () => {
        await arrive();
        cache.set("key", name);
        written = name;
        if (deletes) cache.delete("key");
      });
    const reader = (name: string): Promise<void> =>
      spawn(name, async () => {
        await arrive();
        const before = written;
        const value = await cache.fetch("key").catch((error: unknown) => {
          assert.ok(written !== before, `rejected with ${String(error)} while nobody had set the key`);
        });
        if (before !== undefined) assert.notEqual(value, "fetched", "fetched what was in the cache");
        await cache.fetch("other");
        assert.ok(cache.size <= 2);
      });
    await Promise.all([writer("first writer"), writer("second writer"), reader("first reader"), reader("second reader")]);
    assert.equal(cache.get("key"), written, "a fetch in flight must not replace what was set later");
  };

export const scenarios: readonly Scenario[] = [
  { package: "lru-cache", promise: "fetch(): one fetchMethod call for a key, whoever asks while it is in flight", kept: coalesced(false), broken: coalesced(true) },
  {
    package: "lru-cache",
    promise: "fetch() with allowStale: the stale value at once, a fresh one in the background",
    kept: stale(true),
    broken: stale(false),
    underLatency: "the assertion looks at the clock behind the await of fetch(), which may itself take time",
  },
  { package: "lru-cache", promise: "set() while a fetch is in flight: the fetch is aborted and its value dropped", kept: overwritten(false), broken: overwritten(true) },
];
