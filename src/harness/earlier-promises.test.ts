/** Bodies that wait for what was begun before the race: by the real clock, and no deadlock. */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { explore, HeddleError, race, type Body } from "heddle";
import { describe, expect, test } from "vitest";
import { EarlierPromises } from "./earlier-promises.ts";

const MS = 150;

let loaded = 0;

/** Each begins something, and returns a body that needs it. */
const BEGUN: Readonly<Record<string, () => Body>> = {
  "a timer": () => {
    const ready = new Promise((resolve) => setTimeout(resolve, MS));
    return () => ready;
  },
  "an interval": () => {
    const ready = new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        clearInterval(timer);
        resolve();
      }, MS);
    });
    return async () => {
      await ready;
    };
  },
  "a timer of node:timers/promises": () => {
    const ready = delay(MS, "up");
    return async () => {
      expect(await ready).toBe("up");
    };
  },
  "a chain that goes on natively": () => {
    const ready = (async () => {
      await delay(MS / 2);
      await readFile(new URL(import.meta.url));
      await delay(MS / 2);
    })();
    return ({ spawn }) => void spawn("user", () => ready);
  },
  "one thing after another": () => {
    const [first, second] = [delay(MS), delay(2 * MS)];
    return async ({ sleep }) => {
      await first;
      await sleep(5);
      await second;
    };
  },
  "all of several": () => {
    const ready = [delay(MS), Promise.resolve(), delay(1)];
    return async () => {
      await Promise.all(ready);
    };
  },
  "what a then makes of it": () => {
    const ready = delay(MS, 7);
    return async () => {
      expect(await ready.then((value) => value + 1)).toBe(8);
    };
  },
  "what is returned of an async function": () => {
    const ready = delay(MS);
    const open = async (): Promise<void> => ready;
    return async () => {
      await open();
    };
  },
  "a module that is loading": () => {
    const loading = import(`data:text/javascript,await new Promise((up) => setTimeout(up, ${MS})); export const up = ${(loaded += 1)};`) as Promise<{ readonly up: number }>;
    return async () => {
      expect((await loading).up).toBeGreaterThan(0);
    };
  },
  "an answer over the network": () => {
    const server = createServer((_request, response) => void setTimeout(() => response.end("up"), MS)).listen(0);
    const answer = (async () => {
      const response = await fetch(`http://localhost:${(server.address() as AddressInfo).port}`, { headers: { connection: "close" } });
      const text = await response.text();
      server.close();
      return text;
    })();
    return async () => {
      expect(await answer).toBe("up");
    };
  },
  "a digest and a compilation": () => {
    const ready = Promise.all([crypto.subtle.digest("SHA-256", new Uint8Array(4_000_000)), WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))]);
    return async () => {
      expect((await ready).length).toBe(2);
    };
  },
  "its rejection": () => {
    const ready = delay(MS).then(() => {
      throw new Error("refused");
    });
    ready.catch(() => undefined);
    return async () => {
      await expect(ready).rejects.toThrow("refused");
    };
  },
};

describe.each(Object.entries(BEGUN))("%s, begun before the race", (_name, begin) => {
  test.each(["auto", "production", "latency", "chaos"] as const)("is waited for, under %s", async (order) => {
    const { verdict, failure } = await explore(begin(), { order, runs: 5 });
    expect(String(failure ?? verdict)).toBe("passed");
  });
});

test("what does not come is named with its line, and the race is neither green nor a deadlock", async () => {
  const never = new Promise(() => undefined);
  const body: Body = async () => {
    await never;
  };
  for (const make of [explore, race]) {
    const error: unknown = await make(body, { timeMs: 100 }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(HeddleError);
    expect(error).toMatchObject({ code: "BEGUN_BEFORE", message: expect.stringMatching(/main awaits something that began before the race at .*earlier-promises\.test\.ts:\d+:\d+, and it did not come within 100 ms/) as string });
  }
});

test("what needs the thread is waited for longer, within the exploration's time", () => {
  const waiting = (mostMs: number): EarlierPromises => {
    const never = new Promise(() => undefined);
    const earlier = new EarlierPromises(mostMs);
    earlier.begin();
    earlier.saw(never, () => undefined);
    earlier.end(false);
    return earlier;
  };
  const earlier = waiting(Number.POSITIVE_INFINITY);
  expect(earlier.patienceMs(1000)).toBeLessThanOrEqual(10_000);
  expect(earlier.patienceMs(31_000)).toBeGreaterThan(10_000);
  expect(earlier.patienceMs(1e9)).toBeLessThanOrEqual(60_000);
  const short = waiting(500);
  expect(short.patienceMs(0)).toBeLessThanOrEqual(500);
  expect(short.patienceMs(1e9)).toBeLessThanOrEqual(500);
});

test("a deadlock is one, whatever else was begun before", async () => {
  const other = setTimeout(() => undefined, 60_000);
  const ready = Promise.resolve();
  const { failure } = await explore(async () => {
    await ready;
    await new Promise(() => undefined);
  });
  clearTimeout(other);
  expect(failure?.kind).toBe("deadlock");
});
