import { explore, type Body } from "heddle";
import { describe, expect, test } from "vitest";

/** Two read-modify-writes: 6 interleavings, after which the counter is 1 or 2. */
const lostUpdate = (found: (value: number) => unknown): Body => async () => {
  let value = 0;
  const add = async (): Promise<void> => {
    await Promise.resolve();
    const read = value;
    await Promise.resolve();
    value = read + 1;
  };
  await Promise.all([add(), add()]);
  return found(value);
};

describe("outcomes", () => {
  const options = { order: "latency", strategy: "exhaustive" } as const;

  test("are told apart by what the body returns", async () => {
    const silent = await explore(lostUpdate(() => undefined), options);
    expect(silent).toMatchObject({ complete: true, outcomes: 1 });
    expect(await explore(lostUpdate((value) => value), options)).toMatchObject({ distinct: silent.distinct, outcomes: 2 });
    expect(await explore(lostUpdate((value) => ({ value: [value % 2] })), options)).toMatchObject({ outcomes: 2 });
  });

  test("by what tasks return, and throw", async () => {
    let caught: readonly PromiseSettledResult<number>[] = [];
    const body = (fails: boolean): Body => async ({ spawn }) => {
      let next = 0;
      const take = async (): Promise<number> => {
        await Promise.resolve();
        next += 1;
        if (fails && next === 2) throw new Error("taken");
        return fails ? 0 : next;
      };
      caught = await Promise.allSettled([spawn("a", take), spawn("b", take)]);
    };
    expect(await explore(body(false), options)).toMatchObject({ complete: true, outcomes: 2 });
    expect(await explore(body(true), options)).toMatchObject({ complete: true, outcomes: 2 });
    expect(caught).toHaveLength(2);
  });

  test("by what was declared with shared(), as it was left", async () => {
    const body: Body = async ({ shared, spawn }) => {
      const last = shared({ writer: "", seen: new Set<string>() }, "last");
      const write = async (name: string): Promise<void> => {
        await Promise.resolve();
        last.writer = name;
        last.seen.add("both");
      };
      await Promise.all(["a", "b", "c"].map((name) => spawn(name, () => write(name))));
    };
    expect(await explore(body, options)).toMatchObject({ complete: true, outcomes: 3 });
  });
});

describe("what a green run says", () => {
  const steps = (count: number): Body => ({ spawn }) => {
    for (const name of ["a", "b", "c"]) {
      spawn(name, async () => {
        for (let step = 0; step < count; step += 1) await Promise.resolve();
      });
    }
  };

  test("complete, with the count of interleavings whatever the executions were", async () => {
    const exploration = await explore(lostUpdate(() => undefined), { order: "latency" });
    const all = await explore(lostUpdate(() => undefined), { order: "latency", strategy: "exhaustive" });
    expect(exploration).toMatchObject({ complete: true, saturated: true, tips: [] });
    expect(exploration.distinct).toBe(all.distinct);
    expect(exploration.runs).toBeGreaterThan(all.runs);
    expect(exploration.summary).toBe(`latency: complete, none of all ${all.runs} interleavings failed`);
  });

  test("an estimate that is about right, and a chance that counts random executions only", async () => {
    // 12 steps of three tasks: 12! / 4!³ = 34,650.
    const exploration = await explore(steps(4), { order: "latency", seed: 1 });
    const [order] = exploration.orders;
    expect(exploration).toMatchObject({ verdict: "passed", complete: false, runs: 1000 });
    expect(order!.estimated! / 34_650).toBeGreaterThan(0.8);
    expect(order!.estimated! / 34_650).toBeLessThan(1.25);
    expect(order!.drawn).toBeGreaterThan(500);
    expect(order!.drawn).toBeLessThan(1000);
    expect(exploration.summary).toContain(`of an estimated 3·10⁴ interleavings; ${order!.drawn} of them were drawn at random: a bug that such a draw hits 1 time in ${Math.floor(order!.drawn / 3)} on average`);
  });

  test.each(["random", "urw", "pos", "surw", "pct", "pctcp"] as const)("%s draws every schedule", async (strategy) => {
    const { orders } = await explore(steps(2), { order: "latency", strategy, runs: 50 });
    expect(orders).toMatchObject([{ runs: 50, drawn: 50 }]);
  });

  test.each(["deviations", "exhaustive"] as const)("%s draws none, so nothing is said of chances", async (strategy) => {
    const { orders, summary } = await explore(steps(4), { order: "latency", strategy, runs: 50 });
    expect(orders).toMatchObject([{ runs: 50, drawn: 0, unseen: undefined }]);
    expect(summary).not.toMatch(/95 %/);
  });

  test("a strategy of one's own counts as not drawn unless it says so", async () => {
    const own = { name: "last", pick: <Event>(legal: readonly Event[]) => legal.at(-1)! };
    expect((await explore(steps(2), { order: "latency", strategy: own, runs: 20 })).orders[0]!.drawn).toBe(0);
    expect((await explore(steps(2), { order: "latency", strategy: { ...own, isRandom: true }, runs: 20 })).orders[0]!.drawn).toBe(20);
  });

  test("saturated, where a few interleavings were drawn again and again", async () => {
    const exploration = await explore(lostUpdate(() => undefined), { order: "latency", strategy: "random", runs: 300 });
    expect(exploration).toMatchObject({ complete: false, saturated: true });
    expect((await explore(steps(4), { order: "latency", strategy: "random", runs: 300 })).saturated).toBe(false);
  });

  test("stopped by the time, and the order it never came to", async () => {
    const exploration = await explore(steps(4), { timeMs: 0 });
    expect(exploration).toMatchObject({ verdict: "passed", complete: false, runs: 1, summary: "production: nothing to decide (one order only); latency: not tried, the time was up" });
  });

  test("in text: the verdict, the counts, and what to change", async () => {
    const text = String(await explore(lostUpdate((value) => value), { strategy: "exhaustive" }));
    expect(text.split("\n")).toEqual([
      expect.stringMatching(/^passed: production: nothing to decide \(one order only\); latency: complete, none of all \d+ interleavings failed$/),
      expect.stringMatching(/^\d+ executions, \d+ distinct traces, 2 outcomes, \d+ steps in \d+ ms$/),
      "tip: nothing to decide under `production`: declare I/O with io(name, fn), and its answers are put in any order",
    ]);
  });

  test("of a failure: its report", async () => {
    const exploration = await explore(lostUpdate((value) => { if (value === 1) throw new Error("lost"); }), { order: "latency" });
    expect(String(exploration)).toBe(String(exploration.failure));
    expect(exploration.tips).toEqual([]);
  });
});

test("the latency that a failure needs is the least that was seen to fail, not what its schedule took", async () => {
  const { failure } = await explore(
    async ({ io, spawn, sleep }) => {
      const connect = io("connect");
      const stop = io("stop");
      let isStopped = false;
      spawn("request", async () => {
        await connect();
        if (isStopped) throw new Error("stopped while connecting");
      });
      await spawn("shutdown", async () => {
        await stop();
        isStopped = true;
        for (let round = 0; round < 10; round += 1) await sleep(5);
      });
    },
    { order: "production", strategy: "deviations" },
  );
  // Held back as long as possible, the connection takes the 50 ms of the shutdown; but it need not.
  expect(failure?.timeline.steps.at(-1)?.atMs).toBe(50);
  expect(failure?.latencyMs).toBe(0);
  expect(failure?.toString()).toMatch(/^can happen in production as it stands$/m);
});
