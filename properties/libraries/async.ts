import assert from "node:assert/strict";
import async from "async";
import type { Body } from "heddle";
import type { Scenario } from "../packages/scenario.ts";

/** A queue whose worker reads, waits and writes: right with one worker only. */
const queue =
  (concurrency: number): Body =>
  async ({ io, sleep }) => {
    const load = io("load", () => stored);
    const save = io("save", (value: number) => (stored = value));
    let stored = 0;
    const adding = async.queue<number>(async (amount) => {
      const before = await load();
      await save(before + amount);
    }, concurrency);
    void adding.push([1, 2]);
    await sleep(5);
    void adding.unshift(4);
    await adding.drain();
    assert.equal(stored, 7);
  };

/** Tasks by their dependencies, in callbacks that `async` puts off by its own `setImmediate`. */
const auto =
  (dependsOn: readonly string[]): Body =>
  async ({ io, sleep }) => {
    const fetch = io("fetch", () => "data");
    const prepare = io("folder.make", () => undefined);
    const done: string[] = [];
    await async.auto({
      data: async () => {
        await fetch();
        done.push("data");
      },
      folder: (callback: (error?: Error | null) => void) => {
        async.setImmediate(() => void prepare().then(() => (done.push("folder"), callback(null))));
      },
      write: [...dependsOn, async (): Promise<void> => {
        await sleep(10);
        assert.ok(done.includes("data") && done.includes("folder"), `written after ${done.join(", ")}`);
      }],
    } as never);
  };

/** What arrives while a batch is on its way is sent with the next; results come in the order of what was asked. */
const limited =
  (limit: number): Body =>
  async ({ io }) => {
    let running = 0;
    const fetch = io("fetch", (id: number) => id * 2);
    const results = await async.mapLimit([1, 2, 3, 4], limit, async (id: number) => {
      running += 1;
      assert.ok(running <= 2, `${running} at once`);
      const result = await fetch(id);
      running -= 1;
      return result;
    });
    assert.deepEqual(results, [2, 4, 6, 8]);
  };

export const scenarios: readonly Scenario[] = [
  { package: "async", promise: "queue: one at a time", kept: queue(1), broken: queue(2) },
  { package: "async", promise: "auto: a task runs when what it depends on is done", kept: auto(["data", "folder"]), broken: auto(["data"]) },
  { package: "async", promise: "mapLimit: so many at once, results in order", kept: limited(2), broken: limited(3) },
];
