import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT: string = fileURLToPath(new URL("../..", import.meta.url));
const CONFIG = "src/vitest/fixtures/vitest.config.ts";

/**
 * What the config of such a vitest says under `test`: the built package is imported as it is, as out of a user's
 * `node_modules`. (It takes longer to transform heddle than to run most of what is run so.)
 */
export const AS_INSTALLED = "server: { deps: { external: [/[/]dist[/]/] } }";

/** One test, as vitest's JSON reporter has it. */
export interface ChildTest {
  readonly fullName: string;
  readonly title: string;
  readonly status: "passed" | "failed" | "skipped" | "pending" | "todo";
  readonly failureMessages: readonly string[];
  readonly meta: { readonly heddle?: { readonly verdict: string; readonly runs: number; readonly seed: string; readonly summary: string } };
}

export interface ChildRun {
  readonly exitCode: number | null;
  /** What the terminal shows. */
  readonly output: string;
  readonly tests: readonly ChildTest[];
  /** The one test of this title. */
  test(title: string): ChildTest;
}

/** Runs a command in the project's folder, without what this vitest has put in the environment. */
export function run(command: string, args: readonly string[], environment: Record<string, string> = {}, shell = false, cwd: string = ROOT): Promise<{ exitCode: number | null; output: string }> {
  const inherited = Object.entries(process.env).filter(([key]) => !/^(?:VITEST|HEDDLE|NODE_ENV$|TEST$|FORCE_|CI$|npm_)/.test(key));
  const env = { ...Object.fromEntries(inherited), NO_COLOR: "1", ...environment };
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, shell, timeout: 60_000, stdio: ["ignore", "pipe", "pipe"] });
    const chunks: string[] = [];
    for (const stream of [child.stdout!, child.stderr!]) stream.on("data", (chunk) => chunks.push(String(chunk)));
    child.on("error", reject);
    child.on("close", (exitCode) => resolve({ exitCode, output: chunks.join("") }));
  });
}

/** Runs fixtures in a vitest of their own. */
export async function runVitest(fixtures: readonly string[], args: readonly string[] = [], environment: Record<string, string> = {}): Promise<ChildRun> {
  const folder = await mkdtemp(join(tmpdir(), "heddle-"));
  try {
    const file = join(folder, "report.json");
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
    const started = ["node_modules/vitest/vitest.mjs", "run", "--config", CONFIG, ...fixtures, ...reporters, ...args];
    const { exitCode, output } = await run(process.execPath, started, environment);
    const tests = testsOf(file, output);
    const test = (title: string): ChildTest => {
      const [found, ...more] = tests.filter((one) => one.title === title);
      if (found === undefined || more.length > 0) throw new Error(`${more.length + (found ? 1 : 0)} tests are called "${title}" in:\n${output}`);
      return found;
    };
    return { exitCode, output, tests, test };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function testsOf(file: string, output: string): ChildTest[] {
  try {
    const report = JSON.parse(readFileSync(file, "utf8")) as { testResults: { assertionResults: ChildTest[] }[] };
    return report.testResults.flatMap(({ assertionResults }) => assertionResults);
  } catch (error) {
    throw new Error(`vitest made no report:\n${output}`, { cause: error });
  }
}
