import { describe, expect, test } from "vitest";
import { explore, type Body, type OrderName } from "../index.ts";
import type { Strategy } from "../engine/strategy.ts";
import type { StrategyName } from "../harness/options.ts";
import { PendingEvent, Task } from "../engine/event.ts";
import { fair } from "./fair.ts";

const tick = (): Promise<void> => Promise.resolve();
const immediate = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const timer = (delayMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, delayMs));

/** A busy poll beside work of a hundred steps: ends under every fair schedule, long before `maxSteps`. */
const polling = (pollers: number): Body => ({ spawn }) => {
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

/** Polls that keep the event loop busy: a timer beside them has its turn on a real machine, as time passes there. */
const waitingForTimer = (pollers: number, poll: (io: Parameters<Body>[0]["io"]) => Promise<void>, delayMs: number = 10): Body => ({ spawn, io }) => {
  let isDone = false;
  for (let index = 0; index < pollers; index += 1) {
    spawn("poll", async () => {
      while (!isDone) await poll(io);
    });
  }
  spawn("work", async () => {
    await timer(delayMs);
    isDone = true;
  });
};

const retrying: Body = ({ spawn, io }) => {
  let isUp = false;
  const call = io("call", () => {
    if (!isUp) throw new Error("down");
  });
  spawn("client", async () => {
    for (;;) {
      try {
        return await call();
      } catch {
        await timer(20);
      }
    }
  });
  spawn("server", async () => {
    await timer(110);
    isUp = true;
  });
};

/** A heartbeat that asks for something each time, and asks again before it has the answer. */
const beating: Body = async ({ io }) => {
  const beat = io("beat");
  const heart = setInterval(() => void beat(), 5);
  await timer(50);
  await io("work")();
  clearInterval(heart);
};

const bodies: Readonly<Record<string, readonly [Body, OrderName]>> = {
  "a poll of ticks": [polling(1), "latency"],
  "two polls of ticks": [polling(2), "latency"],
  "a poll by immediates": [waitingForTimer(1, immediate), "production"],
  "a poll by immediates for a timer that is far off": [waitingForTimer(1, immediate, 500), "production"],
  "a poll of ticks for a timer that is far off": [waitingForTimer(1, tick, 500), "latency"],
  "two polls by immediates": [waitingForTimer(2, immediate), "production"],
  "two polls by I/O": [waitingForTimer(2, (io) => io("poll")()), "latency"],
  "a poll by timers of no time": [waitingForTimer(1, () => timer(0)), "latency"],
  "a retry loop": [retrying, "latency"],
  "a heartbeat": [beating, "production"],
  "a heartbeat that storms": [beating, "chaos"],
};

const names: readonly StrategyName[] = ["auto", "fifo", "random", "pct", "pctcp", "pos", "urw", "surw", "deviations", "exhaustive"];

describe.each(names)("%s", (strategy) => {
  test.each(Object.entries(bodies))("%s ends, and starves nobody", async (_name, [body, order]) => {
    const { verdict, steps, runs, failure } = await explore(body, { strategy, seed: 1, runs: 25, order, scope: "all" });
    expect(verdict, failure?.sentence).toBe("passed");
    expect(steps / runs).toBeLessThan(5000);
  });

  test("a true livelock is still one", async () => {
    const { failure } = await explore(
      ({ spawn }) => {
        for (const name of ["one", "two"]) {
          spawn(name, async () => {
            for (;;) await tick();
          });
        }
      },
      { strategy, runs: 2, maxSteps: 3000, shrinkMs: 0, order: "latency", scope: "all" },
    );
    expect(failure?.kind).toBe("livelock");
  });
});

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

test("a search that had to be made fair says so where it is complete", async () => {
  const strategy: Strategy = { ...stubborn, exhaustive: true, begin: (run) => run < 2 };
  const options = { order: "latency", scope: "all" } as const;
  const { summary } = await explore(polling(1), { ...options, strategy: fair(strategy) });
  expect(summary).toBe("latency: complete, the only one of the interleavings that keep nothing waiting for more than 900 decisions passed");
  expect((await explore(polling(0), { ...options, strategy: "exhaustive" })).summary).not.toMatch(/waiting/);
});

test("plain JavaScript's order is left as it is, however long, while nothing waits in vain", async () => {
  const orders: string[][] = [];
  await explore(
    async ({ spawn }) => {
      const order: string[] = [];
      orders.push(order);
      await Promise.all(["a", "b", "c"].map((name) => spawn(name, async () => {
        for (let step = 0; step < 1000; step += 1) {
          await tick();
          order.push(name);
        }
      })));
    },
    { order: "latency", scope: "all", strategy: "fifo" },
  );
  expect(orders[0]!.join("")).toBe("abc".repeat(1000));
});

class Nothing extends PendingEvent {
  override run(): void {}
}

test("where thousands take turns, none is looked for among all of them at each turn", () => {
  const task = new Task("main", 1);
  const pending = Array.from({ length: 4000 }, () => new Nothing("await", task));
  let looks = 0;
  const strategy = fair({ name: "first", pick: (legal) => legal[0]! });
  strategy.begin!(0);
  for (let decision = 0; decision < 3000; decision += 1) {
    // Its elements are counted as they are read.
    const watched = new Proxy(pending, { get: (list, key) => ((looks += 1), Reflect.get(list, key) as unknown) });
    const event = strategy.pick(watched, decision);
    pending.splice(pending.indexOf(event), 1);
    pending.push(new Nothing("await", task));
  }
  expect(looks).toBeLessThan(3000 * 1000);
});
