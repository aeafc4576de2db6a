/**
 * `heddle fuzz` as a user has it: the packed tarball, in an empty folder, with Vitest 4 on this Node and Vitest 5 on
 * Node 22, in each pool. The same race has to be found with the same seed everywhere.
 *
 *     npm run vitest-versions
 *
 * Exits with 1 where something is otherwise.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "heddle-vitest-"));
const npm = process.platform === "win32" ? "npm.cmd" : "npm";
execFileSync(npm, ["pack", "--ignore-scripts", "--pack-destination", scratch], { cwd: root, stdio: "ignore" });
const tarball = join(scratch, String(readdirSync(scratch).find((name) => name.endsWith(".tgz"))));

const versions = [
  { name: "vitest 4.1.12, this Node", packages: ["vitest@4.1.12"], node: () => process.execPath },
  { name: "vitest 5.1.1, Node 22", packages: ["vitest@5.1.1", "node@22"], node: (/** @type {string} */ folder) => join(folder, "node_modules/node/bin/node") },
];

/** @type {Set<string>} */
const seeds = new Set();
let failed = false;
for (const [index, { name, packages, node }] of versions.entries()) {
  const folder = join(scratch, String(index));
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), '{ "type": "module", "private": true }');
  execFileSync(npm, ["install", "--no-audit", "--no-fund", tarball, ...packages], { cwd: folder, stdio: "ignore" });
  cpSync(join(root, "src/cli/fixtures/mixed.fixture.ts"), join(folder, "mixed.test.ts"));
  for (const pool of ["forks", "threads", "vmThreads"]) {
    const words = [join(folder, "node_modules/heddle/dist/cli/main.js"), "fuzz", "--pool", pool, "-t", "loses an update"];
    const { status, stdout, stderr } = spawnSync(node(folder), words, { cwd: folder, encoding: "utf8", env: { ...process.env, HEDDLE_CORPUS: "off", NO_COLOR: "1" } });
    const seed = /loses an update +\d+ +race +(hd1\w+)$/m.exec(stdout)?.[1];
    console.log(`${name}, ${pool}: ${seed ?? "no race found"} (exit code ${status})`);
    if (seed === undefined || status !== 1) {
      failed = true;
      console.error(stdout + stderr);
    } else {
      seeds.add(seed);
    }
  }
}
rmSync(scratch, { recursive: true, force: true });
if (seeds.size > 1) console.error(`${seeds.size} different seeds: ${[...seeds].join(", ")}`);
process.exitCode = failed || seeds.size !== 1 ? 1 : 0;
