import { expect, test } from "vitest";
import { explore } from "../index.ts";
import type { Strategy } from "../engine/strategy.ts";
import type { StrategyName } from "../harness/options.ts";
import { fair } from "./fair.ts";

const tick = (): Promise<void> => Promise.resolve();

/** A busy poll beside work of a hundred steps: ends under every fair schedule, long before `maxSteps`. */
const polling = (pollers: number) => ({ spawn }: { spawn: (name: string, fn: () => Promise<void>) => unknown }) => {
  let isDone = false;
  for (let index = 0; index < pollers; index += 1) {
    spawn("poll", async () => {
      while (!isDone) await tick();
    });
  }
  spawn("work", async () => {
    for (let step = 0; step < 100; step += 1) await tick();
    isDone = true;
  });
};

const names: readonly StrategyName[] = ["auto", "random", "pct", "pos", "urw", "surw", "deviations"];

for (const strategy of names) {
  for (const pollers of [1, 2]) {
    test(`${strategy}: ${pollers} busy polling tasks starve nobody`, async () => {
      for (const seed of [1, 2, 3]) {
        const { verdict, steps, runs } = await explore(polling(pollers), { strategy, seed, runs: 60, order: "latency", scope: "all" });
        expect(verdict).toBe("passed");
        expect(steps / runs).toBeLessThan(4000);
      }
    });
  }
}

/** Always the same task, for as long as it has an event. */
const stubborn: Strategy = {
  name: "stubborn",
  pick: (legal) => legal.find((event) => event.task.path.startsWith("poll")) ?? legal[0]!,
};

test("a strategy of one's own is kept from starving by the wrapper, and isn't without it", async () => {
  const options = { runs: 1, order: "latency", scope: "all" } as const;
  expect((await explore(polling(1), { ...options, strategy: stubborn })).failure?.kind).toBe("livelock");
  expect((await explore(polling(1), { ...options, strategy: fair(stubborn) })).verdict).toBe("passed");
});

test("a true livelock is still found", async () => {
  const { failure } = await explore(
    ({ spawn }) => {
      spawn("one", async () => {
        for (;;) await tick();
      });
      spawn("two", async () => {
        for (;;) await tick();
      });
    },
    { strategy: "pct", runs: 2, maxSteps: 5000, order: "latency", scope: "all" },
  );
  expect(failure?.kind).toBe("livelock");
});
