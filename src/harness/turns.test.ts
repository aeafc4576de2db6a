import { expect, test } from "vitest";
import type { RunningTest } from "../runners/running-test.ts";
import { race, type BodyContext } from "../index.ts";
import { exploreAt } from "./explore.ts";
import { takeTurn } from "./turns.ts";

function fakeTest(told: Partial<RunningTest>): RunningTest {
  return { names: [], file: "x.test.js", limitMs: Number.POSITIVE_INFINITY, isLimitKnown: false, command: "run", isOver: () => false, ...told };
}

const green = async ({ spawn, io }: BodyContext): Promise<void> => {
  const read = io("read", () => 1);
  await Promise.all(["a", "b"].map((name) => spawn(name, () => read().then(read))));
};

test("races that are begun at once come one after the other, each with the verdict that it has alone", async () => {
  const order: string[] = [];
  const begun = [0, 1, 2].map(async (index) => {
    const { verdict, runs } = await race(async (context) => {
      if (order.at(-1) !== String(index)) order.push(String(index));
      await green(context);
    });
    return { verdict, runs };
  });
  const told = await Promise.all(begun);
  expect(order).toEqual(["0", "1", "2"]);
  expect(new Set(told.map((one) => JSON.stringify(one))).size).toBe(1);
});

test("one whose test is over ends when the next one asks", async () => {
  let isOver = false;
  const unending = exploreAt({ file: "x.test.js", line: 1, test: fakeTest({ isOver: () => isOver }) }, green, { strategy: "random", order: "latency", runs: 1e9, corpus: false });
  await new Promise((resolve) => setTimeout(resolve, 20));
  isOver = true;
  await race(green);
  const { runs } = await unending;
  expect(runs).toBeLessThan(1e9);
});

test("one that is given a limit ends at it, whatever it was asked for", async () => {
  const told = await exploreAt({ file: "x.test.js", line: 1, test: fakeTest({ limitMs: 50, isLimitKnown: true }) }, green, { strategy: "random", order: "latency", runs: 1e9, timeMs: 1e9, corpus: false });
  expect(told.runs).toBeLessThan(1e9);
});

test("one whose test was over before its turn came is not begun", async () => {
  const { release } = await takeTurn(undefined, undefined);
  const late = takeTurn(fakeTest({ isOver: () => true }), undefined);
  release();
  await expect(late).rejects.toThrow("the test was over");
  // And it does not keep the next one waiting.
  (await takeTurn(undefined, undefined)).release();
});
