import { launched } from "../runners/launcher.ts";
import { namePattern, quotedPath } from "../runners/name-pattern.ts";
import { pathFromHere } from "../runners/paths.ts";
import type { RunnerTask, RunnerTestCase } from "vitest";

/** The names of a test's suites, and its own: outermost first. */
export function namePath(task: Pick<RunnerTestCase, "name" | "suite">): string[] {
  const names: string[] = [];
  for (let one: Pick<RunnerTask, "name" | "suite"> | undefined = task; one !== undefined; one = one.suite) names.unshift(one.name);
  return names.filter((name) => name !== "");
}

/** The command that runs this one test again, without the seed in front of it. */
export function replayCommand(task: RunnerTestCase): string {
  const { filepath, projectName } = task.file;
  const project = projectName === undefined || projectName === "" ? "" : ` --project ${quotedPath(projectName)}`;
  return `${launched("vitest run", process.env)} ${pathFromHere(filepath)}${project} -t "${namePattern(namePath(task))}"`;
}
