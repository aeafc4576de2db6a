/**
 * Bodies over real parts, under heddle and with Node alone: executions a second and the ratio, measured in turns. The
 * bodies have many orders: an exploration of a body that has a single order ends after one execution, and shows what it
 * takes to begin. Printed, never asserted.
 *
 *     node bench/real-io.mjs          after `npm run build`; `npm run bench` runs it too
 */
import { fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { appendFile, readdir, readFile, unlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { summary } from "./statistics.mjs";

/**
 * @typedef {{ body: () => Promise<void>, end: () => void }} Prepared
 * @typedef {{ name: string, heddle: number, native: number, ratio: number, spread: number }} RealResult - executions/s; the ratio is of native
 */

const ROUNDS = 3;
const SLICE_MS = 2000;

/** @type {Readonly<Record<string, () => Promise<Prepared>>>} */
const programs = {
  "two tasks on one file": async () => {
    const folder = mkdtempSync(join(tmpdir(), "heddle-bench-"));
    const path = join(folder, "file");
    /** @param {string} text */
    const task = async (text) => {
      await appendFile(path, text);
      await readFile(path, "utf8");
      await appendFile(path, text);
    };
    const body = async () => {
      await writeFile(path, "");
      await Promise.all([task("a"), task("b")]);
    };
    return { body, end: () => rmSync(folder, { recursive: true }) };
  },
  "two tasks and two listings of one folder": async () => {
    const folder = mkdtempSync(join(tmpdir(), "heddle-bench-"));
    /** @param {string} name */
    const task = async (name) => {
      await writeFile(join(folder, name), name);
      await unlink(join(folder, name));
    };
    const body = async () => {
      await Promise.all([task("a"), task("b"), readdir(folder), readdir(folder)]);
    };
    return { body, end: () => rmSync(folder, { recursive: true }) };
  },
  "two requests over a loopback server": async () => {
    const server = createServer((_request, response) => response.end("answer"));
    await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
    const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
    const ask = async () => {
      await (await fetch(`http://127.0.0.1:${port}/`)).text();
    };
    const body = async () => {
      await Promise.all([ask(), ask()]);
    };
    return { body, end: () => server.close() };
  },
};

/** @returns {Promise<RealResult[]>} */
export async function measureRealIo() {
  /** @type {RealResult[]} */
  const measured = [];
  for (const name of Object.keys(programs)) {
    /** @type {Record<"heddle" | "native", number[]>} */
    const rates = { heddle: [], native: [] };
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const variant of /** @type {const} */ (["heddle", "native"])) rates[variant].push(await rateOf(name, variant));
    }
    const { median, spread } = summary(rates.heddle.map((rate, round) => rate / (rates.native[round] ?? Number.NaN)));
    measured.push({ name, heddle: summary(rates.heddle).median, native: summary(rates.native).median, ratio: median, spread });
  }
  return measured;
}

/** In a process of its own, as heddle leaves its mark on the one that it has worked in. @param {string} name @param {string} variant @returns {Promise<number>} */
function rateOf(name, variant) {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), ["measure", name, variant]);
    child.on("message", (rate) => resolve(Number(rate)));
    child.on("exit", (code) => reject(new Error(`${name}, ${variant}: the process ended with ${code}`)));
  });
}

/** @param {string} name @param {string} variant */
async function measure(name, variant) {
  const program = programs[name];
  if (program === undefined) throw new Error(`there is no program called ${name}`);
  const { body, end } = await program();
  const rate = variant === "heddle" ? await underHeddle(body) : await natively(body, SLICE_MS);
  end();
  process.send?.(rate);
  process.disconnect();
}

/** @param {Prepared["body"]} body */
async function underHeddle(body) {
  const { explore } = await import("heddle");
  await explore(body, { runs: 20, strategy: "random", corpus: false });
  const { verdict, runs, elapsedMs } = await explore(body, { runs: 1_000_000, timeMs: SLICE_MS, strategy: "random", order: "latency", corpus: false });
  if (verdict !== "passed") throw new Error(`a body without a race ${verdict}`);
  return (1000 * runs) / elapsedMs;
}

/** @param {Prepared["body"]} body @param {number} forMs */
async function natively(body, forMs) {
  for (let count = 0; count < 20; count += 1) await body();
  const begun = performance.now();
  let runs = 0;
  for (; performance.now() - begun < forMs; runs += 1) await body();
  return (1000 * runs) / (performance.now() - begun);
}

/** @param {readonly RealResult[]} results */
export function renderRealIo(results) {
  const lines = [`${"real I/O".padEnd(40)}${"heddle".padStart(12)}${"native".padStart(12)}   of native`];
  for (const { name, heddle, native, ratio, spread } of results) {
    lines.push(`  ${name.padEnd(38)}${heddle.toFixed(0).padStart(10)}/s${native.toFixed(0).padStart(10)}/s   1/${(1 / ratio).toFixed(1)} ± ${Math.round(100 * spread)} %`);
  }
  return lines.join("\n");
}

const [word, name, variant] = process.argv.slice(2);
if (word === "measure") await measure(String(name), String(variant));
else if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(renderRealIo(await measureRealIo()));
