import { describe, expect, it } from "vitest";
import { explore } from "../../index.ts";
import type { Body } from "../../subjects/body-context.ts";

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

describe("a promise's then called with the resolvers of another", () => {
  /** Events of the one execution in plain JavaScript's order: the body awaits one promise at its end. */
  async function stepsOf(make: (settled: Promise<number>) => Promise<unknown>): Promise<number> {
    const { verdict, steps, runs } = await explore(async () => void (await make(Promise.resolve(1))), { order: "latency", scope: "all", strategy: "fifo", runs: 1 });
    expect([verdict, runs]).toEqual(["passed", 1]);
    return steps;
  }

  /** One event is the body's own await. */
  const AWAIT = 1;

  it.each<[string, (settled: Promise<number>) => Promise<unknown>, number]>([
    ["by the job of resolve(p) is none", (settled) => new Promise((resolve) => resolve(settled)), 0],
    ["by that of `return p` is none", async (settled) => settled, 0],
    ["by code is one", (settled) => new Promise((resolve, reject) => settled.then(resolve, reject)), 1],
    ["by code, with something read meanwhile, is one", (settled) => new Promise((resolve, reject) => settled.then(((): typeof resolve => (void settled.catch, void settled.then, resolve))(), reject)), 1],
    ["by code and by a job is one", (settled) => {
      void new Promise((resolve) => resolve(settled));
      return new Promise((resolve, reject) => settled.then(resolve, reject));
    }, 1],
    ["by two jobs is none", (settled) => {
      void new Promise((resolve) => resolve(settled));
      return new Promise((resolve) => resolve(settled));
    }, 0],
    ["by a job, asked for a then before and after, is none", (settled) => {
      const adopting = new Promise((resolve) => {
        expect(typeof settled.then).toBe("function");
        queueMicrotask(() => void settled.then);
        resolve(settled);
        void settled.then;
      });
      queueMicrotask(() => void settled.then);
      return adopting;
    }, 0],
    ["by code that keeps Promise.prototype.then is one", (settled) => {
      const { then } = Promise.prototype;
      return new Promise((resolve, reject) => then.call(settled, resolve, reject));
    }, 1],
    ["by a job, once somebody keeps it, is none", (settled) => new Promise((resolve) => resolve(settled)), 0],
  ])("%s", async (_name, make, events) => {
    expect(await stepsOf(make)).toBe(AWAIT + events);
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

describe("plain JavaScript's calls and order", () => {
  /** Natively, and under each order with nothing reordered. */
  async function sameAsNatively(body: () => unknown): Promise<void> {
    const native = await body();
    for (const order of ["production", "latency", "chaos"] as const) {
      let found: unknown;
      const { failure } = await explore(async () => void (found = await body()), { order, scope: "all", strategy: "fifo", runs: 1, leaks: "ignore", corpus: false });
      expect([order, failure?.error, found]).toEqual([order, undefined, native]);
    }
  }

  let calls = 0;
  class Counted<Value> extends Promise<Value> {
    constructor(executor: ConstructorParameters<typeof Promise<Value>>[0]) {
      super(executor);
      calls += 1;
    }
  }
  class Heard<Value> extends Promise<Value> {
    override then(...handlers: never[]): never {
      calls += 1;
      return Reflect.apply(super.then, this, handlers) as never;
    }
  }
  const counted = (act: () => unknown) => async (): Promise<number> => {
    calls = 0;
    await act();
    return calls;
  };
  /** The order in which a promise is told, among the links of a chain of thens. */
  const placed = (make: () => Promise<unknown>) => async (): Promise<string> => {
    const seen: string[] = [];
    void make().then(() => seen.push("it"), () => seen.push("it"));
    await [1, 2, 3, 4, 5].reduce<Promise<unknown>>((chain, link) => chain.then(() => seen.push(String(link))), Promise.resolve());
    return seen.join();
  };

  it.each<[string, () => unknown]>([
    ["constructions by then", counted(() => Counted.resolve(1).then(() => 2))],
    ["constructions by catch and finally", counted(() => Counted.resolve(1).catch(() => 2).finally(() => undefined))],
    ["constructions by an await", counted(async () => void (await Counted.resolve(1)))],
    ["calls of then by finally", counted(() => Heard.resolve(1).finally(() => undefined))],
    ["calls of then by an await", counted(async () => void (await Heard.resolve(1)))],
    ["calls of a promise's own then by an await", counted(async () => {
      const promise = Promise.resolve(1);
      promise.then = ((...handlers: never[]): never => {
        calls += 1;
        return Reflect.apply(Promise.prototype.then, promise, handlers) as never;
      }) as typeof promise.then;
      await promise;
      const other = Object.defineProperty(Promise.resolve(1), "then", { get: () => { calls += 1; return Promise.prototype.then; } });
      await other;
    })],
    ["the place of Promise.race of a value", placed(() => Promise.race([1, 2]))],
    ["the place of Promise.race of two", placed(() => Promise.race([Promise.resolve(1), 2]))],
    ["the place of Promise.all of nothing", placed(() => Promise.all([]))],
    ["the place of Promise.all", placed(() => Promise.all([1, 2]))],
    ["the place of Promise.any", placed(() => Promise.any([1, 2]))],
    ["the place of Promise.allSettled", placed(() => Promise.allSettled([1, Promise.reject(new Error("no"))]))],
    ["the text of a promise's constructor", () => String(Promise.resolve(1).constructor)],
    ["what `new` makes of then", () => { try { return typeof Reflect.construct(Promise.prototype.then as never, []); } catch (error) { return (error as Error).name; } }],
  ])("%s", async (_name, body) => {
    await sameAsNatively(body);
  });
});
