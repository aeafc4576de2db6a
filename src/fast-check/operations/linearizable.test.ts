import * as fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { HeddleError, RaceError, type BodyContext } from "heddle";
import { linearizable, type OperationsProgram, type RaceProperty } from "heddle/fast-check";
import { cases, law } from "../../../properties/support/cases.ts";
import { checkLinearizable, checkQuiescent, checkSequential } from "../../histories/linearizable.ts";
import type { Outcome } from "../../engine/outcome.ts";
import type { Call } from "./operations-program.ts";
import type { History } from "./recorded-run.ts";
import type { Result } from "./result.ts";
import { SequentialOracle } from "./sequential-oracle.ts";

afterEach(() => vi.unstubAllEnvs());

const key = fc.constantFrom("a", "b");
const amount = fc.integer({ min: 1, max: 5 });

/** A store behind I/O. `add` reads, and then writes; where it is guarded, one change waits for the other. */
class Store {
  private readonly values = new Map<string, number>();
  private readonly read: (key: string) => Promise<number>;
  private readonly write: (key: string, value: number) => Promise<unknown>;
  private readonly isGuarded: boolean;
  private last: Promise<unknown> = Promise.resolve();

  constructor({ io }: BodyContext, isGuarded: boolean) {
    this.read = io("read", (name: string) => this.values.get(name) ?? 0);
    this.write = io("write", (name: string, value: number) => this.values.set(name, value));
    this.isGuarded = isGuarded;
  }

  get(name: string): Promise<number> {
    return this.read(name);
  }

  async set(name: string, value: number): Promise<void> {
    await this.inTurn(() => this.write(name, value));
  }

  async add(name: string, by: number): Promise<void> {
    await this.inTurn(async () => this.write(name, (await this.read(name)) + by));
  }

  private inTurn(change: () => Promise<unknown>): Promise<unknown> {
    if (!this.isGuarded) return change();
    const mine = this.last.then(change);
    this.last = mine.catch(() => undefined);
    return mine;
  }
}

const operations = { get: [key], set: [key, fc.nat(5)], add: [key, amount] } as const;
const store = (isGuarded: boolean) => linearizable({ create: (context) => new Store(context, isGuarded), operations }, { shrinkMs: 60_000 });

async function failureOf(property: RaceProperty<[OperationsProgram]>, seed: number): Promise<{ program: OperationsProgram; error: RaceError }> {
  const details = await fc.check(property, { seed });
  const error = details.errorInstance;
  if (!(error instanceof RaceError)) throw new Error(`no race was found: ${String(error)}; ${property.summary}`);
  return { program: details.counterexample![0], error };
}

describe("the subject is its own specification", () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])("a lost update shrinks to two tasks of one operation, and at most two deviations (seed %i)", async (seed) => {
    const { program, error } = await failureOf(store(false), seed);
    expect(error.failure.kind).toBe("not-linearizable");
    expect(program.tasks.map((calls) => calls.length)).toEqual([1, 1]);
    expect(program.before).toEqual([]);
    expect(program.after.length).toBeLessThanOrEqual(1);
    expect(error.failure.deviations.length).toBeLessThanOrEqual(2);
  });

  test("the same store, with changes that wait for each other, is not blamed", async () => {
    const property = store(true);
    await fc.assert(property, { numRuns: 40, seed: 1 });
    expect(property.summary).toContain("none failed");
  });

  test("the report shows the program, the history, and which operation fits nowhere", async () => {
    const { error } = await failureOf(store(false), 1);
    expect(error.failure.sentence).toMatch(/^not linearizable: get\("[ab]"\) of \w+.* returned \d, where \d was expected/);
    expect(error.message).toMatch(/input: task 1: add\("[ab]", 1\) \| task 2: add\("[ab]", 1\) \| then: get\("[ab]"\)/);
    expect(error.message).toMatch(/✗ main: get\("[ab]"\) → 1, where 2 would have been right/);
    expect(error.message).toMatch(/task 1 │ ├─+\d─+┤/);
    expect(error.message).not.toContain("judgement.");
  });

  test("one line replays it", async () => {
    const { error } = await failureOf(store(false), 3);
    vi.stubEnv("HEDDLE_SEED", error.failure.seed);
    const again = await failureOf(store(false), 99);
    expect(again.error.failure.seed).toBe(error.failure.seed);
    expect(again.error.cause).toMatchObject({ message: (error.cause as Error).message });
  });

  test("errors are results: of two that take the last one, one is refused", async () => {
    class Seats {
      free = 1;
      async book(): Promise<void> {
        if (this.free === 0) throw new Error("sold out");
        await Promise.resolve();
        this.free -= 1;
      }
    }
    const { program, error } = await failureOf(linearizable({ create: () => new Seats(), operations: { book: [] } }), 1);
    expect(program.tasks).toHaveLength(2);
    expect(error.failure.sentence).toContain("book() of task 2 returned undefined, where throws Error: sold out was expected");
  });

  test("what is observed at the end is a result", async () => {
    const withEnd = (isGuarded: boolean) => linearizable({
      create: (context: BodyContext) => new Store(context, isGuarded),
      operations: { add: [key, amount] },
      observe: async (subject) => [await subject.get("a"), await subject.get("b")],
      size: { after: 0, before: 0 },
    });
    const { error } = await failureOf(withEnd(false), 1);
    expect(error.message).toMatch(/✗ main: observe\(\) → \[[\d,]+\], where \[[\d,]+\] would have been right/);
    await fc.assert(withEnd(true), { numRuns: 20, seed: 1 });
  });
});

describe("operations that wait", () => {
  /** `isForgetful`: an item that is put while nobody waits wakes nobody, also where someone is about to wait. */
  class Inbox {
    private readonly items: number[] = [];
    private waiting: (() => void)[] = [];
    private readonly isForgetful: boolean;

    constructor(isForgetful: boolean) {
      this.isForgetful = isForgetful;
    }

    async put(item: number): Promise<void> {
      this.items.push(item);
      this.waiting.shift()?.();
    }

    async take(): Promise<number> {
      while (this.items.length === 0) {
        if (this.isForgetful) await Promise.resolve();
        await new Promise<void>((resolve) => this.waiting.push(resolve));
      }
      return this.items.shift()!;
    }
  }
  const inbox = (isForgetful: boolean) => linearizable({ create: () => new Inbox(isForgetful), operations: { put: [amount], take: [] } });

  test("an empty inbox that is waited for is no failure", async () => {
    await fc.assert(inbox(false), { numRuns: 40, seed: 1 });
  });

  test("a wake-up that is lost is one", async () => {
    const { error, program } = await failureOf(inbox(true), 1);
    expect(error.failure.kind).toBe("deadlock");
    expect(program.tasks.flat().map(({ operation }) => operation).sort()).toEqual(["put", "take"]);
  });
});

describe("with a model", () => {
  const modelled = (isGuarded: boolean) => linearizable({
    create: (context: BodyContext) => new Store(context, isGuarded),
    model: { initial: () => new Map<string, number>(), partition: (_operation, [name]) => name },
    operations: {
      get: { arguments: [key], model: (state, name) => [state, state.get(name) ?? 0] },
      add: { arguments: [key, amount], model: (state, name, by) => [new Map(state).set(name, (state.get(name) ?? 0) + by), undefined] },
    },
  });

  test("the lost update is found, and the guarded store not blamed", async () => {
    const { error } = await failureOf(modelled(false), 1);
    expect(error.message).toContain("one after another in the model");
    await fc.assert(modelled(true), { numRuns: 40, seed: 1 });
  });

  test("a model's error is an expected error", async () => {
    const property = linearizable({
      create: () => ({ pop: async () => Promise.reject(new RangeError("empty")) }),
      model: { initial: 0 },
      operations: { pop: { arguments: [], model: () => { throw new RangeError("empty"); } } },
    });
    await fc.assert(property, { numRuns: 5, seed: 1 });
  });
});

test("a stale read is not linearizable, and is sequentially consistent", async () => {
  interface Board {
    value: number;
    shown: number;
  }
  const board = (consistency: "linearizable" | "sequential") => linearizable({
    create: (): Board => ({ value: 0, shown: 0 }),
    model: { initial: 0 },
    operations: {
      write: {
        arguments: [amount],
        run: async (own, value) => {
          // Shown a little later than it is written.
          void Promise.resolve().then(() => Promise.resolve()).then(() => (own.shown = value));
        },
        model: (_state, value) => [value, undefined],
      },
      read: { arguments: [], run: async (own) => own.shown, model: (state) => [state, state] },
    },
    consistency,
  });
  const read: Call = { operation: "read", arguments: [] };
  const program: OperationsProgram = { before: [], tasks: [[{ operation: "write", arguments: [1] }], [read]], after: [read] };
  const strict = await fc.check(board("linearizable"), { examples: [[program]], numRuns: 1 });
  expect(String(strict.errorInstance)).toContain("read() of main returned 0, where 1 was expected");
  const weaker = await fc.check(board("sequential"), { examples: [[program]], numRuns: 1 });
  expect(weaker.failed).toBe(false);
});

describe("transactions over keys", () => {
  /** Accounts whose transactions see a snapshot of all; where they are checked, one that read what has changed is refused. */
  class Accounts {
    private readonly balances = new Map<string, string>();
    private writes = 0;
    private readonly pause: () => Promise<unknown>;
    private readonly isChecked: boolean;

    constructor({ io }: BodyContext, isChecked: boolean) {
      this.pause = io("commit", () => undefined);
      this.isChecked = isChecked;
    }

    /** Reads some keys, and writes one. */
    async transact(reads: readonly string[], write: string) {
      const seen = reads.map((name) => ({ type: "read" as const, key: name, value: this.balances.get(name) }));
      await this.pause();
      if (this.isChecked && seen.some(({ key: name, value }) => this.balances.get(name) !== value)) throw new Error("serialization failure");
      this.writes += 1;
      const value = `version ${this.writes}`;
      this.balances.set(write, value);
      return [...seen, { type: "write" as const, key: write, value }];
    }
  }
  const accounts = (isChecked: boolean, reads: fc.Arbitrary<string[]>) => linearizable({
    create: (context) => new Accounts(context, isChecked),
    operations: { transact: [reads, key] },
    consistency: "serializable",
  }, { shrinkMs: 60_000 });

  test("a lost update is named, with its cycle", async () => {
    const { error, program } = await failureOf(accounts(false, fc.constant(["a", "b"])), 1);
    expect(program.tasks.map((calls) => calls.length)).toEqual([1, 1]);
    expect(error.failure.sentence).toMatch(/^not serializable: (?:lost update|write skew)\b.*transact\(/);
  });

  test("write skew is named", async () => {
    const skew: OperationsProgram = { before: [], tasks: [[{ operation: "transact", arguments: [["a", "b"], "a"] }], [{ operation: "transact", arguments: [["a", "b"], "b"] }]], after: [] };
    const details = await fc.check(accounts(false, fc.constant(["a", "b"])), { examples: [[skew]], numRuns: 1, endOnFailure: true });
    expect((details.errorInstance as RaceError).failure.sentence).toContain("not serializable: write skew");
  });

  test("transactions that are refused when what they read has changed are not blamed", async () => {
    await fc.assert(accounts(true, fc.subarray(["a", "b"])), { numRuns: 40, seed: 1 });
  });

  test("operations that return no steps are told", async () => {
    const details = await fc.check(linearizable({ create: () => ({ get: async () => 1 }), operations: { get: [] }, consistency: "serializable" }), { seed: 1, numRuns: 1 });
    expect(String(details.errorInstance)).toContain("get() returned no list of steps");
  });
});

test("operations overlap in every run", async () => {
  let overlaps = 0;
  let runs = 0;
  const property = linearizable({
    create: ({ sleep }) => ({ open: 0, most: 0, sleep }),
    operations: {
      work: { arguments: [fc.nat(5)], run: async (subject, delayMs) => {
        subject.open += 1;
        subject.most = Math.max(subject.most, subject.open);
        await subject.sleep(delayMs);
        subject.open -= 1;
      } },
    },
    observe: ({ most }) => {
      // Alone, one after another, they never do.
      if (most === 0) return;
      runs += 1;
      if (most > 1) overlaps += 1;
    },
    size: { before: 0, after: 0 },
  }, { runs: 200, order: "production" });
  await fc.assert(property, { numRuns: 200, seed: 1 });
  expect(runs).toBeGreaterThan(200);
  expect(overlaps).toBeGreaterThanOrEqual(200);
});

test("a history with too many orders to try is neither a failure nor passed over in silence", async () => {
  const property = linearizable({
    create: () => ({ open: 0, most: 0 }),
    operations: {
      work: { arguments: [fc.nat(20)], run: async (subject, _which) => {
        subject.open += 1;
        subject.most = Math.max(subject.most, subject.open);
        await Promise.resolve();
        subject.open -= 1;
      } },
    },
    // What no order of these gives, and is seen at the very end only.
    observe: ({ most }) => most,
  }, { order: "production", runs: 1 });
  const tasks = [0, 1, 2, 3, 4, 5, 6, 7].map((which): Call[] => [{ operation: "work", arguments: [which] }]);
  const program: OperationsProgram = { before: [], tasks, after: [] };
  const details = await fc.check(property, { examples: [[program]], numRuns: 1 });
  expect(details.failed).toBe(false);
  expect(property.summary).toMatch(/none failed; of \d executions? it is not known/);
});

test.each<[string, unknown, string]>([
  ["nothing", undefined, "`create` is missing"],
  ["no operations", { create: () => ({}) }, "`operations` is missing"],
  ["no arbitraries", { create: () => ({}), operations: { get: [1] } }, 'the operation "get" has no list of arbitraries'],
  ["a model without its functions", { create: () => ({}), model: { initial: 0 }, operations: { get: [] } }, 'the operation "get" has no `model` function'],
  ["a consistency nobody knows", { create: () => ({}), operations: { get: [] }, consistency: "causal" }, '`consistency` is "causal"; it takes one of'],
  ["too few tasks", { create: () => ({}), operations: { get: [] }, size: { tasks: 1 } }, "`size.tasks` is 1; it takes a whole number from 2"],
])("misuse is told: %s", (_name, specification, text) => {
  const make = (): unknown => linearizable(specification as never);
  expect(make).toThrow(HeddleError);
  expect(make).toThrow(text);
});

test("misuse is told: a subject without the method", async () => {
  const details = await fc.check(linearizable({ create: () => ({}), operations: { get: [] } }), { seed: 1 });
  expect(String(details.errorInstance)).toContain('the subject has no method "get"');
});

describe("the search for an order agrees with the checker of histories", () => {
  /** Operations on a register, with times and answers at random. */
  const histories = fc
    .array(fc.record({ task: fc.nat(2), isRead: fc.boolean(), value: fc.nat(1), length: fc.nat(4), gap: fc.nat(2) }), { minLength: 1, maxLength: 6 })
    .map((drawn): History => {
      const free = [0, 0, 0];
      return drawn.map(({ task, isRead, value, length, gap }, index) => {
        const calledAt = free[task]! + gap + index / 100;
        free[task] = calledAt + length + 0.001;
        const input: Call = isRead ? { operation: "read", arguments: [] } : { operation: "write", arguments: [value] };
        return { task: `task ${task}`, input, output: { returned: isRead ? value : undefined }, calledAt, returnedAt: free[task]! };
      });
    });
  const model = {
    initial: 0,
    apply: (state: number, { operation, arguments: [value] }: Call): readonly [number, Result] =>
      operation === "read" ? [state, { returned: state }] : [value as number, { returned: undefined }],
  };
  function* answers(calls: readonly Call[]): Generator<never, readonly Result[], Outcome> {
    // A generator, as the oracle asks one; this specification needs no execution.
    yield* [];
    let state = 0;
    return calls.map((call) => {
      const [next, result] = model.apply(state, call);
      state = next;
      return result;
    });
  }

  test.each([
    ["linearizable", checkLinearizable],
    ["sequential", checkSequential],
    ["quiescent", checkQuiescent],
  ] as const)("%s", law(), (consistency, check) => {
    fc.assert(
      fc.property(histories, (history) => {
        const asked = new SequentialOracle(consistency).explain(history, answers);
        const found = asked.next();
        if (found.done !== true) throw new Error("it waits for an execution");
        expect(found.value.verdict === "explained").toBe(check(history, model).verdict === consistency);
      }),
      cases(500),
    );
  });
});
