import { expect, test } from "vitest";
import { documentOf, explainedWallet } from "../report/formats/documents.test-helper.ts";
import type { TimelineDocument } from "../report/formats/document.ts";
import { answer, deadlock, read, readers, request, timelineOf, write } from "../report/fixtures.test-helper.ts";
import { assignLanes } from "./lanes.ts";
import { stepsThatLedTo } from "./led-to.ts";
import { makeModel } from "./model.ts";
import { collectThings, isTouchedIn, stateAt } from "./objects.ts";
import { rowAt } from "./rows.ts";

test("each task has a lane of its own; where they are many, lanes of tasks that have ended are used again", () => {
  expect(assignLanes(documentOf(deadlock).failing)).toMatchObject({ count: 3, laneOf: [0, 1, 2], owners: [0, 1, 2] });
  const names = Array.from({ length: 200 }, (_, index) => `task ${index}`);
  // One after another: two steps each.
  const oneByOne = timelineOf(names, names.flatMap((_, task) => [{ task }, { task }]));
  expect(assignLanes(documentOf(oneByOne).failing).count).toBe(1);
  const together = timelineOf(names, [...names.keys(), ...names.keys()].map((task) => ({ task })));
  expect(assignLanes(documentOf(together).failing).count).toBe(40);
});

test("what led to the failure leaves out a task that did nothing for it", () => {
  const timeline = timelineOf(
    ["main", "writer", "reader", "noise"],
    [
      { task: 0 },
      { task: 3, at: "draft.ts:3:1" },
      { task: 1, notes: [write("cart.total", "1", "0")] },
      { task: 3, at: "draft.ts:3:1" },
      { task: 2, notes: [read("cart.total", "1")] },
    ],
  );
  const after = [[], [0], [0], [1], [0]];
  const document = documentOf({ ...timeline, steps: timeline.steps.map((step, index) => ({ ...step, after: after[index]! })) });
  expect(stepsThatLedTo(document, document.failing)).toEqual([0, 2, 4]);
});

test("what led to a deadlock has the last steps of those who wait", () => {
  const document = documentOf(deadlock, { kind: "deadlock" });
  expect(stepsThatLedTo(document, document.failing)).toEqual(expect.arrayContaining([3, 4]));
});

test("the state of a member at a step is what was written or read last, and its history is all of it", () => {
  const { things } = makeModel(documentOf(explainedWallet())).failing;
  const [balance] = things;
  expect(balance).toMatchObject({ name: "wallet.balance", tasks: 2 });
  expect(balance!.touches.map(({ step, verb, value }) => [step, verb, value])).toEqual([[1, "read", "100"], [2, "read", "100"], [3, "wrote", "40"], [4, "wrote", "40"]]);
  expect([0, 1, 3, 7].map((step) => stateAt(balance!, step)?.value)).toEqual([undefined, "100", "40", "40"]);
  expect([2, 3, 5].map((step) => isTouchedIn(balance!, step))).toEqual([true, true, false]);
});

test("calls that go to one key are one thing", () => {
  const timeline: TimelineDocument = documentOf(
    timelineOf(["main"], [{ task: 0, notes: [request("db.get", '"x"'), request("db.get", '"y"')] }, { task: 0, notes: [answer("db.get", "1")] }, { task: 0, notes: [request("db.set", '"x", 2')] }]),
  ).failing;
  expect(collectThings(timeline).map(({ name, touches }) => [name, touches.length])).toEqual([['db "x"', 2], ['db "y"', 1], ["db", 1]]);
  expect(collectThings(documentOf(readers).failing)[0]).toMatchObject({ name: "reader", tasks: 2 });
});

test("steps of the one order that the other does not have are known", () => {
  const document = documentOf(explainedWallet());
  const steps = document.passing!.timeline.steps.map((step) => (step.index === 5 ? { ...step, does: "GET posts asked" } : step));
  const model = makeModel({ ...document, passing: { ...document.passing!, timeline: { ...document.passing!.timeline, steps } } });
  expect([...model.onlyPassing]).toEqual([5]);
  expect([...model.onlyFailing]).toHaveLength(1);
  expect(model.passing!.deciding.size).toBe(0);
  expect(model.failing.effectsOf(5)).toEqual([7]);
});

test("the row of a step that is not shown is that of the next one", () => {
  expect([0, 3, 4, 9, 12].map((step) => rowAt([0, 4, 9], step))).toEqual([0, 1, 1, 2, 2]);
  expect(rowAt([], 3)).toBe(0);
});
