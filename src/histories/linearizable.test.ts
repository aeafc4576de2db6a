import { describe, expect, test } from "vitest";
import {
  checkLinearizable,
  checkQuiescent,
  checkSequential,
  compareAndSetModel,
  keyValueModel,
  queueModel,
  registerModel,
  type KeyValueInput,
  type Model,
  type NondeterministicModel,
  type Operation,
} from "./index.ts";

const read = { type: "read" } as const;
const write = (value: number): { type: "write"; value: number } => ({ type: "write", value });

type RegisterOperation = Operation<ReturnType<typeof write> | typeof read, number | undefined>;

const called = (task: number, input: RegisterOperation["input"], calledAt: number, returnedAt?: number, output?: number): RegisterOperation => ({
  task,
  input,
  calledAt,
  returnedAt,
  output,
});

describe("checkLinearizable", () => {
  test("gives an order, as positions in the history", () => {
    const history = [called(1, write(1), 0, 10), called(2, read, 2, 4, 1), called(3, read, 5, 6, 0)];
    expect(checkLinearizable([history[0]!, history[1]!], registerModel(0))).toMatchObject({ verdict: "linearizable", linearization: [0, 1] });
    expect(checkLinearizable([history[0]!, history[2]!], registerModel(0))).toMatchObject({ verdict: "linearizable", linearization: [1, 0] });
    expect(checkLinearizable([], registerModel(0))).toEqual({ verdict: "linearizable", linearization: [], configurations: 0 });
  });

  test("names the operation that fits nowhere, what would have been allowed there, and the longest order before it", () => {
    const found = checkLinearizable([called(1, write(1), 0, 10), called(2, read, 2, 4, 1), called(3, read, 5, 6, 0), called(3, read, 7, 8, 7)], registerModel(0));
    expect(found).toMatchObject({ verdict: "not-linearizable", prefix: [0, 1], misfits: [{ operation: 2, expected: [1] }] });
  });

  test("what would have been allowed is told for each order that the others have", () => {
    const found = checkLinearizable([called(1, write(1), 0, 9), called(2, write(2), 0, 9), called(3, read, 10, 11, 0)], registerModel(0));
    const expected = found.verdict === "not-linearizable" ? found.misfits[0]!.expected : [];
    expect([...expected].sort()).toEqual([1, 2]);
  });

  test("operations that tie in time overlap, except those of one task", () => {
    const tie = [called(1, write(1), 0, 5), called(2, read, 5, 9, 0)];
    expect(checkLinearizable(tie, registerModel(0)).verdict).toBe("linearizable");
    expect(checkLinearizable([tie[0]!, { ...tie[1]!, task: 1 }], registerModel(0)).verdict).toBe("not-linearizable");
    const instant = [called(1, write(1), 5, 5), called(1, write(2), 5, 5), called(1, read, 5, 5, 1)];
    expect(checkLinearizable(instant, registerModel(0)).verdict).toBe("not-linearizable");
  });

  test("an operation of unknown outcome takes effect at any time after its call, or never", () => {
    const lost = called(1, write(1), 3);
    expect(checkLinearizable([lost, called(2, read, 4, 5, 0), called(2, read, 50, 51, 1)], registerModel(0)).verdict).toBe("linearizable");
    expect(checkLinearizable([lost, called(2, read, 4, 5, 0), called(2, read, 50, 51, 0)], registerModel(0)).verdict).toBe("linearizable");
    expect(checkLinearizable([lost, called(2, read, 4, 5, 1), called(2, read, 50, 51, 0)], registerModel(0)).verdict).toBe("not-linearizable");
    expect(checkLinearizable([lost, called(2, read, 1, 2, 1)], registerModel(0)).verdict).toBe("not-linearizable");
    // Its task may have gone on.
    expect(checkLinearizable([lost, called(1, read, 4, 5, 0), called(1, read, 6, 7, 1)], registerModel(0)).verdict).toBe("linearizable");
  });

  test("an answer that is missing is the answer undefined", () => {
    const history = [{ task: 1, input: read, calledAt: 0, returnedAt: 1 }];
    expect(checkLinearizable(history, registerModel(0)).verdict).toBe("not-linearizable");
  });

  test("an operation that changed nothing where it was first seen is no read for that", () => {
    // To write 1 over 1 changes nothing; but it has to come after the 2.
    const history = [called(1, write(1), 0, 1), called(2, write(1), 2, 9), called(3, write(2), 2, 3), called(4, read, 4, 5, 2), called(4, read, 10, 11, 1)];
    expect(checkLinearizable(history, registerModel(0)).verdict).toBe("linearizable");
  });

  test("many writes of unknown outcome are no harder than the values they write", () => {
    const lost = Array.from({ length: 60 }, (_, at) => called(at, write(at % 3), at));
    const reads = Array.from({ length: 60 }, (_, at) => called(100, read, 100 + 2 * at, 101 + 2 * at, at % 3));
    const found = checkLinearizable([...lost, ...reads], registerModel(0));
    expect(found).toMatchObject({ verdict: "linearizable" });
    expect(found.configurations).toBeLessThan(1000);
    const wrong = checkLinearizable([...lost, ...reads, called(100, read, 300, 301, 3)], registerModel(0));
    expect(wrong).toMatchObject({ verdict: "not-linearizable", misfits: [{ operation: 120 }] });
    expect(wrong.configurations).toBeLessThan(10_000);
  });
});

describe("partitions", () => {
  const at = (task: number, input: KeyValueInput<string, number>, calledAt: number, returnedAt: number, output?: number): Operation<KeyValueInput<string, number>, number | undefined> => ({ task, input, calledAt, returnedAt, output });
  const set = (key: string, value: number): KeyValueInput<string, number> => ({ type: "set", key, value });
  const get = (key: string): KeyValueInput<string, number> => ({ type: "get", key });

  test("are judged by themselves, and their orders are put together in real time", () => {
    const history = [at(1, set("a", 1), 0, 20), at(2, set("b", 2), 1, 2), at(2, get("a"), 3, 4), at(3, get("b"), 3, 4, 2), at(3, get("a"), 5, 6, 1), at(2, get("b"), 30, 31, 2)];
    expect(checkLinearizable(history, keyValueModel<string, number>())).toMatchObject({ verdict: "linearizable", linearization: [1, 2, 3, 0, 4, 5] });
  });

  test("the one that cannot be ordered is named", () => {
    const history = [at(1, set("a", 1), 0, 1), at(2, set("b", 2), 0, 1), at(2, get("b"), 3, 4), at(1, get("a"), 3, 4, 1)];
    expect(checkLinearizable(history, keyValueModel<string, number>())).toMatchObject({
      verdict: "not-linearizable",
      partition: "b",
      prefix: [1],
      misfits: [{ operation: 2, expected: [2] }],
    });
  });

  test("are one object for sequential consistency, which does not hold of the whole where it holds of each", () => {
    const history = [at(1, set("a", 1), 0, 1), at(1, get("b"), 2, 3), at(2, set("b", 1), 0, 1), at(2, get("a"), 2, 3)];
    expect(checkSequential(history, keyValueModel<string, number>()).verdict).toBe("not-sequential");
    expect(checkSequential(history.filter(({ input }) => input.key === "a"), keyValueModel<string, number>()).verdict).toBe("sequential");
  });

  test("a state can be made for each", () => {
    const model: Model<number, string, number> = { initial: (key) => Number(key), partition: (input) => input, apply: (state) => [state, state] };
    expect(checkLinearizable([{ task: 1, input: "7", output: 7, calledAt: 0, returnedAt: 1 }], model).verdict).toBe("linearizable");
    expect(checkSequential([{ task: 1, input: "7", output: 7, calledAt: 0, returnedAt: 1 }], model).verdict).toBe("sequential");
  });
});

describe("a text that grows", () => {
  type Input = { readonly add: string } | { readonly put: string } | "read";
  const log = (limit: number): Model<string, Input, string | undefined> => ({
    initial: "",
    apply: (state, input) => {
      if (input === "read") {
        return [state, state];
      }
      const next = "put" in input ? input.put : state + input.add;
      return [next.length > limit ? "" : next, undefined];
    },
  });

  /** Twelve at a time add a letter each, which the read after them sees in some order; round by round. */
  function rounds(count: number, width: number): Operation<Input, string | undefined>[] {
    const history: Operation<Input, string | undefined>[] = [];
    let text = "";
    for (let round = 0; round < count; round += 1) {
      for (let at = 0; at < width; at += 1) {
        const add = String.fromCodePoint(97 + ((at * 7) % width));
        text += add;
        history.push({ task: (at * 5) % width, input: { add }, calledAt: 10 * round, returnedAt: 10 * round + 8 });
      }
      history.push({ task: 99, input: "read", output: text, calledAt: 10 * round + 1, returnedAt: 10 * round + 9 });
    }
    return history;
  }

  test("is ordered as the reads have seen it, not by trying all orders", () => {
    const found = checkLinearizable(rounds(20, 12), log(Infinity));
    expect(found.verdict).toBe("linearizable");
    expect(found.configurations).toBeLessThan(2000);
  });

  test("a wrong read is found, and the verdict says that it takes the text to grow", () => {
    const history = rounds(20, 12);
    const last = history.pop()!;
    const found = checkLinearizable([...history, { ...last, output: `${last.output!.slice(0, -2)}!` }], log(Infinity));
    expect(found).toMatchObject({ verdict: "not-linearizable", assuming: "growth", misfits: [{ operation: history.length }] });
    const short = rounds(2, 4);
    const end = short.pop()!;
    const proved = checkLinearizable([...short, { ...end, output: "nothing" }], log(Infinity));
    expect(proved.verdict).toBe("not-linearizable");
    expect(proved).not.toHaveProperty("assuming");
  });

  test("that is cut off at times is seen to be none", () => {
    const history: Operation<Input, string | undefined>[] = [..."abcdef"].map((add, at) => ({ task: 1, input: { add }, calledAt: at, returnedAt: at + 0.5 }));
    const late = [
      { task: 2, input: { add: "x" }, calledAt: 10, returnedAt: 20 },
      { task: 3, input: { add: "y" }, calledAt: 10, returnedAt: 20 },
      { task: 4, input: "read", output: "y", calledAt: 30, returnedAt: 31 },
    ] as const;
    expect(checkLinearizable([...history, ...late], log(6)).verdict).toBe("linearizable");
  });
});

describe("weaker consistency", () => {
  test("sequential consistency keeps the order of each task only", () => {
    const stale = [called(1, write(1), 0, 1), called(2, read, 5, 6, 0)];
    expect(checkLinearizable(stale, registerModel(0)).verdict).toBe("not-linearizable");
    expect(checkSequential(stale, registerModel(0))).toMatchObject({ verdict: "sequential", linearization: [1, 0] });
    expect(checkSequential([...stale, called(2, read, 7, 8, 1), called(2, read, 9, 10, 0)], registerModel(0))).toMatchObject({
      verdict: "not-sequential",
      misfits: [{ operation: 3, expected: [1] }],
    });
  });

  test("quiescent consistency keeps what a quiet time is between", () => {
    const busy = called(3, write(9), 0, 10);
    const stale = [called(1, write(1), 0, 1), called(2, read, 5, 6, 0)];
    expect(checkQuiescent(stale, registerModel(0)).verdict).toBe("not-quiescent");
    expect(checkQuiescent([busy, ...stale], registerModel(0)).verdict).toBe("quiescent");
    expect(checkQuiescent([called(9, write(9), 0), ...stale], registerModel(0)).verdict).toBe("quiescent");
  });
});

describe("models", () => {
  test("that leave open what happens allow each outcome", () => {
    const coin: NondeterministicModel<string, "flip" | "look", string> = {
      initial: "heads",
      applyAny: (state, input) => (input === "look" ? [[state, state]] : [["heads", "done"], ["tails", "done"]]),
    };
    const step = (input: "flip" | "look", output: string, at: number): Operation<"flip" | "look", string> => ({ task: 1, input, output, calledAt: at, returnedAt: at + 0.5 });
    const seen = (...looks: string[]): Operation<"flip" | "look", string>[] => [step("flip", "done", 0), ...looks.map((output, at) => step("look", output, at + 1))];
    expect(checkLinearizable(seen("tails", "tails"), coin).verdict).toBe("linearizable");
    expect(checkLinearizable(seen("heads"), coin).verdict).toBe("linearizable");
    expect(checkLinearizable(seen("tails", "heads"), coin)).toMatchObject({ verdict: "not-linearizable", misfits: [{ operation: 2, expected: ["tails"] }] });
    const open = checkLinearizable(seen("edge"), coin);
    expect(open).toMatchObject({ verdict: "not-linearizable", misfits: [{ operation: 1, expected: ["heads", "tails"] }] });
  });

  test("compare states by structure, or as they say", () => {
    // A set of tickets: with 12 taken at once there are 12! orders, and 4,096 sets.
    const tickets: Model<ReadonlySet<number>, number, undefined> = { initial: new Set(), apply: (state, ticket) => [new Set(state).add(ticket), undefined] };
    class Hidden {
      readonly #tickets: ReadonlySet<number>;
      constructor(tickets: ReadonlySet<number>) {
        this.#tickets = tickets;
      }
      with(ticket: number): Hidden {
        return new Hidden(new Set(this.#tickets).add(ticket));
      }
      get name(): string {
        return [...this.#tickets].sort().join();
      }
    }
    const hidden: Model<readonly [Hidden], number, undefined> = {
      initial: [new Hidden(new Set())],
      apply: ([state], ticket) => [[state.with(ticket)], undefined],
      equal: ([one], [other]) => one.name === other.name,
      hash: ([state]) => state.name,
    };
    const taken = Array.from({ length: 9 }, (_, ticket) => ({ task: ticket, input: ticket, calledAt: 0, returnedAt: 9 }));
    const never = { task: 99, input: 99, output: "never" as never, calledAt: 10, returnedAt: 11 };
    expect(checkLinearizable([...taken, never], tickets).configurations).toBeLessThanOrEqual(512);
    expect(checkLinearizable([...taken, never], tickets).verdict).toBe("not-linearizable");
    expect(checkLinearizable(taken, hidden).verdict).toBe("linearizable");
  });

  test("say which answers they accept", () => {
    const about: Model<number, number, number> = { initial: 0, apply: (state, by) => [state + by, state + by], accepts: (output, expected) => Math.abs(output - expected) < 0.1 };
    expect(checkLinearizable([{ task: 1, input: 2, output: 2.05, calledAt: 0, returnedAt: 1 }], about).verdict).toBe("linearizable");
    expect(checkLinearizable([{ task: 1, input: 2, output: 2.5, calledAt: 0, returnedAt: 1 }], about).verdict).toBe("not-linearizable");
  });
});

describe("a budget that runs out", () => {
  // Twelve items that go in at once and come out in an order that tells nothing before the last.
  const items = Array.from({ length: 12 }, (_, item) => item);
  const history = [
    ...items.map((item) => ({ task: item, input: { type: "add", item } as const, calledAt: 0, returnedAt: 10 })),
    ...items.map((item, at) => ({ task: 100, input: { type: "remove" } as const, output: at === 11 ? 99 : item, calledAt: 20 + at, returnedAt: 20.5 + at })),
  ];

  test("is no verdict, and says what ran out", () => {
    expect(checkLinearizable(history, queueModel<number>(), { maxConfigurations: 1000 })).toMatchObject({ verdict: "unknown", bound: "maxConfigurations" });
    let time = 0;
    expect(checkLinearizable(history, queueModel<number>(), { timeMs: 50, now: () => (time += 10) })).toMatchObject({ verdict: "unknown", bound: "timeMs" });
  });

  test("does not keep another partition from its verdict", () => {
    const model = queueModel<number>();
    const split: Model<readonly number[], { key: number } & Parameters<typeof model.apply>[1], number | undefined> = {
      initial: [],
      apply: (state, input) => model.apply(state, input),
      partition: ({ key }) => key,
    };
    const keyed = history.map((operation) => ({ ...operation, input: { ...operation.input, key: 1 } }));
    const other = { task: 200, input: { type: "remove", key: 2 } as const, output: 5, calledAt: 0, returnedAt: 1 };
    expect(checkLinearizable([...keyed, other], split, { maxConfigurations: 100_000 })).toMatchObject({ verdict: "not-linearizable", partition: 2 });
  });
});

describe("bad input", () => {
  const one = called(1, read, 0, 1, 0);
  const check = (history: unknown, model: unknown = registerModel(0), options: object = {}) => () => checkLinearizable(history as RegisterOperation[], model as Model<number, never, never>, options);

  test.each([
    [check("history"), "BAD_HISTORY", "is no list"],
    [check([null]), "BAD_HISTORY", "operation 0 is no object"],
    [check([{ ...one, task: undefined }]), "BAD_HISTORY", "operation 0 has no task"],
    [check([one, { ...one, calledAt: Number.NaN }]), "BAD_HISTORY", "operation 1 was called at NaN"],
    [check([{ ...one, returnedAt: Number.POSITIVE_INFINITY }]), "BAD_HISTORY", "leave returnedAt out"],
    [check([{ ...one, calledAt: 3 }]), "BAD_HISTORY", "operation 0 returned at 1, before it was called at 3"],
    [check([one, { ...one, calledAt: 0.5, returnedAt: 2 }]), "BAD_HISTORY", "give operations that overlap tasks of their own"],
    [check([one], null), "BAD_MODEL", "the model is no object"],
    [check([one], { apply: () => [0, 0] }), "BAD_MODEL", "no initial state"],
    [check([one], { initial: 0 }), "BAD_MODEL", "apply(state, input)"],
    [check([one], { initial: 0, apply: () => [0, 0], applyAny: () => [] }), "BAD_MODEL", "one of two functions"],
    [check([one], { ...registerModel(0), equal: "yes" }), "BAD_MODEL", "equal is no function"],
    [check([one], { initial: 0, apply: () => 0 }), "BAD_MODEL", "did not return [state, output]"],
    [check([one], registerModel(0), { timeMs: Number.NaN }), "BAD_OPTION", "timeMs is NaN"],
    [check([one], registerModel(0), { maxConfigurations: -1 }), "BAD_OPTION", "maxConfigurations is -1"],
  ])("%# is told", (run, code, text) => {
    expect(run).toThrow(expect.objectContaining({ code, message: expect.stringContaining(text) as string }));
  });

  test("a model that throws is named with its cause", () => {
    const cause = new TypeError("no such operation");
    const model: Model<number> = {
      initial: 0,
      apply: () => {
        throw cause;
      },
    };
    expect(check([one], model)).toThrow(expect.objectContaining({ code: "BAD_MODEL", cause, message: expect.stringContaining('{"type":"read"}') as string }));
  });

  test("a model that changes its state is caught", () => {
    const model: Model<number[], number, undefined> = {
      initial: [],
      apply: (state, item) => {
        state.push(item);
        return [state, undefined];
      },
    };
    expect(() => checkLinearizable([{ task: 1, input: 1, calledAt: 0, returnedAt: 1 }], model)).toThrow(/changed the state it was given.*return a new state instead/);
  });

  test("compare-and-set compares as it is told", () => {
    const history = [{ task: 1, input: { type: "compare-and-set", expected: "A", value: "b" } as const, output: true, calledAt: 0, returnedAt: 1 }];
    expect(checkLinearizable(history, compareAndSetModel("a")).verdict).toBe("not-linearizable");
    expect(checkLinearizable(history, compareAndSetModel("a", (one, other) => one.toLowerCase() === other.toLowerCase())).verdict).toBe("linearizable");
  });
});
