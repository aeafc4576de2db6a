import { explore, FaultError, type BodyContext, type ExploreOptions, type Fault } from "heddle";
import { describe, expect, test } from "vitest";

/** Every way that a single call may go, each as what its caller saw and how often it acted. */
async function ways(faults: readonly Fault[], options: ExploreOptions = {}): Promise<string[]> {
  const seen = new Set<string>();
  const exploration = await explore(
    async ({ io, spawn }) => {
      let acted = 0;
      const save = io("db.save", () => (acted += 1), { faults });
      const call = save().then(
        (value) => `answered ${String(value)}`,
        (error: unknown) => (error as Error).message,
      );
      void spawn("beside", io("beside", () => undefined));
      // A timer fires when nothing else can run: a call that has not answered by then never does.
      const answer = await Promise.race([call, new Promise<string>((resolve) => setTimeout(() => resolve("no answer"), 1000))]);
      seen.add(`${answer}, acted ${acted}`);
    },
    { order: "production", strategy: "exhaustive", leaks: "ignore", ...options },
  );
  expect(exploration).toMatchObject({ verdict: "passed", complete: true });
  return [...seen].sort();
}

describe("a fault of an I/O boundary", () => {
  test("is off unless it is asked for", async () => {
    expect(await ways([])).toEqual(["answered 1, acted 1"]);
  });

  test("rejects before the operation acts", async () => {
    expect(await ways(["reject"])).toEqual(["answered 1, acted 1", "db.save failed before it acted: a fault that heddle injected, acted 0"]);
  });

  test("loses the answer of an operation that has acted", async () => {
    expect(await ways(["lost-answer"])).toEqual(["answered 1, acted 1", "db.save's answer was lost: a fault that heddle injected, acted 1"]);
  });

  test("lets an operation act and never answer", async () => {
    expect(await ways(["hang"])).toEqual(["answered 1, acted 1", "no answer, acted 1"]);
  });

  test("lets an operation act twice, before its answer is told or later", async () => {
    expect(await ways(["duplicate"])).toEqual(["answered 1, acted 1", "answered 1, acted 2"]);
  });

  test("may be any of several", async () => {
    expect(await ways(["reject", "hang"])).toHaveLength(3);
  });

  test("is rejected with an error of one's own where that is given", async () => {
    const refused: Fault = { kind: "reject", error: () => new Error("ECONNREFUSED") };
    expect(await ways([refused])).toEqual(["ECONNREFUSED, acted 0", "answered 1, acted 1"]);
  });

  test("has a code, its kind, and the operation's name", async () => {
    let error: unknown;
    await explore(async ({ io }) => void (await io("db.save", () => 1)().catch((reason: unknown) => (error = reason))), {
      faults: ["lost-answer"],
      strategy: "exhaustive",
    });
    expect(error).toBeInstanceOf(FaultError);
    expect(error).toMatchObject({ code: "HEDDLE_FAULT", fault: "lost-answer", operation: "db.save" });
  });

  test("takes what an operation that is given up answers, an error too, from nobody's hands", async () => {
    const failing = async ({ io }: BodyContext): Promise<void> => {
      const save = io("db.save", async () => Promise.reject(new Error("from the operation")), { faults: ["hang", "duplicate"] });
      await Promise.race([save().catch(() => undefined), new Promise((resolve) => setTimeout(resolve, 1000))]);
    };
    expect(await explore(failing, { strategy: "exhaustive", leaks: "ignore" })).toMatchObject({ verdict: "passed", complete: true });
  });
});

describe("how many faults an execution may have", () => {
  async function mostSeen(options: ExploreOptions): Promise<number> {
    let most = 0;
    await explore(
      async ({ io }) => {
        let failed = 0;
        const save = io("db.save", () => undefined, { faults: ["reject"] });
        for (let times = 0; times < 3; times += 1) await save().catch(() => (failed += 1));
        most = Math.max(most, failed);
      },
      { strategy: "exhaustive", order: "production", ...options },
    );
    return most;
  }

  test.each([[undefined, 1], [0, 0], [2, 2], [9, 3]])("maxFaults: %s", async (maxFaults, expected) => {
    expect(await mostSeen(maxFaults === undefined ? {} : { maxFaults })).toBe(expected);
  });

  test("the verdict says within which number it is complete", async () => {
    const body = async ({ io, spawn }: BodyContext): Promise<void> => {
      void spawn("one", () => io("db.load", () => 1)());
      void spawn("two", () => io("db.save", () => 1, { faults: ["reject"] })().catch(() => undefined));
    };
    const exploration = await explore(body, { strategy: "exhaustive", order: "production" });
    expect(exploration.summary).toBe("production: complete, none of all 12 interleavings with at most 1 fault failed");
  });
});

describe("where faults are asked for", () => {
  const seen = async (options: ExploreOptions, own?: readonly Fault[]): Promise<boolean> => {
    let failed = false;
    const target = { save: () => 1 };
    await explore(
      async ({ io }) => {
        const db = io.wrap(target, "db", own === undefined ? {} : { faults: own });
        await Promise.resolve(db.save()).catch(() => (failed = true));
      },
      { strategy: "exhaustive", order: "production", ...options },
    );
    return failed;
  };

  test("io.wrap takes them for all methods", async () => expect(await seen({}, ["reject"])).toBe(true));
  test("the race's option is for all boundaries", async () => expect(await seen({ faults: ["reject"] })).toBe(true));
  test("a boundary may have none where the race has some", async () => expect(await seen({ faults: ["reject"] }, [])).toBe(false));
});

describe("a fault that a failure needs", () => {
  const body = async ({ io, spawn, invariant }: BodyContext): Promise<void> => {
    let paid = 0;
    const pay = io("bank.pay", (sum: number) => (paid += sum), { faults: ["reject", "lost-answer"] });
    invariant("paid once", () => paid <= 10);
    void spawn("audit", io("bank.audit", () => 0));
    await pay(10).catch(() => pay(10));
  };

  test.each(["production", "latency", "chaos", "auto"] as const)("is found under %s, is one deviation, and replays", async (order) => {
    const { failure } = await explore(body, { order, name: "payment" });
    expect(failure?.deviations).toHaveLength(1);
    expect(failure?.deviations[0]?.check?.kind).toBe("fault");
    for (let times = 0; times < 10; times += 1) {
      expect((await explore(body, { seed: failure!.seed, name: "payment" })).failure?.error).toMatchObject({ message: 'invariant "paid once" does not hold' });
    }
  });

  test.each(["random", "pct", "pctcp", "pos", "urw", "surw", "deviations", "exhaustive"] as const)("is found by %s", async (strategy) => {
    expect((await explore(body, { strategy, runs: 300, order: "latency" })).failure?.deviations).toHaveLength(1);
  });

  test("is told first, and marked in the timeline", async () => {
    const report = String((await explore(body, { order: "production", name: "payment" })).failure);
    expect(report.split("\n")[0]).toMatch(/^bank\.pay's answer was lost: invariant "paid once" failed after /);
    expect(report).toContain("◀ bank.pay's answer was lost: heddle made it happen");
    expect(report).toContain("bank.pay(10) asked");
  });

  test("is not needed by a failure that is found without it: shrinking removes it", async () => {
    const lost = async ({ io, spawn }: BodyContext): Promise<void> => {
      let value = 0;
      const load = io("db.load", () => value, { faults: ["duplicate"] });
      const save = io("db.save", (next: number) => void (value = next), { faults: ["duplicate"] });
      const add = async (): Promise<void> => void (await save((await load()) + 1));
      await Promise.all([spawn("one", add), spawn("two", add)]);
      if (value !== 2) throw new Error("lost update");
    };
    const { failure } = await explore(lost, { order: "production", strategy: "random", runs: 200 });
    expect(failure?.deviations.map(({ check }) => check?.kind)).not.toContain("fault");
  });
});

describe("misuse", () => {
  const message = async (faults: unknown): Promise<string> => {
    const { failure } = await explore(({ io }) => void io("db.save", () => 1, { faults: faults as Fault[] }), { runs: 1 });
    return (failure?.error as Error | undefined)?.message ?? "";
  };

  test.each([
    ["reject", 'io("db.save", fn, { faults }): faults must be a list, such as ["lost-answer"]'],
    [["lost"], 'io("db.save", fn, { faults }): there is no fault "lost"; there are "reject", "lost-answer", "hang", "duplicate"'],
    [[null], 'io("db.save", fn, { faults }): there is no fault null; there are "reject", "lost-answer", "hang", "duplicate"'],
    [[{ kind: "hang", error: () => 1 }], 'io("db.save", fn, { faults }): { kind, error } takes "reject" or "lost-answer", and a function that makes the error: { kind: "reject", error: () => new Error("refused") }'],
  ])("%j", async (faults, expected) => expect(await message(faults)).toBe(`${expected} [BAD_SUBJECT]`));

  test("as an option", async () => {
    await expect(explore(() => 1, { faults: ["lost"] as unknown as Fault[] })).rejects.toMatchObject({ code: "BAD_OPTION", message: expect.stringContaining("`faults`: there is no fault") as string });
    await expect(explore(() => 1, { maxFaults: -1 })).rejects.toMatchObject({ code: "BAD_OPTION", message: expect.stringContaining("`maxFaults` is -1") as string });
    const threads = explore(new URL("./body.ts", import.meta.url), { workers: 2, faults: [{ kind: "reject", error: () => 1 }] });
    await expect(threads).rejects.toMatchObject({ code: "BAD_OPTION", message: expect.stringContaining("cannot be sent to another thread") as string });
  });
});
