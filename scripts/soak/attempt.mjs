/** Lists the laws, and tries one in a process of its own: what gets stuck there, or takes it down, is that law's alone. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** @import { Attempt, Law, LawReport, Outcome, Request } from "./types.d.ts" */

const VITEST = fileURLToPath(new URL("../../node_modules/vitest/vitest.mjs", import.meta.url));
/** Of what a process that has not come to run its law has said. */
const LAST_LINES = 20;
const LIST_LIMIT_MS = 180_000;

/** @type {Set<() => void>} */
const running = new Set();

/** Kills all that is running: its attempts come back as cut off. */
export function killAll() {
  for (const kill of running) kill();
}

/**
 * The laws that have one of the words in their file or name. To know the names of a file's tests vitest has to load it:
 * half a minute for all, so that a word that names files is looked for in those only.
 *
 * @param {string} root - the project's folder.
 * @param {readonly string[]} words - none for all laws.
 * @returns {Promise<Law[]>}
 */
export async function listLaws(root, words) {
  const files = (await list(root, ["--filesOnly"])).map(({ file }) => file).filter((file) => /\blaw(?:OfSoak)?\(/.test(textOf(join(root, file))));
  const named = files.filter((file) => words.some((word) => has(file, word)));
  const isByFile = words.length > 0 && words.every((word) => files.some((file) => has(file, word)));
  const laws = await list(root, ["--tags-filter=law", ...(isByFile ? named : files)]);
  return laws.filter(({ file, name }) => words.length === 0 || words.some((word) => has(`${file} > ${name}`, word)));
}

/** @param {string} root @param {readonly string[]} parameters @returns {Promise<Law[]>} */
async function list(root, parameters) {
  const { output, folder } = await runVitest(root, ["list", ...parameters], {}, "--json=", LIST_LIMIT_MS);
  try {
    const listed = /** @type {{ name: string, file: string }[] | undefined} */ (readJson(join(folder, "result.json")));
    if (listed === undefined) throw new Error(`vitest could not list the laws:\n${output}`);
    return listed.map(({ name, file }) => ({ name, file: relative(root, file).replaceAll("\\", "/") }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @param {string} text @param {string} word */
function has(text, word) {
  return text.toLowerCase().includes(word.toLowerCase());
}

/**
 * Tries laws of one file once each, in one process, all from the seed of the first.
 *
 * @param {string} root
 * @param {readonly Request[]} requests
 * @returns {Promise<(Attempt | undefined)[]>} undefined for a law that the process has not come to the end of.
 */
export async function attemptTogether(root, requests) {
  const [{ law: { file }, seed, limitMs }] = /** @type {[Request]} */ (requests);
  const named = requests.map(({ law }) => patternOf(law)).join("|");
  const environment = { HEDDLE_LAW_SEED: String(seed), HEDDLE_LAW_CASES: "1" };
  const { folder } = await runVitest(
    root, ["run", file, "--tags-filter=law", `--testNamePattern=${named}`, "--maxWorkers=1", "--reporter=json"], environment, "--outputFile.json=", limitMs,
  );
  try {
    const reports = reportsIn(join(folder, "laws.jsonl"));
    const tests = testsIn(join(folder, "result.json"));
    return requests.map((request) => {
      const own = reports.filter(({ law }) => law === request.law.name);
      const test = tests.find(({ ancestorTitles, title, status }) => [...ancestorTitles, title].join(" > ") === request.law.name && (status === "passed" || status === "failed"));
      if (test === undefined) return undefined;
      const failing = own.find(({ path }) => path !== undefined);
      const cases = own.reduce((sum, report) => sum + report.cases, 0);
      return { request: { ...request, seed }, outcome: outcomeOf(test.status), cases, elapsedMs: test.duration ?? 0, message: test.failureMessages.join("\n"), ...(failing === undefined ? {} : { failing }) };
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @param {Law} law */
function patternOf({ name }) {
  return `^${name.split(" > ").map(escaped).join("(?: > | )")}$`;
}

/** @param {string} root @param {Request} request @returns {Promise<Attempt>} */
export async function attempt(root, request) {
  const { law, seed, factor, limitMs } = request;
  const named = patternOf(law);
  const environment = { HEDDLE_LAW_SEED: String(seed), HEDDLE_LAW_CASES: String(factor) };
  const { output, folder, ended, elapsedMs } = await runVitest(
    root, ["run", law.file, "--tags-filter=law", `--testNamePattern=${named}`, "--maxWorkers=1", "--reporter=json"], environment, "--outputFile.json=", limitMs,
  );
  try {
    const reports = reportsIn(join(folder, "laws.jsonl"));
    const cases = reports.reduce((sum, report) => sum + report.cases, 0);
    const { test, message } = testIn(join(folder, "result.json"));
    const failing = reports.find(({ path }) => path !== undefined);
    if (ended !== undefined || test === undefined) {
      return { request, outcome: ended ?? "broken", cases, elapsedMs, message: message || lastLinesOf(output) };
    }
    return { request, outcome: outcomeOf(test.status), cases, elapsedMs: test.duration ?? 0, message: test.failureMessages.join("\n"), ...(failing === undefined ? {} : { failing }) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * @param {string} root
 * @param {readonly string[]} parameters
 * @param {Record<string, string>} environment
 * @param {string} resultOption - what names the file for the result.
 * @param {number} limitMs
 * @returns {Promise<{ output: string, folder: string, ended: Outcome | undefined, elapsedMs: number }>}
 */
function runVitest(root, parameters, environment, resultOption, limitMs) {
  const folder = mkdtempSync(join(tmpdir(), "heddle-soak-"));
  const begun = performance.now();
  return new Promise((resolve) => {
    // A group of its own: a law may have processes, and they die with it.
    const child = spawn(process.execPath, [VITEST, ...parameters, `${resultOption}${join(folder, "result.json")}`], {
      cwd: root,
      detached: true,
      env: { ...process.env, ...environment, HEDDLE_LAW_REPORT: join(folder, "laws.jsonl"), NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    /** @type {Outcome | undefined} */
    let ended;
    /** @param {Outcome} outcome */
    const kill = (outcome) => {
      ended = outcome;
      try {
        process.kill(-(/** @type {number} */ (child.pid)), "SIGKILL");
      } catch {
        // It has just ended by itself.
      }
    };
    const cut = () => kill("cut off");
    running.add(cut);
    const limit = setTimeout(() => kill("hangs"), limitMs);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (/** @type {Buffer} */ chunk) => {
        output = (output + String(chunk)).slice(-20_000);
      });
    }
    child.on("close", () => {
      clearTimeout(limit);
      running.delete(cut);
      resolve({ output, folder, ended, elapsedMs: performance.now() - begun });
    });
  });
}

/** @param {string} status @returns {Outcome} */
function outcomeOf(status) {
  if (status === "passed" || status === "failed") return status;
  return "skipped";
}

/** @typedef {{ ancestorTitles: string[], title: string, status: string, duration?: number, failureMessages: string[] }} TestResult */
/** @typedef {{ testResults: { message?: string, assertionResults: TestResult[] }[] } | undefined} FileResult */

/** @param {string} file */
function testsIn(file) {
  return /** @type {FileResult} */ (readJson(file))?.testResults.flatMap(({ assertionResults }) => assertionResults) ?? [];
}

/** The one test that was asked for; the others of its file are skipped. @param {string} file */
function testIn(file) {
  const result = /** @type {FileResult} */ (readJson(file));
  const tests = testsIn(file);
  const test = tests.find(({ status }) => status === "failed") ?? tests.find(({ status }) => status === "passed") ?? (tests.length === 1 ? tests[0] : undefined);
  // A file that could not be loaded has no tests.
  return { test, message: result?.testResults.map(({ message = "" }) => message).join("\n") };
}

/** @param {string} file @returns {LawReport[]} */
function reportsIn(file) {
  return textOf(file).split("\n").filter((line) => line !== "").flatMap((line) => {
    try {
      return [/** @type {LawReport} */ (JSON.parse(line))];
    } catch {
      // Its process was killed while it wrote.
      return [];
    }
  });
}

/** @param {string} file @returns {unknown} */
function readJson(file) {
  try {
    return JSON.parse(textOf(file));
  } catch {
    return undefined;
  }
}

/** @param {string} file */
function textOf(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** @param {string} text */
function lastLinesOf(text) {
  return text.trim().split("\n").slice(-LAST_LINES).join("\n");
}

/** @param {string} text */
function escaped(text) {
  return text.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);
}
