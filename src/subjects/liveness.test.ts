import { explore, type BodyContext } from "heddle";
import { describe, expect, test } from "vitest";

const orders = ["production", "latency", "chaos"] as const;

describe("eventually", () => {
  test.each(orders)("passes under %s where the condition comes to hold in time, and lets the body go on", async (order) => {
    let went = 0;
    const exploration = await explore(
      async ({ io, eventually }) => {
        let filled = false;
        void io("fill", () => (filled = true))();
        await eventually("the cache is filled", () => filled, { withinMs: 500 });
        went += 1;
      },
      { order, strategy: "exhaustive" },
    );
    expect(exploration).toMatchObject({ verdict: "passed", complete: true });
    expect(went).toBeGreaterThan(0);
  });

  test.each(orders)("fails under %s where it never holds, and the body does not end before", async (order) => {
    const { failure } = await explore(({ eventually }) => void eventually("it happens", () => false, { withinMs: 500 }), { order });
    expect(failure?.kind).toBe("invariant");
    expect((failure!.error as Error).message).toBe(order === "chaos" ? 'eventually "it happens" did not hold by the time nothing else was under way' : 'eventually "it happens" did not hold within 500 ms');
    expect(String(failure)).toMatch(/^eventually "it happens" did not hold/);
  });

  test("holds in virtual time: what comes later than it may fails", async () => {
    const body = (withinMs: number) => async ({ eventually }: BodyContext): Promise<void> => {
      let done = false;
      setTimeout(() => (done = true), 300);
      await eventually("done", () => done, { withinMs });
    };
    expect((await explore(body(299))).failure?.kind).toBe("invariant");
    expect((await explore(body(301))).verdict).toBe("passed");
    expect((await explore(body(Number.POSITIVE_INFINITY))).verdict).toBe("passed");
  });

  test("is found where only some order keeps it from holding", async () => {
    const { failure } = await explore(async ({ io, eventually }) => {
      let [ready, heard] = [false, false];
      void io("listen", () => undefined)().then(() => (heard = ready));
      void io("announce", () => (ready = true))();
      await eventually("heard", () => heard, { withinMs: 1000 });
    });
    expect(failure?.kind).toBe("invariant");
  });

  test.each([[undefined], [{}], [{ withinMs: -1 }]])("takes no %j for its options", async (options) => {
    const { failure } = await explore(({ eventually }) => void eventually("x", () => true, options as never));
    expect(failure?.error).toMatchObject({ code: "BAD_SUBJECT", message: expect.stringContaining("eventually(name, condition, { withinMs }) takes") as string });
  });
});

describe("settled", () => {
  test.each(orders)("comes behind all I/O and timers under %s", async (order) => {
    const exploration = await explore(
      async ({ io, settled, spawn }) => {
        let open = 0;
        const load = async (): Promise<void> => {
          open += 1;
          await io("load", () => 1)();
          await new Promise((resolve) => setTimeout(resolve, 5000));
          open -= 1;
        };
        void spawn("one", load);
        void spawn("two", load);
        await settled();
        if (open !== 0) throw new Error(`${open} under way`);
      },
      { order, runs: 100 },
    );
    expect(exploration.failure?.error).toBeUndefined();
  });

  test("comes at once where there is nothing, and as often as it is asked for", async () => {
    expect(await explore(async ({ settled }) => void (await settled(), await settled(), await Promise.all([settled(), settled()])))).toMatchObject({ verdict: "passed" });
  });

  test("waits for no interval, and for nobody who waits for ever", async () => {
    const body = async ({ settled }: BodyContext): Promise<void> => {
      const interval = setInterval(() => undefined, 10);
      void new Promise(() => undefined).then(() => undefined);
      await settled();
      clearInterval(interval);
    };
    expect((await explore(body)).verdict).toBe("passed");
  });

  test("does not wait for the time of an `eventually`", async () => {
    const body = async ({ settled, eventually }: BodyContext): Promise<void> => {
      let isSettled = false;
      void eventually("settled", () => isSettled, { withinMs: 1000 });
      await settled();
      isSettled = true;
    };
    expect((await explore(body, { order: "production" })).verdict).toBe("passed");
  });

  test("comes where an answer never does", async () => {
    let settledTimes = 0;
    const body = async ({ settled, io }: BodyContext): Promise<void> => {
      void io("load", () => 1, { faults: ["hang"] })();
      await settled();
      settledTimes += 1;
    };
    expect(await explore(body, { strategy: "exhaustive", order: "production" })).toMatchObject({ verdict: "passed", complete: true });
    expect(settledTimes).toBeGreaterThan(1);
  });
});
