/**
 * What a timer may come before, under `production`. Node's event loop goes round: timers, I/O and messages, immediates.
 * What it comes to within a round takes no time of its own, so a timer gets before it only if it is due by then. A delay
 * of 0 or 1 ms is (0 is rounded up to 1); any other needs the thread to be busy for as long, and that is a condition that
 * `production` doesn't take for granted.
 */
import { stat } from "node:fs";
import { MessageChannel } from "node:worker_threads";
import { explore, install, uninstall, type OrderName } from "heddle";
import { describe, expect, it } from "vitest";

type Start = (log: (entry: string) => void) => void;

/** What the event loop comes to within a round. */
const turns: readonly (readonly [string, Start])[] = [
  ["an immediate", (log) => void setImmediate(() => log("turn"))],
  ["the immediate of an immediate", (log) => void setImmediate(() => setImmediate(() => log("turn")))],
  ["a message", (log) => {
    const { port1, port2 } = new MessageChannel();
    port2.addEventListener("message", () => {
      log("turn");
      port1.close();
      port2.close();
    });
    port2.start();
    port1.postMessage(0);
  }],
];

async function play(start: Start, delayMs: number, isTimerFirst: boolean, busyMs = 0): Promise<string> {
  const entries: string[] = [];
  await new Promise<void>((resolve) => {
    const log = (entry: string): void => {
      entries.push(entry);
      if (entries.length === 2) resolve();
    };
    if (!isTimerFirst) start(log);
    setTimeout(() => log("timer"), delayMs);
    if (isTimerFirst) start(log);
    for (const end = Date.now() + busyMs; Date.now() < end;);
  });
  return entries.join(" ");
}

async function reached(order: OrderName, ...how: Parameters<typeof play>): Promise<readonly string[]> {
  const found = new Set<string>();
  const { complete, failure } = await explore(async () => void found.add(await play(...how)), { order, strategy: "exhaustive", runs: 500 });
  expect(failure?.error).toBeUndefined();
  expect(complete).toBe(true);
  return [...found].sort();
}

describe.each(turns)("a timer and %s", (_name, start) => {
  it.each([[2, true], [8, true], [20, true], [20, false], [100, false]])("of %i ms, set first: %s, comes behind it", async (delayMs, isTimerFirst) => {
    expect(await reached("production", start, delayMs, isTimerFirst)).toEqual(["turn timer"]);
  });

  it.each([0, 1])("of %i ms may come first", async (delayMs) => {
    expect(await reached("production", start, delayMs, true)).toContain("timer turn");
  });

  it("of 5 ms may come first where the thread is busy for as long", async () => {
    expect(await reached("production", start, 5, true, 5)).toContain("timer turn");
  });

  it("of 20 ms may come first under the other orders, where a machine may be slow", async () => {
    expect(await reached("latency", start, 20, true)).toContain("timer turn");
    expect(await reached("chaos", start, 200, true)).toContain("timer turn");
  });

  it("come in Node's own order in Node", async () => {
    for (let time = 0; time < 5; time += 1) expect(await play(start, 200, true)).toBe("turn timer");
  });
});

/** Posts a message, and sets an immediate that sets another. */
async function postAndSet(into: (start: () => void) => void): Promise<string> {
  const entries: string[] = [];
  await new Promise<void>((resolve) => {
    const log = (entry: string): void => {
      entries.push(entry);
      if (entries.length === 3) resolve();
    };
    into(() => {
      setImmediate(() => {
        log("immediate");
        setImmediate(() => log("next"));
      });
      const { port1, port2 } = new MessageChannel();
      port2.on("message", () => {
        log("message");
        port1.close();
      });
      port1.postMessage(0);
    });
  });
  return entries.join(" ");
}

it("that a port is closed may be told behind an immediate, as Node has it", async () => {
  const found = new Set<string>();
  const body = (): Promise<string> =>
    new Promise((resolve) => {
      const entries: string[] = [];
      const log = (entry: string): void => {
        entries.push(entry);
        if (entries.length === 2) resolve(entries.join(" "));
      };
      setTimeout(() => {
        const { port1 } = new MessageChannel();
        port1.on("close", () => log("close"));
        port1.close();
        setImmediate(() => log("immediate"));
      }, 1);
    });
  const { failure } = await explore(async () => void found.add(await body()), { order: "production", strategy: "exhaustive", runs: 500, leaks: "ignore" });
  expect(failure?.error).toBeUndefined();
  uninstall();
  try {
    expect([...found]).toContain(await body());
  } finally {
    install();
  }
  expect([...found]).toContain("immediate close");
});

describe("a message and the immediates of two rounds", () => {
  const places: readonly (readonly [string, (start: () => void) => void, readonly string[]])[] = [
    ["posted from an immediate", (start) => void setImmediate(start), ["message immediate next"]],
    ["posted from a timer", (start) => void setTimeout(start, 1), ["message immediate next"]],
    // Natively the immediate is first, unless the port is one that the same turn has yet to look at.
    ["posted where I/O is told", (start) => void stat(process.execPath, start), ["immediate message next", "message immediate next"]],
  ];

  it.each(places)("%s come in the order of the event loop", async (_name, into, expected) => {
    const found = new Set<string>();
    const { complete, failure } = await explore(async () => void found.add(await postAndSet(into)), { order: "production", strategy: "exhaustive", runs: 500 });
    expect([failure?.error, complete]).toEqual([undefined, true]);
    expect([...found].sort()).toEqual(expected);
    uninstall();
    try {
      expect(expected).toContain(await postAndSet(into));
    } finally {
      install();
    }
  });
});
