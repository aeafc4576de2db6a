import { describe, expect, test } from "vitest";
import { explore } from "../index.ts";

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
          for (let cell = 0; cell < 100; cell += 1) expect(Date.now()).toBe(1_735_689_600_000);
        }
      };
      await Promise.all([spawn("a", stamp), spawn("b", stamp)]);
    }, { runs: 20 });
    expect(failure?.error).toBeUndefined();
  });
});
