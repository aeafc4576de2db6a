/** Packages used concurrently as their READMEs say: no false alarm, and no assertion that cannot fail. */
import assert from "node:assert/strict";
import { explore } from "heddle";
import { Keyv } from "keyv";
import { describe, expect, test } from "vitest";
import { scenarios } from "./packages/all.ts";
import { count, law, lawSeed } from "./support/cases.ts";

describe.each(scenarios.map((scenario) => [scenario.package, scenario.promise, scenario] as const))("%s: %s", (_name, promise, { kept, broken, underLatency }) => {
  test("is kept under production", law(), async () => {
    const most = count(120);
    const { verdict, failure, runs, complete } = await explore(kept, { name: promise, order: "production", runs: most, ...lawSeed() });
    expect(verdict, failure?.toString()).toBe("passed");
    expect(complete || runs === most).toBe(true);
  });

  test(underLatency === undefined ? "is kept under latency" : `is blamed under latency: ${underLatency}`, async () => {
    const { failure } = await explore(kept, { name: promise, order: "latency", runs: 200 });
    expect(failure === undefined, failure?.toString()).toBe(underLatency === undefined);
  });

  test("is found broken where one thing is wrong, and replays", async () => {
    const { failure } = await explore(broken, { name: promise, order: "production" });
    expect(failure).toMatchObject({ order: "production", reproduced: "5 of 5" });
    const replayed = await explore(broken, { name: promise, seed: failure!.seed });
    expect(replayed.failure?.kind).toBe(failure!.kind);
  });
});

test("where nobody of the user's is on the stack, the report shows the package's own lines", async () => {
  const { failure } = await explore(
    async ({ io, spawn, sleep }) => {
      const rows = new Map<string, unknown>();
      const store = {
        get: io("store.get", (key: string) => rows.get(key)),
        set: io("store.set", (key: string, value: unknown) => rows.set(key, value)),
        delete: io("store.delete", (key: string) => rows.delete(key)),
        clear: io("store.clear", () => rows.clear()),
      };
      const cache = new Keyv<string>({ store: store as unknown as Map<string, unknown>, ttl: 1000 });
      await cache.set("key", "old");
      await sleep(1001);
      // A read that finds an expired value deletes the key, whatever has been set meanwhile.
      await Promise.all([spawn("reader", () => cache.get("key")), spawn("writer", () => cache.set("key", "new"))]);
      assert.equal(await cache.get("key"), "new");
    },
    { order: "production" },
  );
  expect(failure?.sentence).toMatch(/reader and writer interleaved on store/);
  expect(failure?.toString()).toMatch(/^writer asked store\.set\("keyv:key".* node_modules\/keyv\/dist\/index\.js:\d+:\d+$/m);
  expect(failure?.toString()).toMatch(/ keyv\/dist\/index\.js:\d+:\d+ +(?:▲? *\d+ % +)?store\.delete\("keyv:key"\) asked$/m);
});
