import { describe, expect, it } from "vitest";
import { explore } from "../index.ts";
import type { Body } from "../subjects/context.ts";

/** What each order of a body comes to. */
async function logsOf(body: (log: string[]) => Body): Promise<{ readonly logs: ReadonlySet<string>; readonly complete: boolean; readonly steps: number }> {
  const logs = new Set<string>();
  const all: Body = async (context) => {
    const log: string[] = [];
    await body(log)(context);
    logs.add(log.join(" "));
  };
  const { complete, steps } = await explore(all, { order: "latency", scope: "all", strategy: "exhaustive", runs: 10_000 });
  return { logs, complete, steps };
}

/** Two tasks that await what `make` gives them. */
function twoTasks(make: () => unknown): (log: string[]) => Body {
  return (log) => async () => {
    const task = async (name: string): Promise<void> => {
      for (const at of [1, 2]) {
        await make();
        log.push(`${name}${at}`);
      }
    };
    await Promise.all([task("a"), task("b")]);
  };
}

describe("an await of a promise that Promise.resolve has just made", () => {
  it.each([
    ["of nothing", () => Promise.resolve()],
    ["of a value", () => Promise.resolve(5)],
    ["of an object", () => Promise.resolve({ value: 5 })],
    ["of a promise", () => Promise.resolve(Promise.resolve(5))],
    ["of one that is awaited later", () => [Promise.resolve(5), Promise.resolve(6)][0]],
  ])("%s is an event like any other", async (_name, make) => {
    const found = await logsOf(twoTasks(make));
    const { logs } = found;
    expect(found).toEqual(await logsOf(twoTasks(async () => 5)));
    expect(logs.size).toBe(6);
  });

  it("goes on with the value, and with the error of a rejected one", async () => {
    const { logs } = await logsOf((log) => async () => {
      const shared = Promise.resolve("shared");
      log.push(await Promise.resolve("one"), await shared, await shared);
      log.push(await Promise.reject(new Error("two")).catch((error: Error) => error.message));
      const late = Promise.resolve("before");
      void Promise.resolve("after");
      log.push(await late);
    });
    expect([...logs]).toEqual(["one shared shared two before"]);
  });

  it("comes after what was awaited before it, and before what was awaited after", async () => {
    const order: string[] = [];
    const body: Body = async () => {
      order.length = 0;
      let open: () => void = () => undefined;
      const pending = new Promise<void>((resolve) => (open = resolve));
      const ready = (async () => undefined)();
      const wait = async (name: string, promise: Promise<unknown>): Promise<void> => {
        await promise;
        order.push(name);
      };
      const all = [wait("async", ready), wait("pending", pending), wait("known", Promise.resolve(1)), wait("async again", ready)];
      open();
      await Promise.all(all);
    };
    await body({} as never);
    const native = [...order];
    await explore(body, { order: "latency", scope: "all", strategy: "fifo", runs: 1 });
    expect(order).toEqual(native);
  });
});

describe("spawn", () => {
  it.each([
    ["a promise", async () => "done"],
    ["a value", () => "done"],
    ["a thenable", () => ({ then: (resolve: (value: string) => void) => resolve("done") })],
    ["a promise with a then of its own", () => Object.assign(Promise.resolve("native"), { then: (resolve: (value: string) => void) => resolve("done") })],
    ["a promise of a subclass", () => new (class extends Promise<string> {})((resolve) => resolve("done"))],
  ])("gives what its function returns: %s", async (_name, fn) => {
    const ends = new Set<unknown>();
    const { verdict } = await explore(async ({ spawn }) => void ends.add(await spawn("task", fn as () => unknown)), { order: "latency", runs: 20 });
    expect({ verdict, ends: [...ends] }).toEqual({ verdict: "passed", ends: ["done"] });
  });

  it.each([
    ["thrown", () => { throw new Error("no"); }],
    ["rejected", async () => { throw new Error("no"); }],
  ])("rejects with what was %s, and the execution hears it", async (_name, fn) => {
    const heard = await explore(async ({ spawn }) => void (await spawn("task", fn).catch(() => undefined)), { order: "latency", runs: 20 });
    const unheard = await explore(({ spawn }) => void spawn("task", fn), { order: "latency", runs: 20 });
    expect([heard.verdict, unheard.verdict, unheard.failure?.kind]).toEqual(["passed", "failed", "error"]);
  });
});
