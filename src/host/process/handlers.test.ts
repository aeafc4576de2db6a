import { describe, expect, it } from "vitest";
import { explore, type OrderName } from "../../index.ts";

const orders: readonly OrderName[] = ["production", "latency", "chaos"];

/** What a body comes to under each order, with nothing reordered. */
async function endsOf(body: () => Promise<unknown>): Promise<readonly unknown[]> {
  const ends: unknown[] = [];
  for (const order of orders) {
    let end: unknown;
    const { failure } = await explore(async () => {
      end = undefined;
      end = await body();
    }, { order, strategy: "fifo", runs: 1, corpus: false, leaks: "ignore" });
    ends.push(failure === undefined ? end : `${failure.kind}: ${String(failure.error)}`);
  }
  return ends;
}

const forEach = (end: unknown): readonly unknown[] => orders.map(() => end);

/** Calls `act`, and gives what handlers were told until a timer fires. */
async function told(names: readonly string[], act: () => void): Promise<unknown> {
  const lines: string[] = [];
  const handlers = names.map((name) => {
    const handler = (...values: unknown[]): void => {
      const [error, second] = values as [{ message?: string; code?: string }, unknown];
      lines.push([name, error?.message ?? typeof error, error?.code, typeof second === "string" ? second : typeof second].join(" "));
    };
    process.on(name, handler);
    return { name, handler };
  });
  act();
  await new Promise((resolve) => setTimeout(resolve, 5));
  for (const { name, handler } of handlers) process.off(name, handler);
  return lines;
}

const boom = (): never => {
  throw new Error("boom");
};

describe("a body's own handlers", () => {
  it.each<[string, readonly string[], () => void, readonly string[]]>([
    ["of what a timer throws", ["uncaughtException"], () => void setTimeout(boom, 1), ["uncaughtException boom  uncaughtException"]],
    ["of what an immediate throws", ["uncaughtException"], () => void setImmediate(boom), ["uncaughtException boom  uncaughtException"]],
    ["of what a microtask throws", ["uncaughtException"], () => queueMicrotask(boom), ["uncaughtException boom  uncaughtException"]],
    ["of what a tick throws", ["uncaughtException"], () => process.nextTick(boom), ["uncaughtException boom  uncaughtException"]],
    ["of what is thrown, after those that watch", ["uncaughtException", "uncaughtExceptionMonitor"], () => void setTimeout(boom, 1), ["uncaughtExceptionMonitor boom  uncaughtException", "uncaughtException boom  uncaughtException"]],
    ["of a rejection", ["unhandledRejection", "uncaughtException"], () => void Promise.reject(new Error("no")), ["unhandledRejection no  object"]],
    ["of errors, where none is for rejections", ["uncaughtException"], () => void Promise.reject(new Error("no")), ["uncaughtException no  unhandledRejection"]],
    ["of a rejection that is heard later", ["unhandledRejection", "rejectionHandled"], () => { const late = Promise.reject(new Error("no")); setTimeout(() => void late.catch(() => undefined), 2); }, ["unhandledRejection no  object", "rejectionHandled object  undefined"]],
    ["of a warning", ["warning"], () => process.emitWarning("mind the step"), ["warning mind the step  undefined"]],
  ])("are told %s", async (_name, names, act, lines) => {
    expect(await endsOf(() => told(names, act))).toEqual(forEach(lines));
  });

  it("are told of a reason that is no error by an error", async () => {
    const [end] = await endsOf(() => told(["uncaughtException"], () => void Promise.reject(5)));
    expect(String(end)).toMatch(/rejected with the reason "5"\. ERR_UNHANDLED_REJECTION unhandledRejection/);
  });

  it("are called in their order, once where they are for once", async () => {
    const ends = await endsOf(async () => {
      const lines: string[] = [];
      const always = (): void => void lines.push("always");
      process.once("uncaughtException", () => void lines.push("once"));
      process.on("uncaughtException", always);
      process.prependListener("uncaughtException", () => void lines.push("first"));
      for (const delay of [1, 2]) setTimeout(boom, delay);
      await new Promise((resolve) => setTimeout(resolve, 5));
      process.off("uncaughtException", always);
      return lines.join();
    });
    expect(ends).toEqual(forEach("first,once,always,first,always"));
    for (const listener of process.listeners("uncaughtException").slice(-1)) expect(listener).not.toBe(boom);
  });

  it("may capture all, which is over with the execution", async () => {
    const ends = await endsOf(async () => {
      const lines: string[] = [];
      process.setUncaughtExceptionCaptureCallback((error) => void lines.push(error.message));
      setTimeout(boom, 1);
      await new Promise((resolve) => setTimeout(resolve, 5));
      return lines.join();
    });
    expect(ends).toEqual(forEach("boom"));
    expect(process.hasUncaughtExceptionCaptureCallback()).toBe(false);
  });

  it("fail the execution by what they throw", async () => {
    const ends = await endsOf(async () => {
      const failing = (): never => {
        throw new Error("worse");
      };
      process.once("uncaughtException", failing);
      setTimeout(boom, 1);
      await new Promise((resolve) => setTimeout(resolve, 5));
    });
    expect(ends).toEqual(forEach("error: Error: worse"));
  });

  it("hear no rejection that plain JavaScript hears in time", async () => {
    const ends = await endsOf(() => told(["unhandledRejection"], () => {
      const promise = Promise.reject(new Error("heard"));
      void (async () => {
        for (let round = 0; round < 5; round += 1) await Promise.resolve();
        await promise.catch(() => undefined);
      })();
    }));
    expect(ends).toEqual(forEach([]));
  });
});

describe("without a handler of the body's", () => {
  it("what nobody catches fails", async () => {
    const none = async (act: () => void): Promise<void> => {
      act();
      await new Promise((resolve) => setTimeout(resolve, 5));
    };
    expect(await endsOf(() => none(() => void setTimeout(boom, 1)))).toEqual(forEach("error: Error: boom"));
    expect(await endsOf(() => none(() => void Promise.reject(new Error("no"))))).toEqual(forEach("unhandled-rejection: Error: no"));
  });

  it("handlers that were there before hear nothing", async () => {
    let heard = 0;
    const handler = (): void => void (heard += 1);
    process.on("uncaughtException", handler);
    await endsOf(async () => {
      setTimeout(boom, 1);
      await new Promise((resolve) => setTimeout(resolve, 5));
    });
    process.off("uncaughtException", handler);
    expect(heard).toBe(0);
  });
});
