import { expect, test } from "vitest";
import { answer, type Sketch, timelineOf } from "./fixtures.test-helper.ts";
import { findRepetition } from "./repetition.ts";

const names = ["main", "a", "b"];
const turn: readonly Sketch[] = [
  { task: 1, at: "x.ts:1", kind: "request", label: "lock.try" },
  { task: 1, at: "x.ts:1", kind: "completion", label: "lock.try", notes: [answer("lock.try", "false")] },
];

function turns(times: number): Sketch[] {
  return Array.from({ length: times }, () => turn).flat();
}

test("a loop at the end, but for its first turn and its last", () => {
  const { steps } = timelineOf(names, [{ task: 2, at: "x.ts:9" }, ...turns(50)]);
  expect(findRepetition(steps)).toEqual({ from: 3, to: 98, turn: 2 });
});

test("a loop that is over, a short one, and none", () => {
  const none = { from: 0, to: -1, turn: 0 };
  expect(findRepetition(timelineOf(names, [...turns(50), { task: 2, at: "x.ts:9" }]).steps)).toEqual(none);
  expect(findRepetition(timelineOf(names, turns(3)).steps)).toEqual(none);
  expect(findRepetition([])).toEqual(none);
});

test("a value that changes from turn to turn is no repetition", () => {
  const counting = Array.from({ length: 40 }, (_, index): Sketch => ({ task: 1, at: "x.ts:1", notes: [answer("next", String(index))] }));
  expect(findRepetition(timelineOf(names, counting).steps)).toEqual({ from: 0, to: -1, turn: 0 });
});
