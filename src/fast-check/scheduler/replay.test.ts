/** Failures of `scheduler()` shrink to few releases out of order, and replay exactly. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { count, law } from "../../../properties/support/cases.ts";
import { scheduler } from "heddle/fast-check";
import { pasted } from "./pasted.test-helper.ts";

/** Reads, and writes later: an update is lost where two overlap. */
async function withdrawals(s: fc.Scheduler, amounts: readonly number[]): Promise<void> {
  let balance = 0;
  const withdraw = async (name: number, amount: number): Promise<void> => {
    const read = await s.schedule(Promise.resolve(balance), `read ${name}`);
    balance = await s.schedule(Promise.resolve(read - amount), `write ${name}`);
  };
  // Each begins when the one before has been released: in order, nothing is lost.
  const started = amounts.map((amount, index) => s.schedule(Promise.resolve(), `start ${index}`).then(() => withdraw(index, amount)));
  await s.waitFor(Promise.all(started));
  const wanted = -amounts.reduce((sum, amount) => sum + amount, 0);
  if (balance !== wanted) throw new Error(`${balance} in place of ${wanted}`);
}

/** Fails where the third task comes before the first, and nowhere else. */
async function overtaken(s: fc.Scheduler): Promise<void> {
  const seen: number[] = [];
  for (let id = 0; id < 6; id += 1) void s.schedule(Promise.resolve(), String(id)).then(() => seen.push(id));
  await s.waitAll();
  if (seen.indexOf(2) < seen.indexOf(0)) throw new Error(`came as ${seen.join(" ")}`);
}

const lists = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 2, maxLength: 5 });
const properties: Readonly<Record<string, () => fc.IAsyncProperty<unknown>>> = {
  "a lost update, the scheduler first": () => fc.asyncProperty(scheduler(), lists, withdrawals),
  "a lost update, the scheduler last": () => fc.asyncProperty(lists, scheduler(), (amounts, s) => withdrawals(s, amounts)),
  "in a record, and mapped": () => fc.asyncProperty(fc.record({ s: scheduler().map((s) => [s] as const), amounts: lists }), ({ s, amounts }) => withdrawals(s[0], amounts)),
  "an order": () => fc.asyncProperty(scheduler(), overtaken),
};

describe.each(Object.entries(properties))("%s", (_name, property) => {
  test("replays after shrinking from fast-check's seed and path, with the same counterexample and error", law(), async () => {
    const failed = count(15);
    let replayed = 0;
    for (let seed = 0; seed < failed; seed += 1) {
      const first = await fc.check(property(), { seed });
      if (!first.failed) throw new Error(`nothing failed with seed ${seed}`);
      const again = await fc.check(property(), { seed: first.seed, path: first.counterexamplePath!, endOnFailure: true });
      expect(fc.stringify(again.counterexample)).toBe(fc.stringify(first.counterexample));
      expect(again.errorInstance).toEqual(first.errorInstance);
      replayed += 1;
    }
    expect(replayed).toBe(failed);
  });
});

test("shrinks to one release out of order, whatever the seed", law(), async () => {
  const seeds = count(15);
  for (let seed = 0; seed < seeds; seed += 1) {
    const { counterexample } = await fc.check(fc.asyncProperty(scheduler(), overtaken), { seed });
    const order = String(counterexample![0]).match(/task\$\{\d\}/g)!.map((id) => Number(id.slice(6, -1)));
    expect(order.toSorted()).toEqual([1, 2, 3, 4, 5, 6]);
    // Everything but the third in the order in which it was scheduled, or the first held back behind it.
    const deviations = order.filter((id, index) => order.slice(index + 1).some((later) => later < id)).length;
    expect(deviations).toBeLessThanOrEqual(2);
  }
});

test("the printed schedule fails as the property did", async () => {
  const { counterexample, errorInstance } = await fc.check(fc.asyncProperty(scheduler(), overtaken), { seed: 1 });
  const s = pasted(counterexample![0]);
  await expect(overtaken(s)).rejects.toThrow((errorInstance as Error).message);
  expect(String(s)).toBe(String(counterexample![0]));
});

test("a deadlock shrinks too, and does not wait as long for each smaller schedule", async () => {
  const stuck = async (s: fc.Scheduler): Promise<void> => {
    let isFree = false;
    const first = s.schedule(Promise.resolve(), "give").then(() => (isFree = true));
    const second = s.schedule(Promise.resolve(), "take").then(() => (isFree ? undefined : new Promise(() => undefined)));
    await s.waitFor(Promise.all([first, second]));
  };
  const { failed, counterexample, errorInstance } = await fc.check(fc.asyncProperty(scheduler(), stuck), { seed: 1 });
  expect(failed).toBe(true);
  expect(String(counterexample![0])).toBe("schedulerFor()`\n-> [task${2}] promise::take resolved\n-> [task${1}] promise::give resolved`");
  expect((errorInstance as Error).name).toBe("DeadlockError");
});
