/**
 * Real races of published npm packages: how soon heddle finds them, whether it blames the fixed versions, and how
 * fast-check's scheduler and random real latencies do on the same.
 *
 *     npm run bugs                          every bug of ../shared/bugs (or of $HEDDLE_BUGS)
 *     npm run bugs -- pool lock             those whose name or package has one of the words in it
 *     npm run bugs -- --folder ~/bugs       another folder
 *     npm run bugs -- --seeds 5             seeds for heddle (20)
 *     npm run bugs -- --baseline-seeds 0    seeds for the two others (5); none to leave them out
 *     npm run bugs -- --no-fixed            leaves the fixed versions out
 *     npm run bugs -- --json                prints everything, each search by itself, as JSON
 *
 * The packages are installed once, in a folder for temporary files, and kept there. Of fast-check's scheduler the better
 * of two ways counts: pauses scheduled like everything else, or left to real timers.
 */
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { replay, search } from "./bugs/batches.mjs";
import { figuresOf, median, Table, verdictOf } from "./bugs/figures.mjs";
import { bugsFolder, install, installFolder, readBugs } from "./bugs/folder.mjs";

/** @import { Figures, Meta, Method, Row, Version } from "./bugs/types.d.ts" */

const MOST_EXECUTIONS = 1000;
const TIME_MS = 10_000;
/** For the fixed version: all of its executions count. */
const FIXED_TIME_MS = 60_000;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    folder: { type: "string" },
    seeds: { type: "string", default: "20" },
    "baseline-seeds": { type: "string", default: "5" },
    "no-fixed": { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
const seeds = seedsOf("seeds", options.seeds);
const baselineSeeds = seedsOf("baseline-seeds", options["baseline-seeds"]);
const folder = bugsFolder(options.folder);
if (existsSync(folder)) {
  await main();
} else {
  console.log(`skipped: there is no folder of bugs at ${folder}; give one with --folder or in HEDDLE_BUGS`);
}

async function main() {
  const bugs = readBugs(folder, positionals);
  const table = new Table(bugs.map(({ meta }) => meta));
  /** @type {Row[]} */
  const rows = [];
  if (!options.json) console.log(table.head());
  for (const bug of bugs) {
    const row = await tryBug(bug.folder, bug.meta);
    rows.push(row);
    if (!options.json) console.log(table.row(row));
  }
  if (options.json) {
    console.log(JSON.stringify(rows, undefined, 1));
  } else {
    summarise(rows);
  }
}

/** @param {string} bugFolder @param {Meta} meta @returns {Promise<Row>} */
async function tryBug(bugFolder, meta) {
  const row = { package: meta.package, bug: meta.name, latencyMs: meta.latencyMs };
  const problem = await install(meta, "buggy");
  if (problem !== undefined) return { ...row, problem };
  const figures = async (/** @type {Method} */ method, /** @type {readonly number[]} */ from) =>
    figuresOf(await search(requestFor(bugFolder, meta, "buggy", { method, seeds: from })));
  const request = requestFor(bugFolder, meta, "buggy", { method: "heddle", seeds });
  const batch = await search(request);
  const heddle = { ...figuresOf(batch), ...(await replay(request, batch)) };
  const fixed = options["no-fixed"] || meta.install.fixed === undefined ? {} : await tryFixed(bugFolder, meta);
  if (baselineSeeds.length === 0) return { ...row, heddle, ...fixed };
  const fastCheck = better(await figures("fast-check", baselineSeeds), await figures("fast-check, real timers", baselineSeeds));
  return { ...row, heddle, ...fixed, fastCheck, latencies: await figures("latencies", baselineSeeds) };
}

/** @param {Figures} one @param {Figures} other */
function better(one, other) {
  if (one.found !== other.found) return one.found > other.found ? one : other;
  return (one.medianExecutions ?? 0) <= (other.medianExecutions ?? 0) ? one : other;
}

/** @param {string} bugFolder @param {Meta} meta */
async function tryFixed(bugFolder, meta) {
  const problem = await install(meta, "fixed");
  if (problem !== undefined) return { fixedProduction: { verdict: problem } };
  const verdict = async (/** @type {"auto" | "production"} */ order) =>
    verdictOf(await search(requestFor(bugFolder, meta, "fixed", { method: "heddle", seeds: [1], order, timeMs: FIXED_TIME_MS })));
  return { fixedProduction: await verdict("production"), fixedDefault: await verdict("auto") };
}

/**
 * @param {string} bugFolder
 * @param {Meta} meta
 * @param {Version} version
 * @param {{ method: Method, seeds: readonly number[], order?: "auto" | "production", timeMs?: number }} wish
 * @returns {import("./bugs/types.d.ts").Request}
 */
function requestFor(bugFolder, meta, version, wish) {
  return { folder: bugFolder, installed: installFolder(meta, version), runs: MOST_EXECUTIONS, timeMs: TIME_MS, order: "auto", ...wish };
}

/** What there is to reach, and every row that has not. @param {readonly Row[]} rows */
function summarise(rows) {
  if (seeds.length > 0) sayFound(rows);
  for (const { bug, problem, heddle, fixedProduction, fixedDefault, fastCheck, latencies } of rows) {
    const unreplayed = (heddle?.replays ?? 0) - (heddle?.replayed ?? 0);
    const said = [problem, heddle?.problem, unreplayed > 0 ? `${unreplayed} seeds did not fail alike in a fresh process` : undefined, fastCheck?.problem && `fast-check: ${fastCheck.problem}`, latencies?.problem && `latencies: ${latencies.problem}`];
    for (const trial of heddle?.trials ?? []) {
      if (trial.kind === "nondeterministic") said.push(`seed ${trial.seed}: ${trial.error}`);
      else if (trial.failed && trial.reproduced !== "5 of 5") said.push(`seed ${trial.seed}: reproduced ${trial.reproduced}`);
      else if (!trial.failed) said.push(`seed ${trial.seed}: not found`);
    }
    for (const fixed of [fixedProduction, fixedDefault]) {
      if (fixed?.trial === undefined || fixed.trial.failed) said.push(fixed && `fixed version: ${fixed.verdict}: ${fixed.trial?.error ?? ""}`);
    }
    for (const text of new Set(said)) if (text !== undefined && text !== "") console.log(`${bug}: ${text}`);
  }
}

/** @param {readonly Row[]} rows */
function sayFound(rows) {
  const complete = rows.filter(({ heddle }) => heddle !== undefined && heddle.found === seeds.length && heddle.mostSeconds <= TIME_MS / 1000);
  const medians = rows.map(({ heddle }) => heddle?.medianExecutions ?? Number.POSITIVE_INFINITY);
  console.log(`\n${complete.length} of ${rows.length} bugs found from every seed, within ${MOST_EXECUTIONS} executions and ${TIME_MS / 1000} s; median over the bugs: ${median(medians)} executions`);
}

/** @param {string} option @param {string} text */
function seedsOf(option, text) {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 0) throw new Error(`--${option} takes a whole number from 0, not ${text}`);
  return Array.from({ length: count }, (_, index) => index + 1);
}
