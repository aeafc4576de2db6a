/** Nothing is left patched, and while nothing runs the patches cannot be told from the natives. */
import { open } from "node:fs/promises";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cases, law } from "./support/cases.ts";
import { constructs, programs } from "./support/program.ts";
import { compile, sourceOf } from "./support/source.ts";
import { builtins, changesSince, takeSnapshot, type Snapshot } from "./support/snapshot.ts";

type Heddle = typeof import("heddle");

const nativeTick = process.nextTick;
let before: Snapshot;
let heddle: Heddle;
let runs: typeof import("./support/runs.ts");

beforeAll(async () => {
  const modules = await builtins();
  // What the first use of a thing makes is not heddle's: so use it, and look at everything twice.
  await (await fetch("data:,")).text();
  takeSnapshot(modules);
  before = takeSnapshot(modules);
  // Not before now: importing it installs it.
  heddle = await import("heddle");
  runs = await import("./support/runs.ts");
});

afterAll(() => heddle.install());

describe("install and uninstall", () => {
  it("see more than heddle touches", () => {
    expect(before.objects.size).toBeGreaterThan(1000);
    heddle.uninstall();
    heddle.install();
    const changes = new Set(changesSince(before).map((change) => change.slice(0, change.indexOf(":", 5))));
    const known = ["globalThis.setTimeout", "globalThis.Date", "node:fs.readFile", "node:timers/promises.setTimeout", "globalThis.process.nextTick", "globalThis.Promise.prototype.then"];
    for (const name of known) expect(changes).toContain(name);
  });

  it("leave no trace", () => {
    for (let round = 0; round < 3; round += 1) {
      heddle.install();
      expect(changesSince(before).length).toBeGreaterThan(50);
      heddle.uninstall();
      expect(changesSince(before)).toEqual([]);
    }
  });

  it("leave no trace after random programs under every order", law(), async () => {
    await fc.assert(
      fc.asyncProperty(programs(constructs), fc.constantFrom("production" as const, "latency" as const, "chaos" as const), async (tree, order) => {
        await runs.runUnderHeddle(compile(sourceOf(tree)), { order, scope: "all", runs: 5 }, () => {
          if (order === "chaos") throw new Error("fails");
        });
      }),
      cases(100),
    );
    heddle.uninstall();
    expect(changesSince(before)).toEqual([]);
  });

  it("leave no trace after real I/O, messages and streams", async () => {
    heddle.install();
    await heddle.explore(async () => {
      const file = await open(import.meta.filename);
      await file.read(Buffer.alloc(8), 0, 8, 0);
      await file.close();
      const { port1, port2 } = new MessageChannel();
      const received = new Promise((resolve) => port2.addEventListener("message", resolve));
      port2.start();
      port1.postMessage(1);
      await received;
      await new Response("text").text();
    }, { runs: 3 });
    heddle.uninstall();
    expect(changesSince(before)).toEqual([]);
  });

  it("leave no trace after a body that throws, hangs, or replaces what is controlled", async () => {
    heddle.install();
    const options = { runs: 2, order: "latency" } as const;
    expect((await heddle.explore(() => Promise.reject(new Error("no")), options)).failure?.kind).toBe("error");
    expect((await heddle.explore(() => new Promise(() => undefined), options)).failure?.kind).toBe("deadlock");
    const native = globalThis.setTimeout;
    const replacing = heddle.explore(() => {
      globalThis.setTimeout = (() => 0) as unknown as typeof setTimeout;
    }, options);
    await expect(replacing).rejects.toThrow(/GLOBALS_CHANGED/);
    globalThis.setTimeout = native;
    heddle.uninstall();
    expect(changesSince(before)).toEqual([]);
  });
});

describe("a global that the runner has put back", () => {
  it("is taken over again", async () => {
    heddle.uninstall();
    heddle.install();
    // Vitest's RPC does this: it puts `process.nextTick` aside for a call, and the native one back from a tick.
    process.nextTick = nativeTick;
    const exploration = await heddle.explore(async () => {
      await Promise.resolve();
    }, { runs: 5 });
    expect(exploration.verdict).toBe("passed");
    expect(process.nextTick).not.toBe(nativeTick);
  });
});

describe("while no execution runs", () => {
  class Sub<Value> extends Promise<Value> {}

  it("promises are those of the language", async () => {
    heddle.install();
    const promise = Promise.resolve(1);
    expect(promise.constructor).toBe(Promise);
    expect(Promise.prototype.constructor).toBe(Promise);
    expect(Promise.resolve(promise)).toBe(promise);
    expect(Sub.resolve(1).then(String)).toBeInstanceOf(Sub);
    expect(Sub.resolve(1).finally(() => undefined)).toBeInstanceOf(Sub);
    expect(Sub.resolve(promise)).not.toBe(promise);
    expect(Sub.all([promise])).toBeInstanceOf(Sub);
    expect(await promise.then((value) => value + 1)).toBe(2);
    expect(await Promise.reject(new Error("x")).catch((error: Error) => error.message)).toBe("x");
  });

  it("functions keep their names, lengths and enumerability", () => {
    heddle.install();
    let compared = 0;
    const [native, patched]: [unknown[], unknown[]] = [[], []];
    for (const [object, properties] of before.objects) {
      for (const [key, was] of properties) {
        const is = Object.getOwnPropertyDescriptor(object, key);
        if (typeof was.value !== "function" || is === undefined || is.value === was.value) continue;
        // The methods of promises stand behind getters.
        const now = (is.get === undefined ? is.value : Reflect.get(object, key)) as Function;
        const shape = (one: Function, { enumerable, configurable }: PropertyDescriptor): unknown => ({ key, name: one.name, length: one.length, enumerable, configurable });
        native.push(shape(was.value as Function, was));
        patched.push(shape(now, is));
        expect(Reflect.ownKeys(now)).toEqual(expect.arrayContaining(Reflect.ownKeys(was.value as object).filter((one) => typeof one === "symbol")));
        compared += 1;
      }
    }
    expect(patched).toEqual(native);
    expect(compared).toBeGreaterThan(50);
  });

  it("a promise can be given a `then` or a `constructor` of its own", async () => {
    heddle.install();
    const own = Promise.resolve(1);
    const then: typeof own.then = (...handlers) => Promise.prototype.then.apply(own, handlers) as never;
    own.then = then;
    expect(own.then).toBe(then);
    expect(Object.keys(own)).toEqual(["then"]);
    expect(await own).toBe(1);
    const other = Promise.resolve(2);
    other.constructor = Sub;
    expect(other.then(String)).toBeInstanceOf(Sub);
    expect(Promise.resolve(other)).not.toBe(other);
  });

  it("classes and instances are recognised", () => {
    heddle.install();
    const date = new Date(0);
    expect(date.constructor).toBe(Date);
    expect(date).toBeInstanceOf(Date);
    expect(new (class extends Date {})()).toBeInstanceOf(Date);
    expect(Object.prototype.toString.call(date)).toBe("[object Date]");
    expect(Date.name).toBe("Date");
    expect(new MessageChannel()).toBeInstanceOf(MessageChannel);
    expect(typeof Date()).toBe("string");
    expect(Math.abs(Date.now() - date.getTime())).toBeGreaterThan(1e12);
  });
});

describe("while an execution runs", () => {
  it.each(["production", "latency", "chaos"] as const)("a look at `constructor` does not change what `then` gives, under %s", async (order) => {
    heddle.install();
    const found: unknown[] = [];
    await heddle.explore(async () => {
      const promise = Promise.resolve(1);
      // What libraries ask before they subscribe.
      if (promise.constructor.name !== "Promise") throw new Error("no promise");
      const derived: unknown = promise.then((value) => value + 1);
      found.push(derived instanceof Promise, await derived);
    }, { order, scope: "all", runs: 1 });
    expect(found.slice(0, 2)).toEqual([true, 2]);
  });

  it.each(["production", "latency", "chaos"] as const)("promises look like promises under %s", async (order) => {
    heddle.install();
    class Sub<Value> extends Promise<Value> {}
    const found: Record<string, unknown> = {};
    const exploration = await heddle.explore(async () => {
      const promise = Promise.resolve(1);
      found["resolve"] = Promise.resolve(promise) === promise;
      found["instance"] = promise instanceof Promise && (await promise) === 1;
      found["name"] = promise.constructor.name;
      found["constructor"] = promise instanceof (promise.constructor as typeof Promise);
      found["made"] = new (promise.constructor as typeof Promise)(() => undefined) instanceof Promise;
      found["derived"] = Promise.resolve(1).then(String).constructor.name;
      found["sub"] = Sub.resolve(1).then(String) instanceof Sub;
      found["subFinally"] = Sub.resolve(1).finally(() => undefined) instanceof Sub;
      found["subAll"] = Sub.all([promise]) instanceof Sub;
      found["subValue"] = await Sub.resolve(5).then((value) => value + 1);
      found["keys"] = Object.keys(promise).length + Object.keys(promise.then(String)).length;
      found["date"] = new Date() instanceof Date && new Date().constructor === Date;
      class Later extends Date {}
      found["laterDate"] = new Later() instanceof Later && new Later().getTime() === Date.now();
    }, { order, scope: "all", runs: 3 });
    expect(exploration.failure).toBeUndefined();
    expect(found).toEqual({
      resolve: true, instance: true, name: "Promise", constructor: true, made: true, derived: "Promise", sub: true,
      subFinally: true, subAll: true, subValue: 6, keys: 0, date: true, laterDate: true,
    });
  });
});
