import { expect, test } from "vitest";
import { collectWaits, tellDeadlock } from "./deadlock.ts";
import { read, request, site, timelineOf, write } from "./fixtures.test-helper.ts";
import type { Waiter } from "./timeline.ts";

const nothing = "a promise that nothing has settled";

function wait(task: number, at: string, rest: Partial<Waiter> = {}): Waiter {
  return { task, kind: "await", site: site(at), waitsFor: nothing, ...rest };
}

test("each task once, with the await it registered last, the body at the end", () => {
  const waiting = [wait(0, "test.ts:9"), wait(1, "bank.ts:8"), wait(1, "bank.ts:3"), wait(0, "test.ts:9"), wait(2, "bank.ts:3")];
  const waits = collectWaits(timelineOf(["main", "rent", "refund"], [], { waiting }));
  expect(waits.map(({ task, site: at, times }) => [task, at?.line, times])).toEqual([
    [1, 3, 2],
    [2, 3, 1],
    [0, 9, 2],
  ]);
});

test("a body without named tasks is told by each place where it waits", () => {
  const waiting = [wait(0, "bank.ts:2"), wait(0, "bank.ts:3"), wait(0, "bank.ts:3")];
  const waits = collectWaits(timelineOf(["main"], [], { waiting }));
  expect(waits.map(({ site: at, times }) => [at?.line, times])).toEqual([
    [2, 1],
    [3, 2],
  ]);
});

test("who set what the waiter found before it waited is who holds it", () => {
  const waiting = [wait(1, "bank.ts:3"), wait(2, "bank.ts:3")];
  const steps = [
    { task: 1, at: "bank.ts:2", notes: [read("A.locked", "false"), write("A.locked", "true", "false", "mutex.ts:7")] },
    { task: 2, at: "bank.ts:2", notes: [read("B.locked", "false"), write("B.locked", "true", "false", "mutex.ts:7")] },
    { task: 1, at: "bank.ts:2", notes: [read("B.locked", "true")] },
    { task: 2, at: "bank.ts:2", notes: [read("A.locked", "true")] },
  ];
  const timeline = timelineOf(["main", "rent", "refund"], steps, { waiting });
  expect(collectWaits(timeline)[0]?.blocker).toEqual({ state: "B.locked = true", task: 2, site: site("mutex.ts:7") });
  expect(tellDeadlock(timeline)).toBe(
    "deadlock: rent waits for refund, which set B.locked = true (bank.ts:3) and refund waits for rent, which set A.locked = true (bank.ts:3); they wait for each other",
  );
});

test("what another wrote and a waiter did not look at holds nobody", () => {
  const steps = [{ task: 2, notes: [write("A.locked", "true", "false")] }, { task: 1, at: "bank.ts:2", notes: [read("A.size", "0")] }];
  const timeline = timelineOf(["main", "rent", "refund"], steps, { waiting: [wait(1, "bank.ts:3")] });
  expect(collectWaits(timeline)[0]).toMatchObject({ blocker: undefined, passed: site("bank.ts:2"), waitsFor: nothing });
});

test("a call that never answered is what a task waits for", () => {
  const steps = [{ task: 1, at: "bank.ts:3", kind: "request" as const, label: "db.lock", notes: [request("db.lock", '"a"')] }];
  const timeline = timelineOf(["main", "rent"], steps, { waiting: [wait(1, "bank.ts:3")] });
  expect(tellDeadlock(timeline)).toBe('deadlock: rent waits for db.lock("a") to answer (bank.ts:3)');
});

test("the await that a task got past is taken from the recording where that knows it", () => {
  const waiting = [wait(1, "bank.ts:3", { passed: site("bank.ts:2") })];
  expect(collectWaits(timelineOf(["main", "rent"], [], { waiting }))[0]?.passed).toEqual(site("bank.ts:2"));
});
