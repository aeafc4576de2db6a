import assert from "node:assert/strict";
import AsyncLock from "async-lock";
import type { Body } from "heddle";
import type { Scenario } from "../packages/scenario.ts";

const locked =
  (keyOf: (task: string) => string): Body =>
  async ({ io, spawn }) => {
    const arrive = io("arrive");
    const load = io("load", () => balance);
    const save = io("save", (value: number) => (balance = value));
    let balance = 100;
    const lock = new AsyncLock({ timeout: 5000 });
    const withdraw = (name: string, amount: number): Promise<void> =>
      spawn(name, async () => {
        await arrive();
        await lock.acquire(keyOf(name), async () => {
          const before = await load();
          await save(before - amount);
        });
      });
    await Promise.all([withdraw("checkout", 60), withdraw("payout", 30)]);
    assert.equal(balance, 10);
    assert.equal(lock.isBusy(), false);
  };

/** Callbacks, several keys at once, and a lock that is waited for no longer than it may be. */
const patient =
  (timeoutMs: number): Body =>
  async ({ io, sleep }) => {
    const work = io("work");
    const lock = new AsyncLock({ timeout: timeoutMs });
    const done: string[] = [];
    const hold = (keys: string[], name: string): Promise<void> =>
      new Promise((resolve, reject) => {
        lock.acquire(
          keys,
          (release: (error?: Error | null) => void) => void work().then(() => sleep(40)).then(() => (done.push(name), release())),
          (error) => (error === undefined || error === null ? resolve() : reject(error)),
        );
      });
    await Promise.all([hold(["a", "b"], "first"), hold(["b"], "second"), hold(["a"], "third")]);
    assert.deepEqual([done[0], done.toSorted().join()], ["first", "first,second,third"]);
  };

export const scenarios: readonly Scenario[] = [
  { package: "async-lock", promise: "acquire: one at a time for each key", kept: locked(() => "account"), broken: locked((name) => name) },
  { package: "async-lock", promise: "acquire of several keys, with callbacks and a timeout", kept: patient(1000), broken: patient(100) },
];
