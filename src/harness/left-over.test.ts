/** What an execution leaves pending over state that outlives it, and failures that come of such state. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { explore, race, RaceError, type Body, type Failure } from "heddle";
import { describe, expect, test } from "vitest";

/** As a module's scheduler: it asks for one turn and takes more work until that comes. */
function scheduler(ask: (flush: () => void) => unknown): (work: () => void) => void {
  let isAsked = false;
  const queue: (() => void)[] = [];
  return (work) => {
    queue.push(work);
    if (isAsked) return;
    isAsked = true;
    ask(() => {
      isAsked = false;
      for (const one of queue.splice(0)) one();
    });
  };
}

const WAYS: Readonly<Record<string, (flush: () => void) => unknown>> = {
  immediate: (flush) => setImmediate(flush),
  "immediate of an immediate": (flush) => setImmediate(() => setImmediate(flush)),
  timer: (flush) => setTimeout(flush, 0),
  "chain of timers": (flush) => setTimeout(() => setTimeout(() => setTimeout(flush, 30), 30), 30),
  then: (flush) => void Promise.resolve().then(flush),
  microtask: (flush) => queueMicrotask(flush),
  tick: (flush) => process.nextTick(flush),
  message: (flush) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      flush();
    };
    port2.postMessage(1);
  },
  "interval that ends itself": (flush) => {
    let times = 0;
    const timer = setInterval(() => {
      times += 1;
      if (times < 2) return;
      clearInterval(timer);
      flush();
    }, 5);
  },
  file: (flush) => void readFile(new URL(import.meta.url)).then(flush),
};

describe.each(Object.entries(WAYS))("a module's scheduler that asks for its turn by a %s", (_name, ask) => {
  test.each(["production", "latency", "chaos"] as const)("is not stuck in the next execution, under %s", async (order) => {
    const schedule = scheduler(ask);
    let asked = 0;
    let ran = 0;
    const body: Body = async () => {
      await new Promise<void>((resolve) => {
        schedule(resolve);
      });
      asked += 1;
      schedule(() => {
        ran += 1;
      });
    };
    const exploration = await explore(body, { order, runs: 30, leaks: "ignore" });
    expect(String(exploration.failure ?? exploration.verdict)).toBe("passed");
    expect(asked).toBeGreaterThan(1);
    expect(ran).toBe(asked);
  });
});

test("an execution that fails lets go of what it holds, too: its replays find what it found", async () => {
  let isLocked = false;
  const waiting: (() => void)[] = [];
  const withLock = async (work: () => Promise<void>): Promise<void> => {
    while (isLocked) await new Promise<void>((resolve) => waiting.push(resolve));
    isLocked = true;
    await work();
    isLocked = false;
    waiting.shift()?.();
  };
  const { failure } = await explore(async ({ spawn, io, invariant }) => {
    let [reading, writing] = [0, 0];
    invariant("nobody reads what is written", () => reading === 0 || writing === 0);
    const step = io("step");
    spawn("reader", async () => {
      await step();
      reading += 1;
      await step();
      reading -= 1;
    });
    spawn("writer", () => withLock(async () => {
      await step();
      await step();
      await step();
      writing += 1;
      await step();
      writing -= 1;
    }));
  }, { order: "production" });
  expect(failure).toMatchObject({ kind: "invariant", reproduced: "5 of 5" });
  expect(failure!.deviations.length).toBeGreaterThan(0);
});

async function leftOver(body: Body, options: Parameters<typeof explore>[1] = {}): Promise<Failure> {
  const { failure, verdict } = await explore(body, { leaks: "ignore", ...options });
  expect(verdict).toBe("failed");
  expect(failure).toMatchObject({ kind: "nondeterministic", seed: "" });
  expect(failure!.sentence).toMatch(/^nondeterministic: state left over from an earlier execution: /);
  expect(String(failure)).toMatch(/replay: not possible/);
  return failure!;
}

describe("a failure that the first execution did not show", () => {
  test("names the interval that the first left behind, with its line", async () => {
    let isStarted = false;
    const queue: (() => void)[] = [];
    const failure = await leftOver(async () => {
      if (!isStarted) setInterval(() => queue.splice(0).forEach((work) => work()), 10);
      isStarted = true;
      await new Promise<void>((resolve) => queue.push(resolve));
    });
    expect(failure.leftOver).toEqual([expect.stringMatching(/^interval of 10 ms \(left-over\.test\.ts:\d+\)$/)]);
    expect(failure.sentence).toContain(`the first left behind: ${failure.leftOver![0]}`);
    expect(String(failure)).toContain("by now: ");
  });

  test.each([1, 2, 3, 10, 60])("in a counter that is full after %i executions: nothing was left pending, and that is said", async (most) => {
    let executions = 0;
    const body: Body = async ({ io }) => {
      const step = io("step");
      await Promise.all([step(), step(), step(), step(), step()]);
      executions += 1;
      if (executions > most) throw new RangeError("too many");
    };
    const failure = await leftOver(body, { runs: 200 });
    expect(failure.leftOver).toEqual([]);
    expect(failure.error).toMatchObject({ message: expect.stringContaining("by now: RangeError: too many") as string, cause: { message: "too many" } });
    executions = 0;
    await expect(race(body, { runs: 200 })).rejects.toThrow(RaceError);
  });

  test("names a timer that was too far away to run out, and I/O that nobody answered", async () => {
    let isOpen = true;
    const failure = await leftOver(async ({ io }) => {
      if (!isOpen) throw new Error("closed");
      isOpen = false;
      setTimeout(() => {
        isOpen = true;
      }, 60_000);
      void io("never", () => new Promise(() => undefined))();
    });
    expect(failure.leftOver).toContainEqual(expect.stringMatching(/^timer of 60000 ms \(left-over\.test\.ts:\d+\)$/));
  });

  test("is still a race where the order makes it, whatever is left over besides", async () => {
    const log: number[] = [];
    const { failure } = await explore(async ({ io }) => {
      setInterval(() => log.push(1), 5);
      let balance = 100;
      const read = io("read", () => balance);
      const write = io("write", (value: number) => void (balance = value));
      const withdraw = async (): Promise<void> => write((await read()) - 10);
      const later = async (): Promise<void> => {
        for (let turn = 0; turn < 3; turn += 1) await io("think")();
        await withdraw();
      };
      await Promise.all([withdraw(), later()]);
      if (balance !== 80) throw new Error("lost update");
    }, { order: "production", leaks: "ignore" });
    expect(failure).toMatchObject({ kind: "error", reproduced: "5 of 5" });
    expect(failure!.leftOver).toBeUndefined();
  });

  test("where the same course passed before, and plain JavaScript's order still does", async () => {
    let plain = 0;
    let others = 0;
    const { failure } = await explore(async ({ io }) => {
      const log: string[] = [];
      const step = io("step", (name: string) => void log.push(name));
      await Promise.all([step("a"), step("b")]);
      if (log.join("") === "ab") plain += 1;
      else if ((others += 1) > 3) throw new Error("worn out");
    }, { order: "production", strategy: "random", runs: 300 });
    expect(plain).toBeGreaterThan(0);
    expect(failure).toMatchObject({ kind: "nondeterministic", seed: "" });
  });
});

test("of many intervals each has its turn, and none of them for ever", async () => {
  const firings = new Map<number, number>();
  let executions = 0;
  await explore(() => {
    executions += 1;
    for (let index = 0; index < 12; index += 1) setInterval(() => firings.set(index, (firings.get(index) ?? 0) + 1), 10);
  }, { order: "production", leaks: "ignore" });
  expect(firings.size).toBe(12);
  for (const times of firings.values()) expect(times).toBe(4 * executions);
});

test("of many timers each has its turn, and one that sets the next again and again has an end", async () => {
  let [executions, fired, polled] = [0, 0, 0];
  await explore(() => {
    executions += 1;
    for (let index = 0; index < 100; index += 1) setTimeout(() => void (fired += 1), 10 + index);
    const poll = (): void => {
      polled += 1;
      setTimeout(poll, 1);
    };
    poll();
  }, { order: "production", leaks: "ignore" });
  expect(fired).toBe(100 * executions);
  expect(polled / executions).toBeLessThan(500);
});

test("files that an execution writes without waiting are written before the next begins", async () => {
  const folder = mkdtempSync(join(tmpdir(), "heddle-left-"));
  const { writeFile } = await import("node:fs/promises");
  try {
    let executions = 0;
    const { verdict } = await explore(async () => {
      const file = join(folder, "log");
      if (executions > 0 && readFileSync(file, "utf8") !== `of ${executions}`) throw new Error("not written");
      executions += 1;
      void writeFile(file, `of ${executions}`);
    }, { order: "production", runs: 20 });
    expect(verdict).toBe("passed");
    expect(executions).toBeGreaterThan(1);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
