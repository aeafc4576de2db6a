/** What a body does to its process is gone when its execution is over. */
import { explore, type Body } from "heddle";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const EVENTS = ["exit", "SIGTERM", "warning", "unhandledRejection", "uncaughtException", "multipleResolves", "own event"];

function listeners(): readonly (readonly Function[])[] {
  return EVENTS.map((name) => process.rawListeners(name as "exit"));
}

const keeper = (): void => undefined;

describe("after an exploration the process has", () => {
  let before: readonly (readonly Function[])[];

  beforeEach(() => {
    process.on("own event", keeper);
    before = listeners();
  });

  afterEach(() => {
    process.off("own event", keeper);
    process.exitCode = undefined;
  });

  const WAYS: Readonly<Record<string, (name: string) => void>> = {
    on: (name) => process.on(name, () => undefined),
    once: (name) => process.once(name, () => undefined),
    addListener: (name) => process.addListener(name as "exit", () => undefined),
    prependListener: (name) => process.prependListener(name as "exit", () => undefined),
    "one listener twice": (name) => process.on(name, keeper).on(name, keeper),
    "one that is taken off again": (name) => process.on(name, keeper).off(name, keeper),
  };

  test.each(Object.entries(WAYS))("the listeners that it had, whatever the body adds by %s", async (_way, add) => {
    const body: Body = async ({ io, sleep }) => {
      for (const name of EVENTS) add(name);
      await io("step")();
      await sleep(1);
      for (const name of EVENTS) add(name);
    };
    const { verdict } = await explore(body, { runs: 5 });
    expect(verdict).toBe("passed");
    expect(listeners()).toEqual(before);
  });

  test("no listeners that the body adds while it fails, or after a real operation", async () => {
    const { readFile } = await import("node:fs/promises");
    await explore(async () => {
      await readFile(new URL(import.meta.url));
      process.on("exit", () => undefined);
      throw new Error("fails");
    }, { runs: 3 });
    expect(listeners()).toEqual(before);
  });

  test("those that the body takes off", async () => {
    await explore(() => void process.removeAllListeners("own event"), { runs: 3 });
    expect(listeners()).toEqual(before);
  });

  test.each([1, 2, 3])("listeners of `once` that come within the body, among %i, in their order and once more", async (count) => {
    const told: number[] = [];
    const own = Array.from({ length: count }, (_one, index) => (): void => void told.push(index));
    for (const [index, listener] of own.entries()) process[index % 2 === 0 ? "once" : "on"]("told once", listener);
    const names = (): readonly string[] =>
      process.rawListeners("told once").map((listener) => `${own.findIndex((one) => one === listener || one === (listener as { listener?: unknown }).listener)} ${listener.name}`);
    const usual = names();
    try {
      await explore(() => void process.emit("told once" as "exit", 0), { runs: 1 });
      // Each execution finds them as they were.
      expect(told.slice(-2 * count)).toEqual([...own, ...own].map((_one, index) => index % count));
      expect(names()).toEqual(usual);
      await explore(() => void process.once("told once", keeper).emit("told once" as "exit", 0), { runs: 3 });
      expect(names()).toEqual(usual);
      process.emit("told once" as "exit", 0);
      expect(process.listenerCount("told once")).toBe(Math.floor(count / 2));
    } finally {
      process.removeAllListeners("told once");
    }
  });

  test("those that the body takes off, in their order; and where it takes off all of all events, heddle's too", async () => {
    const [first, last] = [(): void => undefined, (): void => undefined];
    process.prependListener("own event" as "exit", first).on("own event", last);
    const usual = listeners();
    await explore(() => void process.off("own event", keeper), { runs: 2 });
    expect(listeners()).toEqual(usual);
    const all = process.eventNames().map((name) => [name, process.rawListeners(name as "exit")]);
    await explore(() => {
      process.removeAllListeners();
      process.on("own event", () => undefined);
    }, { runs: 2 });
    expect(listeners()).toEqual(usual);
    expect(new Set(process.eventNames())).toEqual(new Set(all.map(([name]) => name)));
    process.off("own event", first).off("own event", last);
  });

  test("each execution finds none of the last one's", async () => {
    const counts = new Set<number>();
    await explore(async ({ io }) => {
      counts.add(process.listenerCount("exit"));
      process.on("exit", () => undefined);
      await Promise.all([io("a")(), io("b")()]);
    }, { runs: 10 });
    expect(counts.size).toBe(1);
  });

  test("the exit code that it had", async () => {
    const seen = new Set<unknown>();
    const body: Body = async ({ io }) => {
      seen.add(process.exitCode);
      process.exitCode = 3;
      await io("step")();
      process.exitCode = 4;
    };
    await explore(body, { runs: 5 });
    expect(process.exitCode).toBeUndefined();
    process.exitCode = 7;
    await explore(body, { runs: 5 });
    expect(process.exitCode).toBe(7);
    expect([...seen]).toEqual([undefined, 7]);
  });
});
