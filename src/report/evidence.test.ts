import { expect, test } from "vitest";
import { tellEvidence } from "./evidence.ts";
import { timelineOf } from "./fixtures.test-helper.ts";
import type { Timeline } from "./timeline.ts";

/** A body that looks every 3 ms whether all is done, and a task that saves. */
function polling(times: number, saves: boolean): Timeline {
  const polls = Array.from({ length: times }, () => ({ task: 0, kind: "timer" as const, label: "3", at: "bank.test.ts:9:3" }));
  const saved = { task: 1, kind: "timer" as const, label: "50", at: "bank.ts:2:17" };
  return timelineOf(["main", "saver"], [{ task: 0, kind: "outside" }, ...polls, ...(saves ? [saved] : [])]);
}

function told(failing: Timeline, passing: Timeline): string {
  const cause = { base: { failed: 1, of: 2 }, deciding: [], constraints: [], kept: { failed: 0, of: 0 }, passing: { timeline: passing, partsAt: 1 }, isCutShort: false };
  return tellEvidence({ ...failing, cause }).join("\n");
}

test("what one order alone has is told, and polling is not", () => {
  const text = told(polling(40, false), polling(2, true));
  expect(text).toContain("only in the order that passes: saver's timer of 50 ms armed at bank.ts:2 fires");
  expect(text).not.toContain("only in the order that fails");
  expect(text).not.toContain("timer of 3 ms armed");
});

test("a timer that fires a few times more is told", () => {
  expect(told(polling(4, true), polling(2, true))).toContain("only in the order that fails: main's timer of 3 ms armed at bank.test.ts:9 fires 2 times");
});
