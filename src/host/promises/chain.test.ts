import { access, readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { explore, type OrderName } from "../../index.ts";

const orders: readonly OrderName[] = ["production", "latency", "chaos"];
const MISSING = "/no/such/file/anywhere";

/** The functions of this file that a stack names, and combinations. (Taken through source maps, frames are not said to be async.) */
function asyncFrames(error: unknown): string {
  const frames = [...((error as Error).stack ?? "").matchAll(/at (?:async )?(?:Object\.)?([\w.]+)(?= \()/g)].map(([, name]) => name);
  return frames.filter((name) => /^(?:failing|caller|outer|inner|returning|Promise\.\w+)$/.test(name!)).join(" ");
}

async function framesOf(caller: () => Promise<unknown>): Promise<string> {
  try {
    await caller();
    return "no error";
  } catch (error) {
    return asyncFrames(error);
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

async function failing(): Promise<never> {
  await pause(1);
  throw new Error("late");
}

const callers: Readonly<Record<string, () => Promise<unknown>>> = {
  "of an operation": async function caller() { await access(MISSING); },
  "of an operation, through two functions": async function outer() { await (async function inner() { return await readFile(MISSING); })(); },
  "of what is thrown after an await": async function caller() { await failing(); },
  "through then": async function caller() { await failing().then(() => 1); },
  "through then and catch": async function caller() { await failing().then(() => 1).catch((error: Error) => { throw error; }); },
  "through a returned promise": async function caller() { await (async function returning() { return failing(); })(); },
  "through a promise that is resolved with one": async function caller() { await new Promise((resolve) => resolve(failing())); },
  "through Promise.all": async function caller() { await Promise.all([pause(2), failing()]); },
  "through Promise.any": async function caller() { await Promise.any([failing(), failing()]).catch((error: AggregateError) => { throw error.errors[0]; }); },
  "of an operation in Promise.all": async function caller() { await Promise.all([access(MISSING), 1]); },
};

describe.each(Object.entries(callers))("the async frames %s", (_name, caller) => {
  it.each(orders)("are those of plain JavaScript under %s", async (order) => {
    const native = await framesOf(caller);
    expect(native).not.toBe("");
    const found = new Set<string>();
    const { failure } = await explore(async () => void found.add(await framesOf(caller)), { order, strategy: "fifo", runs: 1, corpus: false, leaks: "ignore" });
    expect([failure?.error, ...found]).toEqual([undefined, native]);
  });
});

describe("the error of a failure", () => {
  it.each(orders)("names who called under %s, however late in a search it was found", async (order) => {
    let executions = 0;
    async function caller(): Promise<void> {
      executions += 1;
      await pause(1);
      await failing();
    }
    const { failure } = await explore(async () => {
      if (executions > 40) await caller();
      else executions += 1;
      await Promise.all([1, 2, 3].map(async () => { for (let round = 0; round < 3; round += 1) await pause(round); }));
    }, { order, runs: 200, corpus: false, strategy: "random" });
    if (failure !== undefined) expect(asyncFrames(failure.error)).toMatch(/\bcaller\b/);
  });

  it("is given through a boundary", async () => {
    const { failure } = await explore(async ({ io }) => {
      const load = io("load", failing);
      async function caller(): Promise<void> { await load(); }
      await caller();
    }, { order: "production", runs: 3, corpus: false });
    expect(asyncFrames(failure?.error)).toMatch(/failing.*caller|caller/);
  });
});
