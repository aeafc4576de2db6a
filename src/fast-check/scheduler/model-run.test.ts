import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RaceError } from "heddle";
import { commands, concurrentModelRun, raceProperty, scheduledModelRun, scheduler } from "heddle/fast-check";
import { cases, law } from "../../../properties/support/cases.ts";

interface Model {
  balance: number;
}

/** A store whose `add` may lose what another has added meanwhile. */
class Account {
  balance = 0;
  /** Calls under way, and whether there were ever two. */
  private open = 0;
  overlapped = false;
  private readonly isSafe: boolean;

  constructor(isSafe: boolean) {
    this.isSafe = isSafe;
  }

  async add(amount: number): Promise<void> {
    this.open += 1;
    if (this.open > 1) this.overlapped = true;
    if (this.isSafe) this.balance += amount;
    const read = this.balance;
    await Promise.resolve();
    if (!this.isSafe) this.balance = read + amount;
    this.open -= 1;
  }
}

class Add implements fc.AsyncCommand<Model, Account> {
  private readonly amount: number;

  constructor(amount: number) {
    this.amount = amount;
  }

  check(): boolean {
    return true;
  }

  run(model: Model, real: Account): Promise<void> {
    model.balance += this.amount;
    return real.add(this.amount);
  }

  toString(): string {
    return `add(${this.amount})`;
  }
}

/** Asks whether it may only later, and never runs on an empty account. */
class Take implements fc.AsyncCommand<Model, Account, true> {
  async check({ balance }: Readonly<Model>): Promise<boolean> {
    await Promise.resolve();
    return balance > 0;
  }

  run(model: Model, real: Account): Promise<void> {
    expect(model.balance).toBeGreaterThan(0);
    model.balance -= 1;
    return real.add(-1);
  }

  toString(): string {
    return "take";
  }
}

const adds = [fc.integer({ min: 1, max: 9 }).map((amount) => new Add(amount))];
const some = commands(adds, { minCommands: 1, maxCommands: 4 });

function concurrent(isSafe: boolean, seen: (account: Account) => void = () => undefined): fc.IAsyncProperty<unknown> {
  return raceProperty(
    some,
    some,
    async (t, left, right) => {
      const { model, real } = await concurrentModelRun(t, () => ({ model: { balance: 0 }, real: new Account(isSafe) }), [left, right]);
      seen(real);
      if (real.balance !== model.balance) throw new Error(`${real.balance} in place of ${model.balance}`);
    },
    { runs: 200 },
  );
}

describe("concurrentModelRun", () => {
  test("overlaps in every execution", async () => {
    let executions = 0;
    let overlapped = 0;
    await fc.assert(
      concurrent(true, (account) => {
        executions += 1;
        if (account.overlapped) overlapped += 1;
      }),
      { numRuns: 20, seed: 4 },
    );
    expect(executions).toBeGreaterThan(50);
    expect(overlapped).toBe(executions);
  });

  test.each([1, 2, 3])("a lost update shrinks to a command in each task (seed %i)", async (seed) => {
    const { counterexample, errorInstance } = await fc.check(concurrent(false), { seed });
    expect(errorInstance).toBeInstanceOf(RaceError);
    expect(fc.stringify(counterexample)).toBe("[[add(1)],[add(1)]]");
  });

  test("what is set up later is waited for, what may not run does not, and fast-check's own lists are taken", async () => {
    const lists = fc.commands<Model, Account, true>([fc.constant(new Take())], { maxCommands: 3 });
    const property = raceProperty(lists, lists, async (t, left, right) => {
      const { model } = await concurrentModelRun(t, async () => ({ model: { balance: 0 }, real: new Account(true) }), [left, right]);
      expect(model.balance).toBe(0);
    });
    await fc.assert(property, { numRuns: 10, seed: 4 });
  });
});

test("scheduledModelRun runs one command after another, as scheduled tasks", law(), async () => {
  await fc.assert(
    fc.asyncProperty(scheduler(), fc.commands([...adds], { maxCommands: 5 }), async (s, list) => {
      const real = new Account(false);
      const model = { balance: 0 };
      await scheduledModelRun(s, () => ({ model, real }), list);
      expect(real.balance).toBe(model.balance);
      expect(real.overlapped).toBe(false);
      const labels = s.report().map(({ label }) => label);
      expect(labels[0]).toBe("startModel");
      expect(labels.slice(1).every((label, index) => label.startsWith(index % 2 === 0 ? "check@add(" : "run@add("))).toBe(true);
      expect(s.count()).toBe(0);
    }),
    cases(30),
  );
});
