import { afterEach, expect, test } from "vitest";
import { forgetWorkers, isAnyStarting, noteWorker } from "./starting.ts";

afterEach(() => forgetWorkers());

/** A thread as the runtime shows it. */
function thread(): { threadId: number; idle: number; active: number } {
  const shown = { threadId: 1, idle: 0, active: 0 };
  noteWorker(Object.assign(shown, { performance: { eventLoopUtilization: () => ({ idle: shown.idle, active: shown.active }) } }));
  return shown;
}

test("a thread is starting until its event loop runs, or it has ended", () => {
  expect(isAnyStarting()).toBe(false);
  const [first, second] = [thread(), thread()];
  expect(isAnyStarting()).toBe(true);
  first.active = 20;
  expect(isAnyStarting()).toBe(true);
  second.threadId = -1;
  expect(isAnyStarting()).toBe(false);
});

test("where the runtime does not tell, none is", () => {
  noteWorker({});
  expect(isAnyStarting()).toBe(false);
});
