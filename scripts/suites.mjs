/**
 * `heddle fuzz` over suites of others, as they stand: how many tests it explores, what it leaves out and why, whether it
 * calls a healthy test a race, and how long it takes beside a plain run. Prints a table in Markdown.
 *
 *     npm run suites -- --folder ~/checkouts                 every folder in it that has a package.json
 *     npm run suites -- --folder ~/checkouts hono jotai      these
 *     npm run suites -- --folder ~/checkouts --runs 100      schedules for each test (20)
 *     npm run suites -- --folder ~/checkouts --order auto    what may be reordered (production)
 *     npm run suites -- --folder ~/checkouts --time 20m      the most time for each suite (10m)
 *
 * Each checkout has its dependencies installed, with vitest 4.1 or newer. heddle is put into its `node_modules` from what
 * is built here. A file `suites.json` in the folder may say where a suite's package is and which files are meant:
 * `{ "query-core": { "package": "packages/query-core" }, "hono": { "filters": ["src"] } }`.
 *
 * Exits with 1 where a test was called a race: whether it is one has to be looked at.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

/** @typedef {{ readonly package?: string, readonly filters?: readonly string[] }} Suite */
/** @typedef {{ readonly verdict: string, readonly reason?: string, readonly name: string, readonly file: string, readonly seed?: string, readonly complete: boolean, readonly schedules: number }} Test */
/** @typedef {{ readonly counts: Readonly<Record<string, number>>, readonly tests: readonly Test[], readonly elapsedMs: number, readonly endedBy?: string }} Results */

/** What a suite itself leaves out, or cannot do without heddle either, is not heddle's reason. */
const OWN_REASONS = new Set(["left out"]);

const root = fileURLToPath(new URL("..", import.meta.url));
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    folder: { type: "string" },
    runs: { type: "string", default: "20" },
    order: { type: "string", default: "production" },
    time: { type: "string", default: "10m" },
  },
});

if (options.folder === undefined || !existsSync(options.folder)) {
  console.log(`skipped: ${options.folder === undefined ? "no folder of checkouts was given" : `there is no folder ${options.folder}`}; give one with --folder`);
} else {
  process.exitCode = main(options.folder);
}

/** @param {string} folder */
function main(folder) {
  const suites = suitesIn(folder);
  console.log("| suite | commit | tests | explored | of these one order only | skipped for a reason of heddle's | fail natively | races | plain run | heddle | times |");
  console.log("|---|---|---|---|---|---|---|---|---|---|---|");
  let races = 0;
  /** @type {string[]} */
  const notes = [];
  for (const [name, suite] of suites) {
    const cwd = join(folder, name, suite.package ?? "");
    putHeddle(cwd);
    const plainMs = plain(cwd, suite.filters ?? []);
    const { results, elapsedMs, output } = fuzz(cwd, suite.filters ?? []);
    if (results === undefined) {
      notes.push(`${name} could not be run: ${output.trim().split("\n").at(-1)}`);
      continue;
    }
    console.log(`| ${row(name, commitOf(join(folder, name)), results, plainMs, elapsedMs).join(" | ")} |`);
    for (const test of results.tests) if (test.verdict === "race") notes.push(`race: ${name}: ${test.file} > ${test.name}: ${test.seed}`);
    races += results.counts["race"] ?? 0;
  }
  for (const note of notes) console.log(`\n${note}`);
  return races > 0 ? 1 : 0;
}

/** @param {string} folder @returns {[string, Suite][]} */
function suitesIn(folder) {
  const file = join(folder, "suites.json");
  const known = /** @type {Record<string, Suite>} */ (existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {});
  const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, "package.json")) && name !== "node_modules");
  return names.filter((name) => positionals.length === 0 || positionals.includes(name)).map((name) => [name, known[name] ?? {}]);
}

/** Installed by hand, so that it does not matter which package manager has installed the rest. @param {string} cwd */
function putHeddle(cwd) {
  const target = join(cwd, "node_modules/heddle");
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  for (const part of ["dist", "package.json"]) cpSync(join(root, part), join(target, part), { recursive: true });
  const { dependencies } = /** @type {{ dependencies: Record<string, string> }} */ (JSON.parse(readFileSync(join(root, "package.json"), "utf8")));
  for (const dependency of Object.keys(dependencies)) copyPackage(dependency, join(root, "package.json"), target);
}

/** @param {string} name @param {string} from @param {string} target */
function copyPackage(name, from, target) {
  let folder = dirname(createRequire(from).resolve(name));
  while (!existsSync(join(folder, "package.json")) || JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).name !== name) folder = dirname(folder);
  cpSync(folder, join(target, "node_modules", name), { recursive: true, dereference: true });
  const { dependencies = {} } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  for (const dependency of Object.keys(dependencies)) copyPackage(dependency, join(folder, "package.json"), target);
}

/** @param {string} cwd @param {readonly string[]} filters @returns real ms */
function plain(cwd, filters) {
  const vitest = createRequire(join(cwd, "package.json")).resolve("vitest/package.json").replace("package.json", "vitest.mjs");
  const startedAt = Date.now();
  spawnSync(process.execPath, [vitest, "run", "--coverage.enabled=false", ...filters], { cwd, env: environment(), stdio: "ignore" });
  return Date.now() - startedAt;
}

/** @param {string} cwd @param {readonly string[]} filters */
function fuzz(cwd, filters) {
  const folder = mkdtempSync(join(tmpdir(), "heddle-suites-"));
  const json = join(folder, "results.json");
  const { runs, order, time } = options;
  const startedAt = Date.now();
  const { stdout, stderr } = spawnSync(process.execPath, [join(cwd, "node_modules/heddle/dist/cli/main.js"), "fuzz", ...filters, "--runs", runs, "--order", order, "--time", time, "--json", json], {
    cwd,
    env: environment(),
    encoding: "utf8",
    maxBuffer: 1 << 30,
  });
  const elapsedMs = Date.now() - startedAt;
  const results = existsSync(json) ? /** @type {Results} */ (JSON.parse(readFileSync(json, "utf8"))) : undefined;
  rmSync(folder, { recursive: true });
  return { results, elapsedMs, output: stdout + stderr };
}

function environment() {
  return { ...process.env, HEDDLE_CORPUS: "off", NO_COLOR: "1" };
}

/** @param {string} name @param {string} commit @param {Results} results @param {number} plainMs @param {number} elapsedMs */
function row(name, commit, { tests, counts }, plainMs, elapsedMs) {
  const own = tests.filter(({ reason }) => reason === undefined || !OWN_REASONS.has(reason));
  const explored = tests.filter(({ verdict }) => verdict === "passed" || verdict === "race");
  const skipped = own.filter(({ verdict }) => verdict === "skipped" || verdict === "not ended");
  const reasons = new Map();
  for (const { verdict, reason = verdict } of skipped) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  const why = [...reasons].map(([reason, count]) => `${count} ${reason}`).join(", ");
  const share = `${((100 * skipped.length) / Math.max(1, own.length)).toFixed(1)} %`;
  return [
    name,
    commit,
    String(own.length),
    String(explored.length),
    String(counts["one order"] ?? 0),
    skipped.length === 0 ? "0" : `${skipped.length} (${share}): ${why}`,
    String(counts["fails natively"] ?? 0),
    String(counts["race"] ?? 0),
    `${(plainMs / 1000).toFixed(1)} s`,
    `${(elapsedMs / 1000).toFixed(1)} s`,
    `×${(elapsedMs / plainMs).toFixed(1)}`,
  ];
}

/** @param {string} folder */
function commitOf(folder) {
  const noted = join(folder, ".commit");
  if (existsSync(noted)) return readFileSync(noted, "utf8").trim();
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: folder, encoding: "utf8" }).trim();
  } catch {
    return "";
  }
}
