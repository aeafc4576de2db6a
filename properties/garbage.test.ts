/**
 * What an execution leaves dies young. V8 may make the objects of a literal old at birth, and an old one keeps what it refers
 * to from being collected young: then each execution survives its end, and the search takes twice as long for it.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect, test } from "vitest";

const built = fileURLToPath(new URL("../dist/index.js", import.meta.url));

const SEARCH = `
  const { explore } = await import(${JSON.stringify(pathToFileURL(built).href)});
  let left;
  const bodies = {
    awaits: async () => { for (let step = 0; step < 20; step += 1) await Promise.resolve(); },
    timers: async (_, index) => { await new Promise((resolve) => setTimeout(resolve, 1 + (index % 4))); left = index; },
  };
  const [strategy, body, tasks, runs] = process.argv.slice(1);
  await explore(() => Promise.all(Array.from({ length: Number(tasks) }, bodies[body])), { runs: Number(runs), timeMs: 1e9, strategy, order: "latency", seed: 1 });
`;

/** The MB that each collection of young objects has left, in a process that searches. */
async function heapsOf(...words: string[]): Promise<number[]> {
  const trace = await new Promise<string>((resolve, reject) => {
    const flags = ["--single-threaded", "--trace-gc", "--input-type=module", "--eval", SEARCH, ...words];
    execFile(process.execPath, flags, { env: { ...process.env, NODE_OPTIONS: "" } }, (error, stdout) => (error === null ? resolve(stdout) : reject(error)));
  });
  return [...trace.matchAll(/Scavenge [\d.]+ \([\d.]+\) -> ([\d.]+) /g)].map(([, left]) => Number(left));
}

test.each([
  ["random", "awaits", "10", "5000"],
  ["auto", "awaits", "10", "5000"],
  ["random", "timers", "20", "12000"],
])("no execution of a search survives its end: %s, over %s of %s tasks, in %s executions", { timeout: 60_000 }, async (...words) => {
  if (!existsSync(built)) throw new Error("dist/ is not there: npm run build");
  const heaps = await heapsOf(...words);
  expect(heaps.length).toBeGreaterThan(20);
  const settled = heaps[Math.floor(heaps.length / 2)]!;
  // What a search keeps of each execution is a hash, and what is old at birth without referring to anything is small.
  expect((2e6 * (heaps.at(-1)! - settled)) / Number(words.at(-1)), "bytes for each execution").toBeLessThan(800);
});
