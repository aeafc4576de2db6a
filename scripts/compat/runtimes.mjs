/** Brings the runtimes, each by its npm package, and runs the programs in them. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** @import { ProgramResult, Runtime } from "./types.d.ts" */

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const CACHE = join(ROOT, "node_modules", ".cache", "heddle-compat");
const RUNNER = fileURLToPath(new URL("./run.mjs", import.meta.url));
const INSTALL_LIMIT_MS = 180_000;
/** A program that says nothing for so long hangs. */
const SILENCE_LIMIT_MS = 30_000;

/** The newest release of each line: that the traces of today hold tomorrow is what is checked. @type {readonly Runtime[]} */
export const runtimes = [
  { name: "node-20", install: "node@20", command: "node", flags: [] },
  { name: "node-22", install: "node@22", command: "node", flags: [] },
  { name: "node-24", install: "node@24", command: "node", flags: [] },
  { name: "node-26", install: "node@26", command: "node", flags: [] },
  // Without the synchronous drain (a deprecated function of Node's), as on the runtimes that have none.
  { name: "turns", install: "node@20", command: "node", flags: [], environment: { HEDDLE_DRAIN: "turns" } },
  { name: "bun", install: "bun@1", command: "bun", flags: [] },
  { name: "deno", install: "deno@2", command: "deno", flags: ["run", "--allow-all", "--no-lock", "--node-modules-dir=manual"] },
];

/** @typedef {{ executable: string, version: string } | { problem: string }} Brought */

/** Two rows of the table may share a runtime. @type {Map<string, Promise<Brought>>} */
const brought = new Map();

/**
 * Installs a runtime into the cache, unless it is there.
 * @param {Runtime} runtime
 */
export function bring(runtime) {
  const known = brought.get(runtime.install) ?? install(runtime);
  brought.set(runtime.install, known);
  return known;
}

/** @param {Runtime} runtime @returns {Promise<Brought>} */
async function install(runtime) {
  const folder = join(CACHE, runtime.install.replace("@", "-"));
  const executable = join(folder, "node_modules", ".bin", runtime.command);
  if (!existsSync(executable)) {
    mkdirSync(folder, { recursive: true });
    // npm would otherwise install into the nearest package above, which is heddle itself.
    writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
    const installed = await run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=1", runtime.install], folder, INSTALL_LIMIT_MS, {});
    if (installed.problem !== undefined) {
      return { problem: `npm could not install ${runtime.install} (is the registry reachable?): ${installed.problem}` };
    }
  }
  const asked = await run(executable, ["--version"], folder, SILENCE_LIMIT_MS, {});
  if (asked.problem !== undefined) return { problem: `${executable} does not start: ${asked.problem}; delete ${folder} to install it anew` };
  return { executable, version: /\d+\.\d+\.\d+/.exec(asked.output)?.[0] ?? "?" };
}

/**
 * Runs the programs in a runtime. One that crashes or hangs is left out, and the run goes on behind it.
 * @param {Runtime} runtime
 * @param {string} executable
 * @param {readonly string[]} names - of all programs, in order
 * @param {string} goldenFile - whose seeds are replayed; "-" for none
 * @param {number} [from] - the number of the first that is run
 * @returns {Promise<ProgramResult[]>}
 */
export async function runPrograms(runtime, executable, names, goldenFile, from = 0) {
  const wanted = names.slice(from);
  /** @type {ProgramResult[]} */
  const results = [];
  while (results.length < wanted.length) {
    const { output, problem } = await run(
      executable,
      [...runtime.flags, RUNNER, String(from + results.length), goldenFile],
      ROOT,
      SILENCE_LIMIT_MS,
      runtime.environment ?? {},
    );
    for (const line of output.split("\n")) {
      if (line.startsWith("{")) results.push(/** @type {ProgramResult} */ (JSON.parse(line)));
    }
    if (results.length >= wanted.length) break;
    results.push({ name: wanted[results.length] ?? "?", crashed: problem ?? "the process ended before the program did" });
  }
  return results;
}

/**
 * @param {string} command
 * @param {readonly string[]} values
 * @param {string} folder
 * @param {number} silenceLimitMs
 * @param {Readonly<Record<string, string>>} environment
 * @returns {Promise<{ output: string, problem: string | undefined }>}
 */
function run(command, values, folder, silenceLimitMs, environment) {
  return new Promise((resolve) => {
    const child = spawn(command, values, { cwd: folder, env: { ...cleanEnvironment(), ...environment }, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    let errors = "";
    /** @type {string | undefined} */
    let problem;
    const giveUp = () => {
      problem = `no sign of life for ${silenceLimitMs / 1000} s`;
      child.kill("SIGKILL");
    };
    let timer = setTimeout(giveUp, silenceLimitMs);
    child.stdout.setEncoding("utf8").on("data", (text) => {
      output += text;
      clearTimeout(timer);
      timer = setTimeout(giveUp, silenceLimitMs);
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      errors += text;
    });
    child.on("error", (error) => {
      problem ??= error.message;
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (code !== 0) problem ??= `${signal ?? `exit code ${code}`}: ${lastWords(errors)}`;
      resolve({ output, problem });
    });
  });
}

/** What would change the searches, or how errors look. */
function cleanEnvironment() {
  const kept = Object.entries(process.env).filter(([key]) => !key.startsWith("HEDDLE_") && key !== "NODE_OPTIONS");
  return { ...Object.fromEntries(kept), NO_COLOR: "1" };
}

/** @param {string} errors */
function lastWords(errors) {
  const lines = errors.split("\n").map((line) => line.trim()).filter((line) => line !== "" && !/^at |npm warn/.test(line));
  return (lines.find((line) => /error/i.test(line)) ?? lines.at(-1) ?? "nothing on stderr").slice(0, 300);
}
