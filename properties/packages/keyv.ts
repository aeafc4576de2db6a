import assert from "node:assert/strict";
import type { BodyContext, Body } from "heddle";
import { Keyv } from "keyv";
import type { Scenario } from "./scenario.ts";

/** A storage adapter each of whose operations is I/O. */
function remoteStore(io: BodyContext["io"]): Map<string, unknown> {
  const rows = new Map<string, unknown>();
  const store = {
    get: io("store.get", (key: string) => rows.get(key)),
    set: io("store.set", (key: string, value: unknown) => rows.set(key, value)),
    delete: io("store.delete", (key: string) => rows.delete(key)),
    clear: io("store.clear", () => rows.clear()),
    has: io("store.has", (key: string) => rows.has(key)),
  };
  // Keyv takes anything with the methods of a Map, and awaits what they answer.
  return store as unknown as Map<string, unknown>;
}

const written =
  (namespaces: readonly [string, string]): Body =>
  async ({ io, spawn }) => {
    const store = remoteStore(io);
    const client = (id: 0 | 1): Promise<void> => {
      const cache = new Keyv<number>({ store, namespace: namespaces[id], useKeyPrefix: true });
      return spawn(`client ${id}`, async () => {
        await cache.set("key", id);
        assert.equal(await cache.get("key"), id, "what was set");
        await Promise.all([cache.set("other", id + 10), cache.delete("key")]);
        assert.equal(await cache.get("key"), undefined);
        assert.equal(await cache.get("other"), id + 10);
      });
    };
    await Promise.all([client(0), client(1)]);
  };

const TTL_MS = 500;

const expiring =
  (ttlMs: number): Body =>
  async ({ io, spawn, sleep, now }) => {
    const cache = new Keyv<number>({ store: remoteStore(io), ttl: ttlMs });
    const writer = spawn("writer", async () => {
      for (const value of [1, 2, 3]) {
        await cache.set("key", value);
        await sleep(60);
      }
    });
    const reader = spawn("reader", async () => {
      let last = 0;
      for (let round = 0; round < 4; round++) {
        await sleep(60);
        const value = await cache.get("key");
        if (value === undefined) {
          assert.equal(last, 0, "a value was lost that had not expired");
          continue;
        }
        assert.ok(value >= last, "values do not go back");
        last = value;
      }
    });
    await Promise.all([writer, reader]);
    const until = now() + TTL_MS;
    await sleep(until - now());
    assert.equal(await cache.get("key"), undefined, "expired");
  };

export const scenarios: readonly Scenario[] = [
  { package: "keyv", promise: "namespaces over one store do not collide; a get after a set sees it", kept: written(["a", "b"]), broken: written(["a", "a"]) },
  { package: "keyv", promise: "a value is there until its ttl is over, and not after", kept: expiring(TTL_MS), broken: expiring(TTL_MS / 10) },
];
