import type { RunnerTask, RunnerTestSuite } from "vitest";
import { decodeSeed } from "../../engine/seed.ts";
import { identityOf } from "../../harness/race-identity.ts";
import { namePath } from "../replay-command.ts";
import { testKey, type SuiteSettings } from "./settings.ts";

/** Takes out of a file what is not to run: the tests, and suites that have no others, with their hooks. */
export function select(file: RunnerTestSuite, settings: SuiteSettings): void {
  const { replay, replays, leaveOut = [], plainly = [] } = settings;
  const wanted = replay === undefined ? undefined : decodeSeed(replay).test;
  const isLeftOut = (test: RunnerTask): boolean =>
    (wanted !== undefined && !identityOf(nameOf(test), { file: test.file.filepath }).known.includes(wanted)) ||
    (replays !== undefined && replays[keyOf(test)] === undefined) ||
    leaveOut.includes(keyOf(test));
  leaveOutOf(file, isLeftOut);
  const isWanted = (test: RunnerTask): boolean => test.mode === "run" && !plainly.includes(keyOf(test));
  if (!testsOf(file).some(isWanted)) leaveOutOf(file, () => true);
}

function nameOf(test: RunnerTask): string {
  return namePath(test).join(" > ");
}

function keyOf(test: RunnerTask): string {
  return testKey(test.file.name, nameOf(test));
}

function testsOf(task: RunnerTask): RunnerTask[] {
  return task.type === "suite" ? task.tasks.flatMap(testsOf) : [task];
}

function leaveOutOf(task: RunnerTask, isLeftOut: (test: RunnerTask) => boolean): void {
  if (task.type === "suite") {
    for (const one of task.tasks) leaveOutOf(one, isLeftOut);
    if (task.tasks.every(({ mode }) => mode === "skip" || mode === "todo")) task.mode = "skip";
  } else if (isLeftOut(task) && task.mode === "run") {
    task.mode = "skip";
  }
}
