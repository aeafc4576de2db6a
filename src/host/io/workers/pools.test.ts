/** Bodies that use pools of workers from npm, and what else other threads bring about: none is a deadlock. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BroadcastChannel, Worker, type MessagePort } from "node:worker_threads";
import { explore, type Body, type OrderName } from "heddle";
import { Piscina } from "piscina";
import { Tinypool } from "tinypool";
import workerpool from "workerpool";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let folder = "";
const file = (name: string): string => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "heddle-pools-"));
  writeFileSync(file("double.mjs"), "export default (n) => n * 2;");
  writeFileSync(file("served.cjs"), `require(${JSON.stringify(createRequire(import.meta.url).resolve("workerpool"))}).worker({ double: (n) => n * 2 });`);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Whatever the body expects holds, and it is no deadlock. */
async function passes(body: Body, order: OrderName = "production", runs = 2): Promise<void> {
  const { failure } = await explore(body, { order, runs, corpus: false, leaks: "ignore" });
  // When a worker tells something is the machine's doing. If it differs between executions the verdict may say that, and nothing else.
  if (failure?.kind !== "nondeterministic") expect(failure?.toString()).toBeUndefined();
}

const doubled = [2, 4, 6];

describe.each<OrderName>(["production", "latency"])("a body under %s", (order) => {
  it("uses piscina", async () => {
    await passes(async () => {
      const pool = new Piscina({ filename: file("double.mjs"), maxThreads: 2 });
      expect(await Promise.all([1, 2, 3].map((n) => pool.run(n)))).toEqual(doubled);
      await pool.destroy();
    }, order);
  }, 60_000);

  it("uses tinypool", async () => {
    await passes(async () => {
      const pool = new Tinypool({ filename: file("double.mjs"), maxThreads: 2 });
      expect(await Promise.all([1, 2, 3].map((n) => pool.run(n)))).toEqual(doubled);
      await pool.destroy();
    }, order);
  }, 60_000);

  it("uses workerpool", async () => {
    await passes(async () => {
      const pool = workerpool.pool(file("served.cjs"), { maxWorkers: 2, workerType: "thread" });
      expect(await Promise.all([1, 2, 3].map((n) => pool.exec("double", [n])))).toEqual(doubled);
      await pool.terminate();
    }, order);
  }, 60_000);
});

/** A worker that runs this text. */
const threadOf = (text: string, options: object = {}): Worker => new Worker(`const { parentPort, workerData, BroadcastChannel, MessageChannel } = require("node:worker_threads");${text}`, { eval: true, ...options });

describe("a body", () => {
  it("terminates a worker that owes an answer", async () => {
    await passes(async () => {
      const worker = threadOf(`parentPort.on("message", () => setTimeout(() => parentPort.postMessage("late"), 10_000));`);
      const exited = new Promise((resolve) => worker.once("exit", resolve));
      worker.postMessage("ask");
      await worker.terminate();
      // The code depends on how far the worker had come.
      expect(await exited).toBeTypeOf("number");
    });
  }, 60_000);

  it("talks over a port that a worker has made", async () => {
    await passes(async () => {
      const worker = threadOf(`const { port1, port2 } = new MessageChannel(); port1.on("message", (n) => { port1.postMessage(n * 2); port1.close(); }); parentPort.postMessage(port2, [port2]);`);
      const port = await new Promise<MessagePort>((resolve) => worker.once("message", resolve));
      const answer = new Promise((resolve) => port.once("message", resolve));
      port.postMessage(21);
      expect(await answer).toBe(42);
      port.close();
      await worker.terminate();
    });
  }, 60_000);

  it("waits on shared memory that a worker notifies", async () => {
    await passes(async () => {
      const cell = new Int32Array(new SharedArrayBuffer(4));
      const worker = threadOf(`setTimeout(() => { Atomics.store(workerData, 0, 1); Atomics.notify(workerData, 0); }, 30);`, { workerData: cell });
      const waited = (Atomics as unknown as { waitAsync(cell: Int32Array, index: number, value: number): { value: Promise<string> | string } }).waitAsync(cell, 0, 0);
      expect(await waited.value).toMatch(/ok|not-equal/);
      await worker.terminate();
    });
  }, 60_000);

  it("hears what another thread posts to a broadcast channel, in its order", async () => {
    await passes(async () => {
      const channel = new BroadcastChannel("heddle pools.test");
      const heard: unknown[] = [];
      const isOver = new Promise<void>((resolve) => {
        channel.onmessage = (event: unknown) => {
          heard.push((event as MessageEvent).data);
          if (heard.length === 3) resolve();
        };
      });
      const worker = threadOf(`const channel = new BroadcastChannel("heddle pools.test"); parentPort.on("message", () => { for (const text of ["one", "two", "three"]) channel.postMessage(text); });`);
      worker.postMessage("go");
      await isOver;
      expect(heard).toEqual(["one", "two", "three"]);
      channel.close();
      await worker.terminate();
    });
  }, 60_000);
});
