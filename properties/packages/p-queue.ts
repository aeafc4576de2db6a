import assert from "node:assert/strict";
import type { Body } from "heddle";
import PQueue from "p-queue";
import { Occupancy, type Scenario } from "./scenario.ts";

const limited =
  (concurrency: number): Body =>
  async ({ io, invariant }) => {
    const load = io("load", (key: number) => key);
    const queue = new PQueue({ concurrency });
    const running = new Occupancy();
    const started: number[] = [];
    let done = 0;
    invariant("at most two at once", () => running.now <= 2 && queue.pending <= 2);
    const job = (key: number) => async (): Promise<number> => {
      started.push(key);
      const value = await running.during(async () => (await load(key)) + (await load(key)));
      done++;
      return value;
    };
    const results = [1, 2, 3, 4].map((key) => queue.add(job(key)));
    const urgent = queue.add(job(5), { priority: 1 });
    await queue.onIdle();
    assert.equal(done, 5, "onIdle() before all work has finished");
    assert.deepEqual(await Promise.all([...results, urgent]), [2, 4, 6, 8, 10]);
    assert.deepEqual(started, [1, 2, 5, 3, 4], "greater priority first");
  };

const paused =
  (reallyPauses: boolean): Body =>
  async ({ io, spawn, sleep }) => {
    const produce = io("produce");
    const load = io("load", (key: number) => key);
    const queue = new PQueue({ concurrency: 1 });
    let started = 0;
    const job = (key: number) => (): Promise<number> => {
      assert.ok(!queue.isPaused, "a job was started while the queue was paused");
      started++;
      return load(key);
    };
    const maintenance = spawn("maintenance", async () => {
      await sleep(20);
      const before = started;
      if (reallyPauses) queue.pause();
      await sleep(200);
      assert.equal(started, before, "pause() puts queue execution on hold");
      queue.start();
    });
    const producer = spawn("producer", async () => {
      for (const key of [1, 2, 3, 4]) {
        await produce();
        await queue.onSizeLessThan(2);
        void queue.add(job(key));
        assert.ok(queue.size <= 2, `${queue.size} in the queue`);
      }
      await queue.onIdle();
    });
    await Promise.all([maintenance, producer]);
    assert.equal(started, 4);
  };

const INTERVAL_MS = 1000;

const capped =
  (intervalCap: number): Body =>
  async ({ io, now, sleep, spawn }) => {
    const call = io("call", () => undefined);
    const queue = new PQueue({ interval: INTERVAL_MS, intervalCap, strict: true });
    const startedAt: number[] = [];
    const client = (name: string, delayMs: number): Promise<void> =>
      spawn(name, async () => {
        await sleep(delayMs);
        await Promise.all(
          [1, 2].map(() =>
            queue.add(() => {
              startedAt.push(now());
              return call();
            }),
          ),
        );
      });
    await Promise.all([client("first", 0), client("second", 10), client("third", 20), client("fourth", 30)]);
    assert.equal(startedAt.length, 8);
    for (const [index, at] of startedAt.entries()) {
      const third = startedAt[index + 2];
      if (third !== undefined) assert.ok(third - at >= INTERVAL_MS, `three runs within ${third - at} ms`);
    }
  };

export const scenarios: readonly Scenario[] = [
  { package: "p-queue", promise: "concurrency limit, greater priority first, onIdle() guarantees that all work has finished", kept: limited(2), broken: limited(3) },
  { package: "p-queue", promise: "pause() puts queue execution on hold; onSizeLessThan() bounds what waits", kept: paused(true), broken: paused(false) },
  { package: "p-queue", promise: "intervalCap with strict: the most runs in any interval", kept: capped(2), broken: capped(3) },
];
