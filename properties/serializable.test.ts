/** `checkSerializable` against every order of the transactions. */
import seedrandom from "seedrandom";
import { expect, test } from "vitest";
import { checkSerializable, type Transaction, type TransactionStep } from "../src/histories/index.ts";
import { count, law, lawSeed } from "./support/cases.ts";

type Store = ReadonlyMap<string | number, unknown>;

/** Runs a transaction's steps from `from` on, and says what its reads give. */
function run(store: Map<string | number, unknown>, step: TransactionStep): unknown {
  const before = store.get(step.key);
  if (step.type === "read") {
    return before;
  }
  store.set(step.key, step.type === "write" ? step.value : [...((before ?? []) as unknown[]), step.value]);
  return undefined;
}

const text = (value: unknown): string => JSON.stringify(value ?? null);

function someOrder(left: readonly Transaction[], store: Store): boolean {
  return (
    left.length === 0 ||
    left.some((transaction) => {
      const next = new Map(store);
      const fits = transaction.steps.every((step) => {
        const seen = run(next, step);
        return step.type !== "read" || text(seen) === text(step.value);
      });
      return fits && someOrder(left.filter((other) => other !== transaction), next);
    })
  );
}

/** Transactions whose steps took turns on one store without any isolation, or with it. */
function randomTransactions(seed: number): Transaction[] {
  const random = seedrandom.alea(`transactions:${seed}`);
  const below = (bound: number): number => Math.floor(random() * bound);
  const list = random() < 0.4;
  const plans = Array.from({ length: 2 + below(4) }, () => Array.from({ length: 1 + below(4) }, () => ({ read: random() < 0.55, key: "xyz"[below(3)]! })));
  const done: TransactionStep[][] = plans.map(() => []);
  const store = new Map<string | number, unknown>();
  const alone = random() < 0.7;
  let value = 0;
  let current = below(plans.length);
  while (plans.some((plan) => plan.length > 0)) {
    if (plans[current]!.length === 0 || !(alone && random() < 0.8)) {
      current = below(plans.length);
    }
    const plan = plans[current]!.shift();
    if (plan !== undefined) {
      value += 1;
      const step: TransactionStep = plan.read ? { type: "read", key: plan.key } : { type: list ? "append" : "write", key: plan.key, value };
      const seen = run(store, step);
      done[current]!.push(step.type === "read" ? { ...step, value: seen } : step);
    }
  }
  return done.map((steps) => ({ steps }));
}

test("transactions are serializable exactly if some order of them is", law(), () => {
  const verdicts = { serializable: 0, "not-serializable": 0 };
  const from = (lawSeed().seed ?? 0) * 100_000;
  const cases = count(1500);
  for (let seed = from; seed < from + cases; seed += 1) {
    const transactions = randomTransactions(seed);
    const found = checkSerializable(transactions);
    const expected = someOrder(transactions, new Map()) ? "serializable" : "not-serializable";
    expect({ seed, transactions, verdict: found.verdict }).toEqual({ seed, transactions, verdict: expected });
    verdicts[expected] += 1;
    if (found.verdict === "serializable") {
      const store = new Map<string | number, unknown>();
      const steps = found.order!.flatMap((at) => transactions[at]!.steps);
      expect(steps.every((step) => {
        const seen = run(store, step);
        return step.type !== "read" || text(seen) === text(step.value);
      }), `seed ${seed}`).toBe(true);
    } else if ("anomalies" in found) {
      for (const { cycle } of found.anomalies) {
        expect(cycle.every(({ to }, at) => to === cycle[(at + 1) % cycle.length]!.from), `seed ${seed}`).toBe(true);
      }
    }
  }
  expect(Math.min(...Object.values(verdicts))).toBeGreaterThan(cases / 10);
});
