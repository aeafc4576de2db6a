/** What an execution leaves behind, where the same modules serve the next one. */
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { explore } from "../index.ts";
import { exploreBetween } from "./explore.ts";

/** As a scheduler with a queue: it asks for one immediate, and takes more work until that comes. */
class Scheduler {
  ran = 0;
  private isAsked = false;
  private readonly queue: (() => void)[] = [];

  add(work: () => void): void {
    this.queue.push(work);
    if (this.isAsked) return;
    this.isAsked = true;
    setImmediate(() => {
      this.isAsked = false;
      for (const one of this.queue.splice(0)) one();
    });
  }
}

test("what an execution has left pending runs on, so that the next one finds nobody waiting for it", async () => {
  const scheduler = new Scheduler();
  let executions = 0;
  const body = async (): Promise<void> => {
    executions += 1;
    await Promise.all([readFile(import.meta.filename), readFile(import.meta.filename)]);
    await new Promise<void>((resolve) => {
      scheduler.add(resolve);
    });
    scheduler.add(() => {
      scheduler.ran += 1;
    });
  };
  const exploration = await exploreBetween(body, { order: "production", runs: 20 }, () => undefined);
  expect(exploration.failure).toBeUndefined();
  expect(executions).toBeGreaterThan(1);
  expect(scheduler.ran).toBe(executions);
});

test("what runs on is neither judged nor endless", async () => {
  let ticks = 0;
  const body = (): void => {
    setInterval(() => {
      ticks += 1;
    }, 10);
    setTimeout(() => {
      throw new Error("too late to matter");
    }, 5);
  };
  const exploration = await exploreBetween(body, { order: "production", runs: 20, leaks: "ignore" }, () => undefined);
  expect(exploration).toMatchObject({ verdict: "passed", steps: 0 });
  expect(ticks).toBeGreaterThan(0);
});

test("an execution that was given up ends before the next begins", async () => {
  const open: (() => void)[] = [];
  const log: string[] = [];
  const body = async (): Promise<void> => {
    log.push("begins");
    await new Promise<void>((resolve) => {
      open.push(resolve);
    });
    log.push("ends");
  };
  const clear = (): Promise<void> | undefined => {
    const giveUp = open.pop();
    giveUp?.();
    return giveUp === undefined ? undefined : Promise.resolve();
  };
  const { failure } = await exploreBetween(body, { order: "production", runs: 3 }, clear);
  expect(failure?.kind).toBe("deadlock");
  expect(log.length).toBeGreaterThan(4);
  expect(log.join(" ")).toBe(Array.from({ length: log.length / 2 }, () => "begins ends").join(" "));
});

test("a timer passes an immediate only if it falls due while the event loop comes round", async () => {
  const first = async (delayMs: number): Promise<Set<string>> => {
    const seen = new Set<string>();
    await explore(
      async () => {
        const timer = new Promise<string>((resolve) => {
          setTimeout(() => resolve("timer"), delayMs);
        });
        const immediate = new Promise<string>((resolve) => {
          setImmediate(() => resolve("immediate"));
        });
        seen.add(await Promise.race([timer, immediate]));
        await Promise.all([timer, immediate]);
      },
      { order: "production" },
    );
    return seen;
  };
  expect([...(await first(1))].sort()).toEqual(["immediate", "timer"]);
  expect([...(await first(50))]).toEqual(["immediate"]);
});
