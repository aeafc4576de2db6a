import assert from "node:assert/strict";
import DataLoader from "dataloader";
import type { Body } from "heddle";
import type { Scenario } from "./scenario.ts";

const cached =
  (cache: boolean): Body =>
  async ({ io, spawn }) => {
    const asked: number[] = [];
    const arrive = io("arrive");
    const select = io("db.select", (ids: readonly number[]) => {
      asked.push(...ids);
      return ids.map((id) => ({ id, invitedBy: (id % 3) + 1 }));
    });
    const users = new DataLoader<number, { id: number; invitedBy: number }>((ids) => select(ids), { cache });
    const request = (name: string, id: number): Promise<void> =>
      spawn(name, async () => {
        await arrive();
        const user = await users.load(id);
        const invitedBy = await users.load(user.invitedBy);
        const before = await users.loadMany([invitedBy.invitedBy, id]);
        assert.deepEqual(
          [user.id, invitedBy.id, ...before.map((one) => (one as { id: number }).id)],
          [id, (id % 3) + 1, (((id % 3) + 1) % 3) + 1, id],
        );
      });
    await Promise.all([request("first", 1), request("second", 2), request("third", 4), request("fourth", 5)]);
    assert.equal(new Set(asked).size, asked.length, `loaded more than once: ${asked.join(", ")}`);
  };

const batched =
  (batch: boolean): Body =>
  async ({ io, spawn }) => {
    const arrive = io("arrive");
    let calls = 0;
    const select = io("db.select", (ids: readonly number[]) => {
      calls++;
      return ids.map((id) => (id === 3 ? new Error("no 3") : id * 10));
    });
    const loader = new DataLoader<number, number>((ids) => select(ids), { batch, maxBatchSize: 3 });
    const wave = (name: string, ids: readonly number[]): Promise<void> =>
      spawn(name, async () => {
        await arrive();
        // Loads behind a resolved promise still belong to the same frame of execution.
        const results = await Promise.allSettled(ids.map((id) => Promise.resolve().then(() => loader.load(id))));
        for (const [index, result] of results.entries()) {
          const id = ids[index]!;
          if (id === 3) assert.match(String((result as PromiseRejectedResult).reason), /no 3/);
          else assert.deepEqual(result, { status: "fulfilled", value: id * 10 });
        }
      });
    await Promise.all([wave("first", [1, 2, 3]), wave("second", [4, 5, 6]), wave("third", [7, 8, 9]), wave("fourth", [10, 3, 11])]);
    assert.equal(calls, 4, "one batch for each wave of three");
  };

const written =
  (clears: boolean): Body =>
  async ({ io, spawn }) => {
    const arrive = io("arrive");
    const rows = new Map([["a", 1], ["b", 1], ["c", 1]]);
    const select = io("db.select", (keys: readonly string[]) => keys.map((key) => rows.get(key)!));
    const update = io("db.update", (key: string, value: number) => {
      rows.set(key, value);
    });
    const loader = new DataLoader<string, number>((keys) => select(keys));
    const mutate = (key: string): Promise<void> =>
      spawn(`mutate ${key}`, async () => {
        await arrive();
        const before = await loader.load(key);
        await update(key, before + 1);
        if (clears) loader.clear(key);
        assert.equal(await loader.load(key), before + 1, "a load after clear() sees what was written before it");
      });
    await Promise.all([mutate("a"), mutate("b"), mutate("c")]);
  };

export const scenarios: readonly Scenario[] = [
  { package: "dataloader", promise: "each key is loaded once, and everybody gets the row asked for", kept: cached(true), broken: cached(false) },
  {
    package: "dataloader",
    promise: "the loads of one frame of execution are one batch, with an error for a single key",
    kept: batched(true),
    broken: batched(false),
    underLatency: "loads behind a then are of the same frame only while thens take no time; they are loaded rightly, in more batches",
  },
  { package: "dataloader", promise: "clear(key) after a write: the next load is fresh", kept: written(true), broken: written(false) },
];
