import assert from "node:assert/strict";
import { E_CANCELED, E_TIMEOUT, Mutex, Semaphore, withTimeout } from "async-mutex";
import type { Body } from "heddle";
import { Occupancy, type Scenario } from "./scenario.ts";

const counter =
  (mutexes: number): Body =>
  async ({ io, spawn }) => {
    let stored = 0;
    const arrive = io("arrive");
    const load = io("store.load", () => stored);
    const save = io("store.save", (value: number) => {
      stored = value;
    });
    const locks = Array.from({ length: mutexes }, () => new Mutex());
    const increment = async (): Promise<void> => save((await load()) + 1);
    const tasks = [0, 1, 2].map((id) => {
      const mutex = locks[id % mutexes]!;
      return spawn(`task ${id}`, async () => {
        await arrive();
        await mutex.runExclusive(increment);
        const release = await mutex.acquire();
        try {
          await increment();
        } finally {
          release();
        }
      });
    });
    await Promise.all(tasks);
    assert.equal(stored, 6);
    assert.ok(locks.every((mutex) => !mutex.isLocked()));
  };

const semaphore =
  (value: number): Body =>
  async ({ io, spawn, invariant }) => {
    const arrive = io("arrive");
    const work = io("work");
    const permits = new Semaphore(value);
    const running = new Occupancy();
    let weight = 0;
    invariant("no more weight than permits", () => weight <= 3 && permits.getValue() >= 0);
    const tasks = [1, 2, 1, 2, 1].map((own, id) =>
      spawn(`task ${id}`, async () => {
        await arrive();
        await permits.runExclusive(
          () =>
            running.during(async () => {
              weight += own;
              await work();
              weight -= own;
            }),
          own,
        );
      }),
    );
    await Promise.all(tasks);
    assert.equal(permits.getValue(), value);
    assert.equal(running.now, 0);
  };

const TIMEOUT_MS = 150;

const impatient =
  (timeoutMs: number): Body =>
  async ({ io, spawn, sleep, now }) => {
    const arrive = io("arrive");
    const work = io("work");
    const mutex = withTimeout(new Mutex(), timeoutMs);
    const running = new Occupancy();
    let cancelledAt = Number.NEGATIVE_INFINITY;
    const task = (id: number): Promise<void> =>
      spawn(`task ${id}`, async () => {
        await arrive();
        const askedAt = now();
        try {
          const release = await mutex.acquire();
          await running.during(async () => {
            await work();
            await sleep(60);
          });
          release();
        } catch (error) {
          if (error === E_TIMEOUT) assert.equal(now() - askedAt, TIMEOUT_MS, "timed out at its time");
          else assert.ok(error === E_CANCELED && cancelledAt >= askedAt, "cancelled while nobody cancelled it");
        }
      });
    const shutdown = spawn("shutdown", async () => {
      await sleep(30);
      cancelledAt = now();
      mutex.cancel();
    });
    await Promise.all([task(0), task(1), task(2), task(3), shutdown]);
    assert.equal(running.most, 1, "mutual exclusion");
    // Who timed out still takes the mutex, when its turn comes, and gives it back at once.
    await mutex.waitForUnlock();
    assert.ok(!mutex.isLocked());
  };

export const scenarios: readonly Scenario[] = [
  { package: "async-mutex", promise: "Mutex: exclusive access by runExclusive and acquire", kept: counter(1), broken: counter(2) },
  { package: "async-mutex", promise: "Semaphore: a task runs once the value is at least its weight", kept: semaphore(3), broken: semaphore(4) },
  {
    package: "async-mutex",
    promise: "withTimeout and cancel(): who waits too long gets E_TIMEOUT, who waits at a cancel() E_CANCELED",
    kept: impatient(TIMEOUT_MS),
    broken: impatient(TIMEOUT_MS - 20),
    underLatency: "the assertion looks at the clock behind the await of acquire(), which may itself go on later than the timeout fired",
  },
];
