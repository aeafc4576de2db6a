import { explore, type Body, type Exploration, type ExploreOptions, type Failure } from "heddle";
import { describe, expect, test } from "vitest";

async function failing(body: Body, options: ExploreOptions = {}): Promise<Failure> {
  const { failure, summary } = await explore(body, options);
  expect(failure, summary).toBeDefined();
  return failure!;
}

describe("a body that is not deterministic", () => {
  test("state that outlives the body: the first event that differs is named", async () => {
    let executions = 0;
    const failure = await failing(async ({ io }) => {
      executions += 1;
      const step = io("step");
      for (let times = 0; times < executions % 3; times += 1) await step();
      await io("other")();
    });
    expect(failure.kind).toBe("nondeterministic");
    expect(failure.seed).toBe("");
    expect(String(failure.error)).toMatch(/the body is not deterministic: .*step \d+ was .* in the one and .* in the other/);
    expect(failure.toString()).toMatch(/state that outlives the body/);
    expect(failure.toString()).toMatch(/replay: not possible/);
  });

  test("real time, read through a reference that is older than heddle", async () => {
    // As a module does that was loaded before heddle, `process.hrtime` bound away.
    const counter = new Uint32Array(1);
    const readClock = (): number => Atomics.add(counter, 0, 1);
    const failure = await failing(async ({ io }) => {
      const step = io("step");
      if (readClock() % 2 === 0) await step();
      await step();
    });
    expect(failure.kind).toBe("nondeterministic");
    expect(failure.sentence).toMatch(/^nondeterministic: the same schedule took two courses/);
  });

  test("only the error differs: that is named too, and not called a race", async () => {
    let executions = 0;
    const failure = await failing(async ({ io }) => {
      executions += 1;
      await io("step")();
      if (executions % 2 === 1) throw new Error("every other time");
    });
    expect(failure.kind).toBe("nondeterministic");
    expect(String(failure.error)).toMatch(/not deterministic/);
  });

  test("a difference that shows up late in the search is never a reproduced race", async () => {
    let executions = 0;
    const { failure } = await explore(
      async ({ spawn, io }) => {
        executions += 1;
        const step = io("step");
        await Promise.all([spawn("a", () => step()), spawn("b", () => step())]);
        if (executions === 15) throw new Error("once");
      },
      { strategy: "random", runs: 100 },
    );
    expect(failure?.kind).toBe("nondeterministic");
  });

  test("what is seeded and virtual is deterministic: Math.random, Date, performance, crypto", async () => {
    const { verdict } = await explore(async ({ io, random, now }) => {
      const step = io("step");
      const dice = [Math.random(), random(), Date.now(), performance.now(), now(), crypto.getRandomValues(new Uint8Array(1))[0]!];
      for (const value of dice) if (Math.floor(value * 10) % 2 === 0) await step();
    });
    expect(verdict).toBe("passed");
  });
});

describe("conditions", () => {
  test("an invariant that returns false, at its step", async () => {
    const failure = await failing(async ({ invariant, io }) => {
      let balance = 10;
      invariant("never overdrawn", () => balance >= 0);
      await io("step")();
      balance -= 20;
      await io("step")();
    });
    expect(failure.kind).toBe("invariant");
    expect(String(failure.error)).toMatch(/invariant "never overdrawn" does not hold/);
    expect(failure.sentence).toMatch(/never overdrawn/);
  });

  test("an invariant that throws: its own error is the cause", async () => {
    const own = new RangeError("no balance");
    const failure = await failing(async ({ invariant, io }) => {
      invariant("readable", () => {
        throw own;
      });
      await io("step")();
    });
    expect(failure).toMatchObject({ kind: "invariant", error: own });
  });

  test("a `sometimes` that never held fails a green run", async () => {
    const outcome: Exploration = await explore(async ({ sometimes, io }) => {
      let full = false;
      sometimes("the queue is full", () => full);
      await io("step")();
      full = false;
    });
    expect(outcome.verdict).toBe("failed");
    expect(String(outcome.failure?.error)).toMatch(/sometimes "the queue is full" never held in \d+ executions; is it reachable\?/);
  });

  test("one that held once, in any execution, does not", async () => {
    const { verdict } = await explore(
      async ({ sometimes, spawn, io }) => {
        const order: string[] = [];
        const step = io("step");
        await Promise.all(["a", "b"].map((name) => spawn(name, async () => step().then(() => order.push(name)))));
        sometimes("b came first", order[0] === "b");
      },
      { strategy: "random", runs: 50 },
    );
    expect(verdict).toBe("passed");
  });
});
