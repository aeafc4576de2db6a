/**
 * `heddle fuzz` over `examples/flaky-suite`, a suite of 120 tests of which 22 are flaky: it has to find the 22, name
 * no other, and give seeds that fail again in fresh processes.
 *
 *     npm run flaky                 the search, and a replay of each seed
 *     npm run flaky -- --plain 20   before that, so many runs of vitest alone: none of the 120 may fail
 *
 * Exits with 1 where something is otherwise.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({ options: { plain: { type: "string", default: "0" } } });
const root = fileURLToPath(new URL("..", import.meta.url));
const suite = join(root, "examples/flaky-suite");
const planted = /** @type {string[]} */ (JSON.parse(readFileSync(join(suite, "planted.json"), "utf8")));
const corpus = mkdtempSync(join(tmpdir(), "heddle-flaky-"));

/** @param {string[]} words */
function run(...words) {
  const startedAt = Date.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd: suite, encoding: "utf8", env: { ...process.env, HEDDLE_CORPUS: corpus, NO_COLOR: "1" } });
  return { status, out: stdout, error: stderr, seconds: (Date.now() - startedAt) / 1000 };
}

/** @type {string[]} */
const problems = [];
for (let time = 1; time <= Number(values.plain); time += 1) {
  const { status, out } = run(join(root, "node_modules/vitest/vitest.mjs"), "run", "--reporter=dot");
  if (status !== 0) problems.push(`plain run ${time} failed:\n${out.split("\n").filter((line) => line.includes("FAIL")).join("\n")}`);
}

const heddle = join(root, "dist/cli/main.js");
const { status, out, error, seconds } = run(heddle, "fuzz");
const found = new Map([...out.matchAll(/^(tests\/.*?) +[\d,]+ +race +(hd1\w+)$/gm)].map(([, name, seed]) => [name, seed]));
if (status !== 1) problems.push(`heddle fuzz ended with ${status}:\n${error}`);
for (const name of planted) if (!found.has(name)) problems.push(`not found: ${name}`);
for (const name of found.keys()) if (!planted.includes(name)) problems.push(`found, and not flaky: ${name}`);

let replayed = 0;
for (const [name, seed] of found) {
  const again = run(heddle, "replay", seed);
  if (again.status === 1 && again.out.includes(name)) replayed += 1;
  else problems.push(`its seed does not fail again (exit code ${again.status}): ${name}\n${again.out}${again.error}`);
}
rmSync(corpus, { recursive: true, force: true });

console.log(`${out.split("\n").findLast((line) => line.startsWith("heddle: "))}`);
console.log(`${planted.filter((name) => found.has(name)).length} of ${planted.length} flaky tests found in ${seconds.toFixed(0)} s, ${found.size - planted.filter((name) => found.has(name)).length} others named, ${replayed} of ${found.size} seeds failed again in fresh processes; ${values.plain} plain runs before that`);
for (const problem of problems) console.error(`\n${problem}`);
process.exitCode = problems.length === 0 ? 0 : 1;
