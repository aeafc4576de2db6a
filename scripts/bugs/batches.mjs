/** Runs searches in child processes: a package that crashes or hangs takes only its own seeds with it. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { isFound } from "./figures.mjs";

/** @import { Batch, Request, Trial } from "./types.d.ts" */

const CHILD = fileURLToPath(new URL("./child.mjs", import.meta.url));
/** Seeds in one process: loading a package takes longer than most searches. */
const BATCH_SEEDS = 5;
/** Beyond the time for the search itself: loading, shrinking, replaying. */
const SLACK_MS = 20_000;
/** Starting a process takes longer than most searches. */
const MOST_REPLAYS = 3;
/** A method that has found nothing from so many seeds is not asked for the others. */
const ENOUGH_IN_VAIN = 3;

/** @param {Request} request @returns {Promise<Batch>} */
export async function search(request) {
  /** @type {Trial[]} */
  const trials = [];
  let { seeds } = request;
  while (seeds.length > 0) {
    const isFirst = trials.length === 0;
    const size = isFirst ? ENOUGH_IN_VAIN : BATCH_SEEDS;
    const batch = await runChild({ ...request, seeds: seeds.slice(0, size) });
    trials.push(...batch.trials);
    if (batch.problem !== undefined) return { trials, problem: batch.problem };
    if (isFirst && trials.every(({ failed }) => !failed)) break;
    seeds = seeds.slice(size);
  }
  return { trials };
}

/**
 * How many of the failures that a batch has found, of a few, fail alike when their seeds are given to a fresh process
 * each.
 * @param {Request} request
 * @param {Batch} batch
 */
export async function replay(request, batch) {
  const found = batch.trials.filter((trial) => isFound(trial)).slice(0, MOST_REPLAYS);
  let replayed = 0;
  for (const { replay: seed, error } of found) {
    const { trials: [again] } = await runChild({ ...request, method: "replay", seeds: [seed ?? ""] });
    if (again?.failed === true && wordsOf(again.error) === wordsOf(error)) replayed += 1;
  }
  return { replayed, replays: found.length };
}

/** Without the names of temporary folders, which differ. @param {string | undefined} error */
function wordsOf(error) {
  return error?.replaceAll(/'[^']*\/[^']*'/g, "'…'");
}

/** @param {Request} request @returns {Promise<Batch>} */
function runChild(request) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [CHILD, JSON.stringify(request)], {
      env: cleanEnvironment(),
      stdio: ["ignore", "ignore", "pipe", "pipe"],
    });
    let output = "";
    let errors = "";
    /** @type {string | undefined} */
    let problem;
    const limitMs = request.seeds.length * (request.timeMs + SLACK_MS);
    const timer = setTimeout(() => {
      problem = `did not end within ${limitMs / 1000} s`;
      child.kill("SIGKILL");
    }, limitMs);
    const results = /** @type {import("node:stream").Readable} */ (child.stdio[3]);
    results.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
    child.stderr?.setEncoding("utf8").on("data", (text) => {
      errors = (errors + text).slice(-10_000);
    });
    child.on("error", (error) => {
      problem ??= error.message;
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      const trials = output.split("\n").filter((line) => line !== "").map((line) => /** @type {Trial} */ (JSON.parse(line)));
      if (code !== 0) problem ??= `${signal ?? `exit code ${code}`}: ${lastWords(errors)}`;
      resolve({ trials, ...(problem === undefined ? {} : { problem }) });
    });
  });
}

/** What would change the searches. */
function cleanEnvironment() {
  const kept = Object.entries(process.env).filter(([key]) => !key.startsWith("HEDDLE_") && key !== "NODE_OPTIONS");
  return { ...Object.fromEntries(kept), NO_COLOR: "1" };
}

/** @param {string} errors */
function lastWords(errors) {
  const lines = errors.split("\n").map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("at "));
  return (lines.find((line) => /error/i.test(line)) ?? lines.at(-1) ?? "nothing on stderr").slice(0, 300);
}
