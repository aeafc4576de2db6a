/** What the report of a deadlock says of those who wait: who made the promise, who settles it elsewhere, what they missed. */
import { EventEmitter, once } from "node:events";
import { describe, expect, test } from "vitest";
import type { Body } from "../subjects/body-context.ts";
import { explore } from "./explore.ts";

async function told(body: Body, options: { readonly leaks?: "fail"; readonly maxSteps?: number; readonly order?: "latency" } = {}): Promise<string> {
  const { failure } = await explore(body, { name: "stuck", corpus: false, shrinkMs: 60_000, ...options });
  return failure!.sentence;
}

class Mutex {
  private last: Promise<unknown> = Promise.resolve();

  async acquire(): Promise<() => void> {
    const before = this.last;
    let release = (): void => undefined;
    this.last = new Promise<void>((resolve) => (release = resolve));
    await before;
    return release;
  }
}

describe("a deadlock", () => {
  test.each([undefined, "latency"] as const)("of two tasks that wait for each other is told as that (order %s)", async (order) => {
    const sentence = await told(({ spawn, io }) => {
      const [one, two] = [new Mutex(), new Mutex()];
      const load = io("load", () => 1);
      const transfer = async (from: Mutex, to: Mutex): Promise<void> => {
        const releaseFrom = await from.acquire();
        await load();
        const releaseTo = await to.acquire();
        releaseTo();
        releaseFrom();
      };
      spawn("rent", () => transfer(one, two));
      spawn("refund", () => transfer(two, one));
    }, order === undefined ? {} : { order });
    expect(sentence).toMatch(/rent waits for a promise that refund made \(deadlock-waits\.test\.ts:\d+\) and nothing has settled/u);
    expect(sentence).toMatch(/refund waits for a promise that rent made .*; they wait for each other/u);
  }, 60_000);

  test("after an event that nobody heard names the event, who emitted it, and where", async () => {
    const sentence = await told(({ spawn, io }) => {
      const emitter = new EventEmitter();
      const [load, look] = [io("load", () => 1), io("look", () => 1)];
      spawn("worker", async () => {
        await load();
        emitter.emit("ready");
      });
      spawn("reader", async () => {
        await look();
        await once(emitter, "ready");
      });
    });
    expect(sentence).toMatch(/^deadlock: reader waits for "ready", which worker had emitted \(deadlock-waits\.test\.ts:\d+\) before anyone listened \(deadlock-waits\.test\.ts:\d+\)/u);
  }, 60_000);

  test("after an event of an EventTarget's too, in a body without spawn", async () => {
    const sentence = await told(async ({ io }) => {
      const target = new EventTarget();
      const [load, look] = [io("load", () => 1), io("look", () => 1)];
      async function worker(): Promise<void> {
        await load();
        target.dispatchEvent(new Event("ready"));
      }
      async function reader(): Promise<void> {
        await look();
        await new Promise((resolve) => target.addEventListener("ready", resolve));
      }
      await Promise.all([worker(), reader()]);
    });
    expect(sentence).toMatch(/reader waits for "ready", which worker had emitted/u);
  }, 60_000);

  test("of whoever heard an event before it listened for the next one is no missed event", async () => {
    const sentence = await told(({ spawn, io }) => {
      const emitter = new EventEmitter();
      const load = io("load", () => 1);
      spawn("worker", async () => {
        emitter.on("ready", () => undefined);
        await load();
        emitter.emit("ready");
      });
      spawn("reader", async () => {
        await load();
        await load();
        await load();
        await once(emitter, "ready");
      });
    });
    expect(sentence).not.toContain("before anyone listened");
  }, 60_000);

  test("says who settles it in the order that passes, and that this was over too early", async () => {
    const sentence = await told(({ spawn, io }) => {
      const waiters: (() => void)[] = [];
      let isFull = false;
      const get = io("get", () => 1);
      spawn("consumer", async () => {
        if (isFull) return;
        await get();
        await new Promise<void>((resolve) => waiters.push(resolve));
      });
      spawn("producer", async () => {
        await get();
        isFull = true;
        waiters.shift()?.();
      });
    });
    expect(sentence).toMatch(/; in the order that passes, producer settles it behind deadlock-waits\.test\.ts:\d+; here producer was past that before/u);
  }, 60_000);

  test("leaves the methods of emitters and targets as they were", async () => {
    const methods = (): unknown[] => [EventEmitter.prototype, EventTarget.prototype].map((holder) => Object.getOwnPropertyDescriptors(holder));
    const before = methods();
    await told(() => new Promise(() => undefined));
    expect(methods()).toEqual(before);
    expect(EventEmitter.prototype.emit).toBe((before[0] as { emit: { value: unknown } }).emit.value);
  }, 60_000);
});

test("a timer that is left names the line that armed it, and who did", async () => {
  const sentence = await told(({ spawn, io }) => {
    const query = io("query", () => 1);
    spawn("poller", async () => {
      await query();
      setInterval(() => undefined, 1000);
    });
  }, { leaks: "fail" });
  expect(sentence).toMatch(/^leak: interval of 1000 ms still armed: poller armed it at deadlock-waits\.test\.ts:\d+$/u);
}, 60_000);

test("a livelock is told as its loop, once", async () => {
  const sentence = await told(({ spawn, io, sleep }) => {
    let isReady = false;
    const step = io("step", () => 1);
    spawn("starter", async () => {
      isReady = true;
      await step();
      isReady = false;
    });
    spawn("user", async () => {
      await step();
      while (!isReady) await sleep(5);
    });
  }, { maxSteps: 300 });
  expect(sentence).toMatch(/^livelock: no end after 300 steps, the last 20 of them by user \(deadlock-waits\.test\.ts:\d+\), round and round through deadlock-waits\.test\.ts:\d+ \(timer of 5 ms\)$/u);
}, 60_000);
