import crypto, { randomBytes, randomFill, randomFillSync, randomInt } from "node:crypto";
import { inspect, promisify } from "node:util";
import { explore, type BodyContext } from "heddle";
import { describe, expect, it } from "vitest";

/** What each of 10 executions, in different orders, makes of `draw`. */
async function drawn(draw: () => unknown, seed = "one"): Promise<unknown[]> {
  const seen: unknown[] = [];
  const { failure } = await explore(async ({ io }) => {
    const pause = io("pause", () => undefined);
    await Promise.all([pause(), pause()]);
    seen.push(await draw());
  }, { order: "production", strategy: "random", runs: 10, seed });
  if (failure !== undefined) throw failure.error;
  expect(seen.length).toBeGreaterThanOrEqual(10);
  return seen;
}

/** What of a value is the same in every execution: the start of an identifier, and a number as it is. */
const unsalted = (value: unknown): unknown => (typeof value === "string" ? value.slice(0, 8) + value.slice(-2) : value);

const ids: Readonly<Record<string, () => unknown>> = {
  "randomUUID()": () => crypto.randomUUID(),
  "randomBytes(16)": () => randomBytes(16).toString("hex"),
  "randomBytes(16) as base64url": () => randomBytes(16).toString("base64url"),
  "randomBytes(6)": () => randomBytes(6),
  "a name with an identifier in it": () => new Error(`no job-${crypto.randomUUID()}.json`),
  "getRandomValues(view)": () => ({ id: hex(globalThis.crypto.getRandomValues(new Uint8Array(20))) }),
};

describe("an identifier of random bytes", () => {
  it.each(Object.entries(ids))("%s is another in each execution, and they come to one outcome and to one failure", async (_name, make) => {
    const seen = new Set<string>();
    const order: string[] = [];
    const body = async ({ io }: BodyContext): Promise<unknown> => {
      const pause = io("pause", () => undefined);
      const id = make();
      seen.add(inspect(id));
      await Promise.all([pause(), pause()]);
      return id;
    };
    const passing = await explore(body, { order: "production", strategy: "random", runs: 8 });
    expect(passing.verdict).toBe("passed");
    expect(passing.outcomes).toBe(1);
    expect(seen.size).toBeGreaterThanOrEqual(8);
    const failing = await explore(async (context) => {
      order.length = 0;
      const id = await body(context);
      const write = context.io("write", (who: string) => void order.push(who));
      await Promise.all([write("one"), write("two")]);
      if (order[0] === "two") throw new Error(`lost ${inspect(id)}`);
    }, { order: "production" });
    expect(failing.failure?.kind).toBe("error");
    expect(failing.failure?.reproduced).toBe("5 of 5");
  });

  it("is no number: what programs compute with is the same in every execution", async () => {
    const seen = new Set<string>();
    const { verdict } = await explore(() => {
      const bytes = globalThis.crypto.getRandomValues(new Uint32Array(4));
      const fraction = randomBytes(8).readUInt32BE() / 2 ** 32;
      seen.add(`${bytes.join()} ${fraction} ${randomBytes(4).toString("hex")} ${Math.random()} ${Date.now()}`);
    }, { runs: 5, strategy: "random" });
    expect(verdict).toBe("passed");
    expect(seen.size).toBe(1);
  });
});

const hex = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");

const sources: Readonly<Record<string, () => unknown>> = {
  "Math.random()": () => Math.random(),
  "crypto.randomUUID()": () => crypto.randomUUID(),
  "getRandomValues(view)": () => hex(globalThis.crypto.getRandomValues(new Uint8Array(8))),
  "randomBytes(size)": () => hex(randomBytes(8)),
  "randomBytes(size, callback)": async () => hex(await promisify(randomBytes)(8)),
  "randomFillSync(view)": () => hex(randomFillSync(new Uint8Array(8))),
  "randomFill(view, callback)": () =>
    new Promise((resolve, reject) => randomFill(new Uint8Array(8), (error, view) => (error === null ? resolve(hex(view)) : reject(error)))),
  "randomInt(below)": () => randomInt(2 ** 40),
  "randomInt(least, below, callback)": () =>
    new Promise((resolve, reject) => randomInt(5, 2 ** 40, (error, value) => (error === undefined || error === null ? resolve(value) : reject(error)))),
};

describe("randomness in a body", () => {
  it.each(Object.entries(sources))("%s is the same number in every execution, and another for another seed", async (_name, draw) => {
    const seen = new Set((await drawn(draw)).map(unsalted));
    expect(seen.size).toBe(1);
    expect(new Set((await drawn(draw, "two")).map(unsalted))).not.toEqual(seen);
    expect(draw()).not.toEqual([...seen][0]);
  });

  it.each(Object.entries(sources))("%s is another each time that it is asked", async (_name, draw) => {
    const [seen] = await drawn(async () => [await draw(), await draw()]);
    const [first, second] = seen as [unknown, unknown];
    expect(first).not.toEqual(second);
  });

  it("fills only the part that is asked for", async () => {
    const [seen] = await drawn(() => hex(randomFillSync(new Uint8Array(6), 2, 3)));
    expect(seen).toMatch(/^0000(?!000000)[0-9a-f]{6}00$/);
  });

  it("stays within its limits, and refuses what the native functions refuse", async () => {
    const [seen] = await drawn(() => Array.from({ length: 200 }, () => randomInt(3, 6)));
    expect(new Set(seen as number[])).toEqual(new Set([3, 4, 5]));
    await expect(drawn(() => randomInt(6, 3))).rejects.toThrow(RangeError);
    await expect(drawn(() => randomBytes(-1))).rejects.toThrow(RangeError);
    await expect(drawn(() => promisify(randomBytes)(-1))).rejects.toThrow(RangeError);
  });
});
