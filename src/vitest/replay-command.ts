import { relative } from "node:path";
import { isPrintableLine } from "../values/printable.ts";
import { shellWord } from "../values/shell-word.ts";
import type { RunnerTask, RunnerTestCase } from "vitest";

/** The names of a test's suites, and its own: outermost first. */
export function namePath(task: Pick<RunnerTestCase, "name" | "suite">): string[] {
  const names: string[] = [];
  for (let one: Pick<RunnerTask, "name" | "suite"> | undefined = task; one !== undefined; one = one.suite) names.unshift(one.name);
  return names.filter((name) => name !== "");
}

/** What means something in a regular expression, and nothing to a shell, between double quotes. */
const OF_PATTERNS = /[*+?{}()|[\]]/;
/** What the shells, or a cmd file, would take for something else even there. */
const OF_SHELLS = /["$`\\!%^]/;

function patternOf(character: string): string {
  if (/[\r\n]/.test(character)) return "\\s";
  // vitest's pattern counts UTF-16 units.
  if (OF_SHELLS.test(character) || !isPrintableLine(character)) return ".".repeat(character.length);
  return OF_PATTERNS.test(character) ? `\\${character}` : character;
}

/**
 * A pattern for vitest's `-t` that can stand between double quotes in any shell: what a shell might take for its own
 * becomes a dot, which matches it. vitest 4 joins the names by a blank, vitest 5 by ` > `: `.+` matches both.
 */
export function namePattern(names: readonly string[]): string {
  const parts = names.map((name) => Array.from(name.trim(), patternOf).join(""));
  // A dash in front would make it an option.
  return parts.join(".+").replace(/^-/, ".");
}

/** A file name as one word of a command line. */
export function quotedPath(path: string): string {
  if (/^[\w./@:+,=~-]+$/.test(path)) return path;
  const isPlainBetweenQuotes = isPrintableLine(path) && !/["$`\\!]/.test(path);
  return isPlainBetweenQuotes || process.platform === "win32" ? `"${path.replace(/["$`\\]/g, "\\$&")}"` : shellWord(path);
}

/** How vitest is started here, as far as can be known. `HEDDLE_COMMAND` says it better. */
export function vitestCommand(environment: Readonly<Record<string, string | undefined>>): string {
  const given = environment["HEDDLE_COMMAND"];
  if (given !== undefined && given !== "") return given;
  const manager = /^(pnpm|yarn|bun)\//.exec(environment["npm_config_user_agent"] ?? "")?.[1];
  if (manager === undefined) return "npx vitest run";
  return manager === "bun" ? "bunx vitest run" : `${manager} vitest run`;
}

/** The command that runs this one test again, without the seed in front of it. */
export function replayCommand(task: RunnerTestCase): string {
  const { filepath, projectName } = task.file;
  const path = relative(process.cwd(), filepath);
  // Outside of where it was started from, vitest finds a file by its whole path.
  const file = quotedPath((path.startsWith("..") ? filepath : path).replaceAll("\\", "/"));
  const project = projectName === undefined || projectName === "" ? "" : ` --project ${quotedPath(projectName)}`;
  return `${vitestCommand(process.env)} ${file}${project} -t "${namePattern(namePath(task))}"`;
}
