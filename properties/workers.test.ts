/**
 * Workers work beside the thread and deliver when the machine does: right use is blamed in no execution, and the verdict
 * names what was not in heddle's hands. Nothing is said of replays.
 */
import assert from "node:assert/strict";
import { Worker } from "node:worker_threads";
import { explore, type Body } from "heddle";
import { afterAll, expect, test } from "vitest";

const worker = new Worker('require("node:worker_threads").parentPort.on("message", ({ id, text }) => require("node:worker_threads").parentPort.postMessage({ id, text: text.toUpperCase() }))', { eval: true });
afterAll(() => worker.terminate());

interface Message {
  readonly id: number;
  readonly text: string;
}

const workers =
  (looksAtId: boolean): Body =>
  async ({ io, spawn }) => {
    const prepare = io("prepare");
    let last = 0;
    const ask = (text: string): Promise<string> =>
      new Promise((resolve) => {
        last += 1;
        const id = last;
        const onMessage = (answer: Message): void => {
          if (looksAtId && answer.id !== id) return;
          worker.off("message", onMessage);
          resolve(answer.text);
        };
        worker.on("message", onMessage);
        worker.postMessage({ id, text });
      });
    const later = spawn("b", async () => {
      await prepare();
      return ask("b");
    });
    assert.deepEqual(await Promise.all([spawn("a", () => ask("a")), later]), ["A", "B"]);
  };

test("right use of a worker is blamed in no execution, and what escapes is named", async () => {
  const { verdict, failure, uncontrolled } = await explore(workers(true), { order: "production", runs: 8 });
  expect(verdict, failure?.toString()).toBe("passed");
  expect(uncontrolled.join()).toMatch(/messages of workers/);
});

test("what a worker tells is an event: who takes the next answer for its own is found", async () => {
  const { verdict, failure } = await explore(workers(false), { runs: 60 });
  expect(verdict).toBe("failed");
  expect(failure!.timeline.steps.map(({ label }) => label)).toContain("message");
});

test("a worker that does not answer costs its wait once", async () => {
  const silent = new Worker('require("node:worker_threads").parentPort.on("message", () => undefined)', { eval: true });
  const { verdict, runs } = await explore(async ({ io }) => {
    silent.postMessage("something");
    await Promise.all([io("one")(), io("other")()]);
  }, { order: "production", runs: 20, timeMs: 3000 });
  await silent.terminate();
  expect(verdict).toBe("passed");
  expect(runs).toBeGreaterThan(5);
});
