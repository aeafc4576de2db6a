import { quotedPath } from "../runners/name-pattern.ts";
import { pathFromHere } from "../runners/paths.ts";
import type { VitestOptions } from "./arguments.ts";

/** The options that a replay needs to find the same tests, as they stand on a command line: with a blank before each. */
export function replayOptionsOf({ config, root, project = [] }: VitestOptions): string {
  const given: readonly (readonly [name: string, value: string | undefined])[] = [["config", config], ["root", root], ...project.map((name) => ["project", name] as const)];
  return given.flatMap(([name, value]) => (value === undefined ? [] : ` --${name} ${quotedPath(value)}`)).join("");
}

/**
 * The command that replays a failure. The seed is enough to find its test; the file makes it quick where there are many.
 * @param file - its whole path.
 */
export function replayCommandOf(seed: string, file: string, options = ""): string {
  return `npx heddle replay ${seed} ${pathFromHere(file)}${options}`;
}
