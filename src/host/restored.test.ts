import fs from "node:fs";
import { mock } from "node:test";

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { HeddleError } from "../engine/errors.ts";
import { explore, install, uninstall } from "../index.ts";
import type { Body } from "../subjects/body-context.ts";
import { changedGlobals } from "./install.ts";

type Holder = Record<string, unknown>;

const promise = Promise.prototype as unknown as Holder;
const statics = Promise as unknown as Holder;

/** What control rests on, by name. */
const controlled: readonly (readonly [holder: object, key: string])[] = [
  ...["then", "catch", "finally"].map((key) => [promise, key] as const),
  ...["resolve", "all", "allSettled", "any", "race"].map((key) => [statics, key] as const),
  ...["setTimeout", "setInterval", "setImmediate", "clearTimeout", "clearInterval", "clearImmediate", "queueMicrotask", "Date", "MessageChannel"].map((key) => [globalThis, key] as const),
  [process, "nextTick"], [process, "hrtime"], [Date, "now"], [Math, "random"], [AbortSignal, "timeout"],
];
/** Others, which anybody may wrap. */
const wrappable: readonly (readonly [holder: object, key: string])[] = [[fs, "readFile"], [fs.promises, "readFile"], [process, "emit"], [console, "log"]];

const idle: Body = async ({ io }) => void (await io("step")());
const runs = async (): Promise<unknown> => (await explore(idle, { runs: 2, corpus: false })).verdict;
const label = ([, key]: readonly [object, string]): string => key;

// Vitest's RPC puts the native `process.nextTick` back at times.
beforeEach(() => {
  uninstall();
  install();
});

/** Puts a look-alike in place of a property, and the property back. */
const ways: Readonly<Record<string, (holder: Holder, key: string) => void>> = {
  "assignment": (holder, key) => {
    const kept = holder[key] as Function;
    holder[key] = function (this: unknown, ...values: unknown[]): unknown { return Reflect.apply(kept, this, values); };
    holder[key] = kept;
  },
  "assignment, twice over": (holder, key) => {
    const kept = holder[key];
    holder[key] = () => undefined;
    const between = holder[key];
    holder[key] = () => undefined;
    holder[key] = between;
    holder[key] = kept;
  },
  "a description of the value": (holder, key) => {
    const value = holder[key];
    Object.defineProperty(holder, key, { value: () => undefined, configurable: true, writable: true });
    Object.defineProperty(holder, key, { value, configurable: true, writable: true });
  },
  "its own description": (holder, key) => {
    const own = Object.getOwnPropertyDescriptor(holder, key)!;
    Object.defineProperty(holder, key, { value: () => undefined, configurable: true, writable: true });
    Object.defineProperty(holder, key, own);
  },
};

describe.each([...controlled, ...wrappable].map((one) => [label(one), one] as const))("%s that was replaced", (_name, [holder, key]) => {
  it.each(Object.keys(ways))("and restored by %s is as it was", async (way) => {
    expect(changedGlobals()).toEqual([]);
    const before = Object.getOwnPropertyDescriptor(holder, key);
    ways[way]!(holder as Holder, key);
    expect(changedGlobals()).toEqual([]);
    expect(Object.getOwnPropertyDescriptor(holder, key)).toEqual(before);
    expect(await runs()).toBe("passed");
  });

  it("and restored within the body is no matter", async () => {
    for (const order of ["production", "latency"] as const) {
      const body: Body = async (context) => {
        for (const way of Object.values(ways)) way(holder as Holder, key);
        await idle(context);
      };
      const { verdict, failure } = await explore(body, { runs: 3, order, corpus: false });
      expect([verdict, failure?.error]).toEqual(["passed", undefined]);
    }
    expect(await runs()).toBe("passed");
  });
});

describe("a spy", () => {
  afterEach(() => vi.restoreAllMocks());

  it.each([...controlled.filter(([, key]) => !["Date", "MessageChannel"].includes(key)), ...wrappable].map((one) => [label(one), one] as const))("of vitest on %s", async (_name, [holder, key]) => {
    vi.spyOn(holder as Holder & Record<string, () => void>, key).mockRestore();
    expect(await runs()).toBe("passed");
  });

  it.each([...controlled.filter(([holder, key]) => holder !== promise && !["Date", "MessageChannel"].includes(key)), ...wrappable].map((one) => [label(one), one] as const))("of node:test on %s", async (_name, [holder, key]) => {
    mock.method(holder as Record<string, () => void>, key).mock.restore();
    expect(await runs()).toBe("passed");
  });

  it("on `then` hears what the code under test calls, and no await", async () => {
    for (const order of ["production", "latency", "chaos"] as const) {
      const calls = new Set<number>();
      const body: Body = async () => {
        const { then } = Promise.prototype;
        let heard = 0;
        Promise.prototype.then = function (this: Promise<unknown>, ...handlers: never[]): never {
          heard += 1;
          return Reflect.apply(then, this, handlers) as never;
        } as typeof then;
        try {
          await Promise.resolve(1);
          await Promise.resolve(1).then((value) => value + 1);
        } finally {
          Promise.prototype.then = then;
        }
        calls.add(heard);
      };
      const { verdict } = await explore(body, { order, strategy: "fifo", runs: 1, corpus: false });
      expect([order, verdict, ...calls]).toEqual([order, "passed", 1]);
    }
  });
});

type Exploring = ReturnType<typeof explore>;

async function errorOf(exploring: Exploring): Promise<unknown> {
  try {
    const { verdict, failure } = await exploring;
    return failure === undefined ? verdict : `${failure.kind}: ${String(failure.error)}`;
  } catch (error) {
    return error;
  }
}

/** Explores with a property changed. It is put back at once: the runner may need it. */
function changedBefore(holder: object, key: string, change: () => void): Exploring {
  const before = Object.getOwnPropertyDescriptor(holder, key)!;
  change();
  const exploring = explore(idle, { runs: 2, order: "latency", corpus: false });
  Object.defineProperty(holder, key, before);
  return exploring;
}

function changedWithin(change: () => void): Exploring {
  const body: Body = async (context) => {
    change();
    await idle(context);
  };
  return explore(body, { runs: 2, order: "latency", corpus: false });
}

describe.each([...controlled, [globalThis, "Promise"] as const].map((one) => [label(one), one] as const))("%s that is left", (_name, [holder, key]) => {
  const changes: Readonly<Record<string, () => void>> = {
    "deleted": () => Reflect.deleteProperty(holder, key),
    "undefined": () => Object.defineProperty(holder, key, { value: undefined, configurable: true, writable: true }),
    "replaced": () => Object.defineProperty(holder, key, { value: class {}, configurable: true, writable: true }),
  };

  it.each(Object.keys(changes))("%s is named, whoever did it, and the next race runs", async (how) => {
    for (const exploring of [() => changedBefore(holder, key, changes[how]!), () => changedWithin(changes[how]!)]) {
      const said = await errorOf(exploring());
      expect(said).toBeInstanceOf(HeddleError);
      const { code, message } = said as HeddleError;
      expect([code, message]).toEqual(["GLOBALS_CHANGED", expect.stringMatching(new RegExp(`replaced (?:after heddle was loaded|by the body itself): [^;]*\\b${key}\\b`))]);
      expect(await runs()).toBe("passed");
    }
  });
});
