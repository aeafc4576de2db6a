import { stat } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { explore, type BodyContext, type ExploreOptions } from "../../index.ts";

describe("a wait for the clock alone", () => {
  test("without an await ends, after the time it waits for", async () => {
    const took: number[] = [];
    const { verdict } = await explore(() => {
      const start = Date.now();
      while (Date.now() - start < 3);
      took.push(performance.now() - 10_000);
    });
    expect(verdict).toBe("passed");
    expect(new Set(took)).toEqual(new Set([3]));
  });

  test("that takes long ends soon: by then each reading counts for more", async () => {
    let readings = 0;
    const { verdict } = await explore(() => {
      readings = 0;
      for (const start = Date.now(); Date.now() - start < 1000; readings += 1);
    }, { runs: 1 });
    expect(verdict).toBe("passed");
    expect(readings).toBeLessThan(150_000);
  });

  test("by awaits of what is no timer ends too, the same in every execution", async () => {
    const steps = new Set<number>();
    const { verdict, failure } = await explore(
      async ({ now }) => {
        let step = 0;
        for (; now() < 20; step += 1) await new Promise((resolve) => setImmediate(resolve));
        steps.add(step);
      },
      { runs: 20, order: "latency" },
    );
    expect(verdict, failure?.sentence).toBe("passed");
    expect(steps.size).toBe(1);
  });

  test("is not what a reader does who goes on: the clock stands still meanwhile", async () => {
    const { failure } = await explore(async ({ spawn, io }) => {
      const load = io("load");
      const stamp = async (): Promise<void> => {
        for (let row = 0; row < 8; row += 1) {
          await load();
          const read = new Set(Array.from({ length: 100 }, () => Date.now()));
          expect([...read]).toEqual([Math.min(...read)]);
        }
      };
      await Promise.all([spawn("a", stamp), spawn("b", stamp)]);
    }, { runs: 20 });
    expect(failure?.error).toBeUndefined();
  });
});

describe("time stamps on both sides of an answer", () => {
  type Read = () => number | bigint;
  const answers: readonly (readonly [string, (io: BodyContext["io"]) => Promise<unknown>])[] = [
    ["an I/O boundary's", (io) => io("load")()],
    ["a file's", () => stat(process.execPath)],
  ];
  const reads: readonly (readonly [string, Read])[] = [
    ["Date.now", () => Date.now()],
    ["new Date", () => new Date().getTime()],
    ["performance.now", () => performance.now()],
    ["process.hrtime.bigint", () => process.hrtime.bigint()],
  ];

  test.each(answers.flatMap(([whose, ask]) => reads.map(([name, read]) => [whose, name, ask, read] as const)))("are not the same: %s answer, %s", async (_whose, _name, ask, read) => {
    for (const order of ["production", "latency", "chaos"] as const) {
      const { failure } = await explore(async ({ io, spawn }) => {
        const stamps: (number | bigint)[] = [];
        const task = async (): Promise<void> => {
          const asked = read();
          await ask(io);
          const told = read();
          expect(told).toBeGreaterThan(asked);
          expect(stamps).not.toContain(told);
          stamps.push(told);
        };
        await Promise.all(["a", "b", "c"].map((name) => spawn(name, task)));
      }, { order, runs: 60 });
      expect(failure?.error, order).toBeUndefined();
    }
  });

  test("keep their order under independence: \"declared\"", async () => {
    const seen = async (options: ExploreOptions): Promise<readonly string[]> => {
      const logs = new Set<string>();
      await explore(async ({ io, spawn }) => {
        const origin = Date.now();
        const log: string[] = [];
        for (const name of ["a", "b", "c"]) spawn(name, async () => {
          await io(name)();
          if (name !== "a") log.push(`${name}${Date.now() - origin}`);
          if (log.length === 2) logs.add(log.sort().join(" "));
        });
      }, { ...options, strategy: "exhaustive", runs: 5000 });
      return [...logs].sort();
    };
    for (const order of ["production", "latency"] as const) {
      expect(await seen({ order, independence: "declared" })).toEqual(await seen({ order }));
    }
  });
});
