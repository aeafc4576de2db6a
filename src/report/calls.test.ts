import { expect, test } from "vitest";
import { collectCalls } from "./calls.ts";
import { answer, request, type Sketch, timelineOf } from "./fixtures.test-helper.ts";
import type { Note } from "./timeline.ts";

const names = ["main", "a", "b"];

function asked(task: number, at: string, event: string): Sketch {
  return { task, at, event, kind: "request", label: "db.get" };
}

function answered(task: number, at: string, value: string, call?: string): Sketch {
  return { task, at, kind: "completion", label: "db.get", notes: [{ ...answer("db.get", value), call } as Note] };
}

test("a call is asked for in one step, carried out in another, answered in a third", () => {
  const timeline = timelineOf(names, [{ task: 1, at: "x.ts:1", notes: [request("db.get", '"k"')] }, asked(1, "x.ts:2", "a#1"), answered(1, "x.ts:2", "7")]);
  const { all, byStep, told } = collectCalls(timeline);
  expect(all).toHaveLength(1);
  expect(all[0]).toMatchObject({ name: "db.get", value: '"k"', task: 1, step: 1, isCarriedOut: true, site: { line: 2 }, answer: { step: 2, value: "7" } });
  expect(byStep.get(1)).toBe(all[0]);
  expect(told.has(timeline.steps[0]!.notes[0]!)).toBe(true);
});

test("calls that overtake each other are told apart by their ids", () => {
  const first: Note = { type: "request", name: "db.get", value: "1", call: "a#1" };
  const second: Note = { type: "request", name: "db.get", value: "2", call: "b#1" };
  const timeline = timelineOf(names, [
    { task: 0, notes: [first, second] },
    asked(2, "x.ts:2", "b#1"),
    asked(1, "x.ts:1", "a#1"),
    answered(2, "x.ts:2", "two", "b#1"),
    answered(1, "x.ts:1", "one", "a#1"),
  ]);
  expect(collectCalls(timeline).all.map(({ value, task, step, answer: got }) => [value, task, step, got?.value])).toEqual([
    ["2", 2, 1, "two"],
    ["1", 1, 2, "one"],
  ]);
});

test("without ids they are matched by task and line", () => {
  const timeline = timelineOf(names, [
    { task: 1, notes: [request("db.get", "1")] },
    { task: 2, notes: [request("db.get", "2")] },
    asked(2, "x.ts:2", "b#1"),
    asked(1, "x.ts:1", "a#1"),
    answered(1, "x.ts:1", "one"),
    answered(2, "x.ts:2", "two"),
  ]);
  expect(collectCalls(timeline).all.map(({ value, task, answer: got }) => [value, task, got?.value])).toEqual([
    ["2", 2, "two"],
    ["1", 1, "one"],
  ]);
});

test("a call that is held back to the end is not taken for another task's", () => {
  const timeline = timelineOf(names, [
    { task: 1, notes: [request("db.get", "1")] },
    { task: 2, notes: [request("db.get", "2")] },
    asked(2, "x.ts:2", "b#1"),
  ]);
  expect(collectCalls(timeline).all.map(({ value, task, isCarriedOut }) => [value, task, isCarriedOut])).toEqual([
    ["1", 1, false],
    ["2", 2, true],
  ]);
});

test("a call that was never carried out is still told where it was asked for", () => {
  const timeline = timelineOf(names, [{ task: 1, notes: [request("db.get", "1")] }]);
  const { all, told } = collectCalls(timeline);
  expect(all[0]).toMatchObject({ step: 0, task: 1, isCarriedOut: false, answer: undefined });
  expect(told.size).toBe(0);
});
