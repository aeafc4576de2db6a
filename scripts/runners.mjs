/**
 * heddle in the test runners that people have: the packed package, in an empty folder for each, on several Nodes.
 *
 *     npm run runners                    all of them: about twenty minutes on two busy cores
 *     npm run runners -- jest node-24    those whose names contain one of the words, on the Nodes that do
 *     npm run runners -- workspaces six  the monorepo, with the seed of its package six alone
 *
 * In each, one test with a race has to fail by name and its innocent neighbour to pass, no frame of heddle's may be shown
 * in a stack, and the printed line has to replay the failure. Exits with 1 where something is otherwise.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runners, workspaces } from "./runners/catalogue.mjs";

/** @import { RunnerCase } from "./runners/types.d.ts" */

const NODES = ["20.20.2", "22.23.3", "24.21.0", "26.10.0"];
const LIMIT_MS = 120_000;
const SENTENCE = "both got 0 from get() before either called set";
const root = fileURLToPath(new URL("..", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "heddle-runners-"));
const npm = process.platform === "win32" ? "npm.cmd" : "npm";
const words = process.argv.slice(2);
const [wantedNodes, wanted] = [words.filter((word) => /^node-\d/.test(word)), words.filter((word) => !/^node-\d/.test(word))];

execFileSync(npm, ["pack", "--ignore-scripts", "--pack-destination", scratch], { cwd: root, stdio: "ignore" });
const tarball = join(scratch, String(readdirSync(scratch).find((name) => name.endsWith(".tgz"))));

/** @param {string} folder @param {readonly string[]} packages */
function install(folder, packages) {
  execFileSync(npm, ["install", "--no-audit", "--no-fund", "--no-package-lock", "--prefer-offline", ...packages], { cwd: folder, stdio: "ignore" });
}

/** @param {string} folder @param {Readonly<Record<string, string>>} files */
function write(folder, files) {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
}

/** @param {string} command @param {string} folder @param {string | undefined} node @param {Readonly<Record<string, string>>} [more] */
function run(command, folder, node, more = {}) {
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:HEDDLE_|VITEST|JEST|NODE_OPTIONS$|NODE_TEST|npm_|CI$)/i.test(name)));
  const path = [join(folder, "node_modules/.bin"), ...(node === undefined ? [] : [dirname(node)]), own["PATH"] ?? ""].join(delimiter);
  const { stdout, stderr, status } = spawnSync(command, { cwd: folder, shell: true, encoding: "utf8", timeout: LIMIT_MS, env: { ...own, NO_COLOR: "1", PATH: path, ...more } });
  return { output: `${stdout}${stderr}`, status };
}

/** What is wrong with what a runner shows. @param {RunnerCase} runner @param {string} folder @param {string | undefined} node */
function judge(runner, folder, node) {
  const wrong = [];
  const first = run(runner.run, folder, node);
  if (first.status === 0) wrong.push("it ends with 0");
  for (const text of [SENTENCE, "replay: ", ...runner.shows]) if (!first.output.includes(text)) wrong.push(`it does not show ${JSON.stringify(text)}`);
  if (/^\s*at .*heddle[\\/]dist/m.test(first.output)) wrong.push("it shows a frame of heddle's");
  const replay = /replay: (.+?)(?:␊|\\n|['"`,]*$)/m.exec(first.output)?.[1]?.trim();
  if (replay === undefined) return [...wrong, first.output.slice(0, 2000)];
  rmSync(join(folder, ".heddle"), { recursive: true, force: true });
  const again = run(replay, folder, node);
  if (again.status === 0 || !again.output.includes(SENTENCE)) wrong.push(`its line does not replay it: ${replay}\n${again.output.slice(0, 1000)}`);
  return wrong;
}

let failed = false;

/** @param {string} name @param {readonly string[]} wrong */
function tell(name, wrong) {
  failed ||= wrong.length > 0;
  console.log(`${wrong.length === 0 ? "ok" : "WRONG"} ${name}${wrong.map((text) => `\n    ${text}`).join("")}`);
}

/** @param {string} name */
const isWanted = (name) => wanted.length === 0 || wanted.some((word) => name.includes(word));

/** @type {Map<string, string>} */
const nodes = new Map();
for (const version of NODES) {
  if (wantedNodes.length > 0 && !wantedNodes.some((word) => `node-${version}`.startsWith(word))) continue;
  if (version === process.versions.node) {
    nodes.set(version, process.execPath);
    continue;
  }
  const folder = join(scratch, `node-${version}`);
  write(folder, { "package.json": '{ "private": true }' });
  install(folder, [`node@${version}`]);
  const node = join(folder, "node_modules/node/bin/node");
  if (existsSync(node)) nodes.set(version, node);
  else tell(`node ${version}`, ["npm has not brought it"]);
}

for (const runner of runners) {
  if (!isWanted(runner.name)) continue;
  const folder = join(scratch, runner.name);
  write(folder, { "package.json": JSON.stringify({ private: true, type: runner.type, allowScripts: { bun: true, deno: true, esbuild: true } }), ...runner.files });
  install(folder, [tarball, ...runner.packages]);
  const on = runner.isRuntime ? [["", undefined]] : [...nodes];
  for (const [version, node] of on) {
    tell(`${runner.name} (${runner.packages.join(", ") || "the runtime's own"})${version === "" ? "" : `, Node ${version ?? ""}`}`, judge(runner, folder, node));
    rmSync(join(folder, ".heddle"), { recursive: true, force: true });
  }
}

if (isWanted("workspaces")) {
  const folder = join(scratch, "workspaces");
  write(folder, { "package.json": '{ "private": true, "workspaces": ["packages/*"] }', ...workspaces.files });
  install(folder, [tarball, ...workspaces.packages]);
  /** @type {Map<string, string>} */
  const seeds = new Map();
  for (const name of workspaces.names) {
    const { output } = run(`npm test --workspace ${name}`, folder, undefined, { HEDDLE_CORPUS: "off" });
    const seed = /replay: HEDDLE_SEED=(hd1\w+)/.exec(output)?.[1];
    if (seed === undefined) tell(`workspaces: ${name}`, ["no seed is printed", output.slice(0, 2000)]);
    else seeds.set(name, seed);
  }
  const named = workspaces.names.filter((name) => wanted.includes(name));
  for (const [owner, seed] of seeds) {
    if (named.length > 0 && !named.includes(owner)) continue;
    const replayed = workspaces.names.filter((name) => run(`npm test --workspace ${name}`, folder, undefined, { HEDDLE_CORPUS: "off", HEDDLE_SEED: seed }).output.includes(`replay: HEDDLE_SEED=${seed}`));
    tell(`workspaces: the seed of ${owner} is replayed there alone`, replayed.join() === owner ? [] : [`replayed by ${replayed.join(", ") || "nobody"}`]);
  }
}

rmSync(scratch, { recursive: true, force: true });
process.exitCode = failed ? 1 : 0;
