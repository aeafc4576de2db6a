import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { explore, HeddleError, RaceError, type BodyContext } from "heddle";
import { raceProperty, type RacePropertyOptions } from "heddle/fast-check";

afterEach(() => vi.unstubAllEnvs());

/** Loses an update where a later withdrawal reads before an earlier one has written. */
async function withdraw({ spawn, io, sleep }: BodyContext, amounts: number[]): Promise<void> {
  let balance = 0;
  const get = io("get", () => balance);
  const set = io("set", (value: number) => (balance = value));
  const take = async (amount: number, delayMs: number): Promise<void> => {
    await sleep(delayMs);
    await set((await get()) - amount);
  };
  await Promise.all(amounts.map((amount, index) => spawn(`payout ${index}`, () => take(amount, index * 20))));
  const wanted = -amounts.reduce((sum, amount) => sum + amount, 0);
  if (balance !== wanted) throw new Error(`${balance} in place of ${wanted}`);
}

const amounts = fc.array(fc.integer({ min: 1, max: 1000 }), { maxLength: 6 });
/** Shrinking is bounded by real time: not so in a test. */
const withdrawals = (options: RacePropertyOptions = {}) => raceProperty(amounts, withdraw, { shrinkMs: 60_000, ...options });

async function failureOf(property: fc.IAsyncProperty<[number[]]>, parameters: fc.Parameters<[number[]]> = {}): Promise<{ details: fc.RunDetails<[number[]]>; error: RaceError }> {
  const details = await fc.check(property, { seed: 42, ...parameters });
  const error = details.errorInstance;
  if (!(error instanceof RaceError)) throw new Error(`no race was found: ${String(error)}`);
  return { details, error };
}

describe("inputs and schedule shrink together", () => {
  test.each([1, 2, 3, 4, 5, 6])("to two tasks, one deviation and the smallest amounts (seed %i)", async (seed) => {
    const { details, error } = await failureOf(withdrawals(), { seed });
    expect(details.counterexample).toEqual([[1, 1]]);
    expect(error.failure.deviations).toHaveLength(1);
    expect(error.message).toContain("input: [[1,1]]");
    expect(error.message.indexOf("input: ")).toBeLessThan(error.message.indexOf("◀"));
  });

  test("a failure of another kind does not take the place of the one that is shrunk", async () => {
    const property = raceProperty(amounts, async (context, given) => {
      if (given.length === 1) context.invariant("there are two", () => false);
      await withdraw(context, given);
    });
    const { details, error } = await failureOf(property, { examples: [[[500, 600, 700]]] });
    expect(error.failure.kind).toBe("error");
    expect(details.counterexample).toEqual([[1, 1]]);
  });
});

describe("one line replays the input and the schedule", () => {
  test("with another seed of fast-check's, in the same words", async () => {
    const { error } = await failureOf(withdrawals());
    vi.stubEnv("HEDDLE_SEED", error.failure.seed);
    const again = await failureOf(withdrawals(), { seed: 7 });
    expect(again.details.counterexample).toEqual([[1, 1]]);
    expect(again.details.numRuns).toBe(1);
    expect(again.error.cause).toEqual(error.cause);
    expect(again.error.failure.seed).toBe(error.failure.seed);
  });

  test("an example, and what it was shrunk to", async () => {
    const examples: [number[]][] = [[[3]], [[700, 800, 900]]];
    const { details, error } = await failureOf(withdrawals(), { examples });
    expect(details.counterexamplePath).toMatch(/^1:/);
    vi.stubEnv("HEDDLE_SEED", error.failure.seed);
    const again = await failureOf(withdrawals(), { examples, seed: 7 });
    expect(again.error.message).toContain("input: [[1,1]]");
    expect(again.error.cause).toEqual(error.cause);
  });

  test("mended code passes with the seed, and no other input is tried", async () => {
    const { error } = await failureOf(withdrawals({ name: "money" }));
    vi.stubEnv("HEDDLE_SEED", error.failure.seed);
    let bodies = 0;
    const details = await fc.check(raceProperty(amounts, () => void (bodies += 1), { name: "money" }), { seed: 7 });
    expect(details.failed).toBe(true);
    expect((details.errorInstance as HeddleError).code).toBe("REPLAY_DIVERGED");
    expect(bodies).toBeLessThan(5);
  });

  test("arbitraries that do not make the input any more are named", async () => {
    const { error } = await failureOf(withdrawals({ name: "money" }));
    vi.stubEnv("HEDDLE_SEED", error.failure.seed);
    const other = raceProperty(fc.array(fc.constant(1), { maxLength: 0 }), withdraw, { name: "money" });
    const details = await fc.check(other, { seed: 7 });
    expect(String(details.errorInstance)).toContain("its arbitraries do not make that input");
  });

  test("another property of the file, and a race, do not take it", async () => {
    const { error } = await failureOf(withdrawals());
    vi.stubEnv("HEDDLE_SEED", error.failure.seed);
    let inputs = 0;
    await fc.assert(raceProperty(fc.nat(), () => void (inputs += 1)), { numRuns: 20, seed: 1 });
    expect(inputs).toBeGreaterThan(20);
    const exploration = await explore(async ({ sleep }) => sleep(1), { runs: 5 });
    expect(exploration.verdict).toBe("passed");
    await expect(explore(() => undefined, { seed: error.failure.seed })).rejects.toThrow("was printed by a property, with the input that it generated");
    const { failure } = await explore(async (context) => withdraw(context, [1, 1]), { runs: 100 });
    vi.unstubAllEnvs();
    const details = await fc.check(withdrawals({ seed: failure!.seed }), { seed: 1 });
    expect(String(details.errorInstance)).toContain("was printed by a race without a generated input");
  });

  test("in a fresh process", async () => {
    const folder = mkdtempSync(join(tmpdir(), "heddle-"));
    try {
      const file = join(folder, "property.mjs");
      const heddle = new URL("../../dist/fast-check/index.js", import.meta.url).href;
      const fastCheck = import.meta.resolve("fast-check");
      writeFileSync(file, `import * as fc from ${JSON.stringify(fastCheck)}; import { raceProperty } from ${JSON.stringify(heddle)};
        ${withdraw.toString()}
        const details = await fc.check(raceProperty(fc.array(fc.integer({ min: 1, max: 1000 }), { maxLength: 6 }), withdraw), { seed: Number(process.argv[2]) });
        console.log(JSON.stringify([details.counterexample, details.errorInstance.failure.seed, details.errorInstance.cause.message]));`);
      const run = (seed: number, environment: Record<string, string>): unknown[] =>
        JSON.parse(execFileSync(process.execPath, [file, String(seed)], { encoding: "utf8", env: { ...process.env, ...environment } })) as unknown[];
      const first = run(1, {});
      expect(run(2, { HEDDLE_SEED: first[1] as string })).toEqual(first);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("failures are kept", () => {
  test("one file, whose input and schedule come first in the next check", async () => {
    const folder = mkdtempSync(join(tmpdir(), "heddle-"));
    try {
      const { error } = await failureOf(withdrawals({ corpus: folder, name: "withdrawals" }));
      expect(readdirSync(folder)).toHaveLength(1);
      expect(error.failure.keptIn).toContain(folder);
      const again = await failureOf(withdrawals({ corpus: folder, name: "withdrawals" }), { seed: 1234 });
      expect(again.details.numRuns).toBe(1);
      expect(again.details.counterexample).toEqual([[1, 1]]);
      expect(again.error.failure.seed).toBe(error.failure.seed);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("one budget over inputs and schedules", () => {
  test("an input with one order takes one execution", async () => {
    let executions = 0;
    const property = raceProperty(fc.nat(), () => void (executions += 1), { order: "production" });
    await fc.assert(property, { numRuns: 50, seed: 1 });
    // The first inputs' executions are made twice, to see whether the body is deterministic.
    expect(executions).toBeLessThanOrEqual(50 + 3);
    expect(property.summary).toBe("50 inputs, 50 executions: all orders of each were tried, none failed");
  });

  test("inputs with many orders share what is left, and not more than all", async () => {
    let executions = 0;
    const property = raceProperty(fc.integer({ min: 0, max: 4 }), async ({ spawn, sleep }, tasks) => {
      executions += 1;
      for (let task = 0; task < tasks; task += 1) void spawn(`task ${task}`, async () => {
        for (let step = 0; step < 4; step += 1) await sleep(0);
      });
    }, { runs: 400, numRuns: 20, order: "chaos" });
    await fc.assert(property, { numRuns: 20, seed: 1 });
    expect(executions).toBeGreaterThan(200);
    expect(executions).toBeLessThanOrEqual(400 + 3 + 20);
  });
});

describe("what fast-check offers works", () => {
  test("fc.sample and fc.pre", async () => {
    expect(fc.sample(raceProperty(fc.nat(9), () => undefined), 5)).toHaveLength(5);
    const seen: number[] = [];
    await fc.assert(raceProperty(fc.nat(), (_context, value) => {
      fc.pre(value % 2 === 0);
      seen.push(value);
    }), { numRuns: 10, seed: 1 });
    expect(new Set(seen).size).toBeGreaterThan(5);
    expect(seen.every((value) => value % 2 === 0)).toBe(true);
  });

  test("the same seed makes the same inputs, and a path leads to one of them", async () => {
    const inputs = async (parameters: fc.Parameters<[number]>): Promise<number[]> => {
      const seen = new Set<number>();
      await fc.check(raceProperty(fc.nat(), (_context, value) => void seen.add(value)), parameters);
      return [...seen];
    };
    const all = await inputs({ seed: 5, numRuns: 10 });
    expect(await inputs({ seed: 5, numRuns: 10 })).toEqual(all);
    expect(await inputs({ seed: 6, numRuns: 10 })).not.toEqual(all);
    const { details } = await failureOf(withdrawals());
    const again = await failureOf(withdrawals(), { seed: details.seed, path: details.counterexamplePath! });
    expect(again.details.counterexample).toEqual(details.counterexample);
  });

  test("hooks run around each execution, outside of it", async () => {
    let open = 0;
    let executions = 0;
    const property = raceProperty(fc.constant(1), async ({ spawn, sleep }) => {
      executions += 1;
      expect(open).toBe(1);
      spawn("a", () => sleep(1));
      spawn("b", () => sleep(1));
    }, { runs: 20, order: "chaos" }).beforeEach(() => void (open += 1)).afterEach(() => void (open -= 1));
    await fc.assert(property, { numRuns: 2, seed: 1 });
    expect(executions).toBeGreaterThan(3);
    expect(open).toBe(0);
  });

  test("every execution has an input of its own", async () => {
    await fc.assert(raceProperty(fc.array(fc.nat(), { minLength: 1 }), fc.record({ list: fc.array(fc.nat()) }), async ({ spawn, sleep }, list, { list: inner }) => {
      expect(list).not.toContain(-1);
      expect(inner).not.toContain(-1);
      list.push(-1);
      inner.push(-1);
      spawn("a", () => sleep(1));
      spawn("b", () => sleep(1));
    }, { order: "chaos" }), { numRuns: 10, seed: 1 });
  });

  test("fc.context and fc.gen, whose values are those of the execution that failed", async () => {
    const property = raceProperty(fc.context(), fc.gen(), (_context, log, draw) => {
      const value = draw(fc.integer, { min: 5, max: 5 });
      log.log(`drawn ${value}`);
      throw new Error("no");
    });
    const details = await fc.check(property, { seed: 1 });
    expect((details.errorInstance as Error).message).toMatch(/input: .*drawn 5/);
  });

  test("fc.gen draws the same values in all executions of an input, however its steps are ordered", async () => {
    const drawn = new Map<string, number>();
    const property = raceProperty(fc.gen(), async ({ io }, draw) => {
      const values = draw(fc.array, fc.nat(), { minLength: 2, maxLength: 3 });
      const text = values.join();
      drawn.set(text, (drawn.get(text) ?? 0) + 1);
      const put = io("put", (value: number) => value);
      await Promise.all(values.map((value) => put(value)));
    }, { runs: 60 });
    const details = await fc.check(property, { seed: 1, numRuns: 3 });
    expect(details.errorInstance).toBe(null);
    expect([...drawn.values()].every((times) => times > 1)).toBe(true);
  });

  test("false is a failure, as in fast-check", async () => {
    const details = await fc.check(raceProperty(fc.nat(), () => false), { seed: 1 });
    expect((details.errorInstance as Error).message).toContain("Property failed by returning false");
  });

  test("fc.assert reports with the whole failure as cause", async () => {
    const thrown: unknown = await fc.assert(withdrawals(), { numRuns: 100, seed: 42 }).catch((error: unknown) => error);
    expect((thrown as Error).message).toContain("Counterexample: [[1,1]]");
    expect((thrown as Error).cause).toBeInstanceOf(RaceError);
  });
});

describe("misuse is told", () => {
  test.each<[string, () => unknown, string]>([
    ["no body", () => (raceProperty as (...args: unknown[]) => unknown)(fc.nat()), "a function behind them"],
    ["workers", () => raceProperty(fc.nat(), () => undefined, { workers: 2 } as RacePropertyOptions), "`workers` is not for properties"],
    ["numRuns", () => raceProperty(fc.nat(), () => undefined, { numRuns: 0 }), "`numRuns` is 0"],
  ])("%s", (_name, make, text) => {
    expect(make).toThrow(HeddleError);
    expect(make).toThrow(text);
  });

  test("a bad option fails the check, and says so", async () => {
    const details = await fc.check(raceProperty(fc.nat(), () => undefined, { runs: -1 }), { seed: 1 });
    expect((details.errorInstance as HeddleError).code).toBe("BAD_OPTION");
  });
});
