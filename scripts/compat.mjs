/**
 * The same seeds give the same traces on every supported runtime: runs the programs of `compat/programs.mjs` on
 * Node 20, 22, 24 and 26, Bun and Deno, and compares with `compat/golden.json`.
 *
 *     npm run compat                       all runtimes
 *     npm run compat -- --only bun,deno    some of them
 *     npm run compat -- --update           write the golden file anew (by Node 20), then compare: a breaking change
 *
 * Exits with 1 where something differs that the golden file does not list as known, with its reason.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { differences } from "./compat/compare.mjs";
import { modes } from "./compat/modes.mjs";
import { bring, runPrograms, runtimes } from "./compat/runtimes.mjs";

/** @import { Difference, Golden, ModeResult, ProgramResult, Row, Runtime } from "./compat/types.d.ts" */

const GOLDEN_FILE = fileURLToPath(new URL("./compat/golden.json", import.meta.url));
/** The oldest that is supported writes the golden file. */
const REFERENCE = "node-20";

const { values: options } = parseArgs({ options: { update: { type: "boolean" }, only: { type: "string" } } });
const wanted = options.only?.split(",");
const unknown = wanted?.filter((name) => !runtimes.some((runtime) => runtime.name === name)) ?? [];
if (unknown.length > 0) throw new Error(`--only takes ${runtimes.map(({ name }) => name).join(", ")}; not ${unknown.join(", ")}`);

// The list is read from the programs' text: importing them here would not be running them where they belong.
const names = [...readFileSync(new URL("./compat/programs.mjs", import.meta.url), "utf8").matchAll(/^ {2}\{ name: "(.*?)"/gm)].map(
  ([, name]) => name ?? "",
);

const needed = runtimes.filter(({ name }) => wanted === undefined || wanted.includes(name) || (options.update === true && name === REFERENCE));
const brought = new Map(await Promise.all(needed.map(async (runtime) => /** @type {const} */ ([runtime.name, await bring(runtime)]))));
if (options.update) await update();
const golden = readGolden();
process.exitCode = report(await compareAll(golden)) ? 0 : 1;

/** @returns {Golden} */
function readGolden() {
  if (!existsSync(GOLDEN_FILE)) return { known: [], programs: {} };
  return /** @type {Golden} */ (JSON.parse(readFileSync(GOLDEN_FILE, "utf8")));
}

/** Writes the golden file; what is listed as known stays. */
async function update() {
  const runtime = /** @type {Runtime} */ (runtimes.find(({ name }) => name === REFERENCE));
  const host = brought.get(REFERENCE);
  if (host === undefined || "problem" in host) throw new Error(host?.problem);
  /** @type {Record<string, Record<string, ModeResult>>} */
  const programs = {};
  for (const result of await runPrograms(runtime, host.executable, names, "-")) {
    if ("crashed" in result) throw new Error(`${result.name}: ${result.crashed}`);
    programs[result.name] = Object.fromEntries(
      Object.entries(result.modes).map(([mode, outcome]) => {
        if ("error" in outcome) throw new Error(`${result.name}, ${mode}: ${outcome.error}`);
        if ("cannot" in outcome) throw new Error(`${result.name}, ${mode}: ${outcome.cannot}`);
        const escaped = outcome.found.uncontrolled;
        if (escaped.length > 0) throw new Error(`${result.name}, ${mode}: ${escaped.join(", ")}: no golden file is made of that; is the machine busy? Run it again`);
        return [mode, outcome];
      }),
    );
  }
  writeFileSync(GOLDEN_FILE, `${JSON.stringify({ known: readGolden().known, programs }, null, 1)}\n`);
  console.log(`wrote ${GOLDEN_FILE}\n`);
}

/** @param {Golden} golden @returns {Promise<Row[]>} */
async function compareAll(golden) {
  /** @type {Row[]} */
  const rows = [];
  for (const runtime of runtimes.filter(({ name }) => wanted?.includes(name) ?? true)) {
    const host = brought.get(runtime.name);
    if (host === undefined || "problem" in host) {
      rows.push({ runtime: runtime.name, program: "*", state: "can't", details: [host?.problem ?? "not brought"] });
      continue;
    }
    process.stderr.write(`${runtime.name} (${host.version}) …\n`);
    for (const result of await runPrograms(runtime, host.executable, names, GOLDEN_FILE)) rows.push(rowOf(runtime, result, golden));
  }
  return rows;
}

/** @param {Runtime} runtime @param {ProgramResult} result @param {Golden} golden @returns {Row} */
function rowOf(runtime, result, golden) {
  const cell = { runtime: runtime.name, program: result.name };
  const known = golden.known.filter((entry) => entry.runtimes.includes(cell.runtime) && entry.program === cell.program);
  const found = differences(result, golden);
  const lacks = found.filter(({ isLack }) => isLack === true);
  const unexpected = found.filter(({ mode, isLack }) => isLack !== true && !known.some(({ modes }) => modes.includes(mode)));
  if (unexpected.length > 0) return { ...cell, state: "differs", details: unexpected.map(({ mode, text }) => `${mode}: ${text}`) };
  const gone = known.flatMap(({ modes }) => modes).filter((mode) => !found.some((difference) => difference.mode === mode));
  const details = [
    ...byText(lacks),
    ...known.map(({ modes, reason }) => `${modes.join("; ")}: ${reason}`),
    ...gone.map((mode) => `${mode}: listed as known, but no longer differs`),
  ];
  return { ...cell, state: stateOf(found.length, lacks.length), details };
}

/** @param {number} differing - modes @param {number} lacking - modes @returns {Row["state"]} */
function stateOf(differing, lacking) {
  if (differing === 0) return "ok";
  if (lacking === 0) return "known";
  return lacking === modes.length ? "can't" : "in part";
}

/** One line for all modes of which the same is said. @param {readonly Difference[]} all */
function byText(all) {
  return [...new Set(all.map(({ text }) => text))].map((text) => {
    const said = all.filter((one) => one.text === text).map(({ mode }) => mode);
    return `${said.length === modes.length ? "every mode" : said.join("; ")}: ${text}`;
  });
}

/** Prints the table, and everything that is not `ok` below it. @param {Row[]} rows */
function report(rows) {
  const columns = [...new Set(rows.map(({ runtime }) => runtime))];
  const width = Math.max(...names.map((name) => name.length));
  const line = (/** @type {string} */ first, /** @type {string[]} */ cells) =>
    console.log([first.padEnd(width), ...cells.map((cell) => cell.padEnd(8))].join("  ").trimEnd());
  line("", columns);
  line("", columns.map((name) => versionOf(name)));
  for (const name of names) {
    line(name, columns.map((column) => rows.find((row) => row.runtime === column && [name, "*"].includes(row.program))?.state ?? "-"));
  }
  console.log("");
  for (const { runtime, program, state, details } of rows) {
    for (const detail of details) console.log(`${runtime}, ${program}: ${state}: ${detail}`);
  }
  const bad = rows.filter(({ state, program }) => state === "differs" || program === "*");
  console.log(`${rows.length - bad.length} of ${rows.length} as the golden file has it, in ${modes.length} modes each`);
  return bad.length === 0;
}

/** @param {string} name */
function versionOf(name) {
  const host = brought.get(name);
  return host !== undefined && "version" in host ? host.version : "absent";
}
