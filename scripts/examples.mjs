/**
 * The pages of `examples/subjects` as a stranger meets them: for each an empty folder, in which the commands of its last
 * section are run as they stand there. Only `heddle` is not asked from npm, but packed from this checkout.
 *
 *     npm run examples                  all of them: about three minutes
 *     npm run examples -- stream        those whose folders contain one of the words
 *
 * The page's error has to be printed, and the printed line has to replay it, as the page's own has to in this checkout.
 * Exits with 1 where something is otherwise.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const LIMIT_MS = 240_000;
const root = fileURLToPath(new URL("..", import.meta.url));
const examples = join(root, "examples/subjects");
const words = process.argv.slice(2);
const scratch = mkdtempSync(join(tmpdir(), "heddle-examples-"));
const npm = process.platform === "win32" ? "npm.cmd" : "npm";

execFileSync(npm, ["pack", "--ignore-scripts", "--pack-destination", scratch], { cwd: root, stdio: "ignore" });
const tarball = join(scratch, String(readdirSync(scratch).find((name) => name.endsWith(".tgz"))));

/** @param {string} page @param {RegExp} what */
function partOf(page, what) {
  const part = what.exec(page)?.[1];
  if (part === undefined) throw new Error(`a page has nothing like ${what}`);
  return part;
}

/** @param {string} command @param {string} cwd */
function run(command, cwd) {
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:HEDDLE_|NODE_OPTIONS$|npm_)/i.test(name)));
  const { stdout, stderr, status } = spawnSync(command, { cwd, shell: true, encoding: "utf8", timeout: LIMIT_MS, env: { ...own, NO_COLOR: "1" } });
  return { output: `${stdout}${stderr}`, status };
}

/** What is wrong with a page. @param {string} name */
function judge(name) {
  const page = readFileSync(join(examples, name, "README.md"), "utf8");
  const error = partOf(page, /^ {2}(\w*Error: .*)$/m);
  const folder = join(scratch, name);
  mkdirSync(folder);
  const commands = partOf(page, /^## In a folder of your own\n[^]*?```\n([^]*?)\n```$/m).split("\n");
  let output = "";
  for (const command of commands) {
    const told = run(command.replace(/(?<=^npm i .*)\bheddle\b/, `--no-audit --no-fund --prefer-offline ${tarball}`), folder);
    if (told.status !== 0) return [`${command} ends with ${told.status}\n${told.output.slice(-2000)}`];
    output = told.output;
  }
  if (!output.includes(error)) return [`its report does not show ${JSON.stringify(error)}`, output.slice(0, 2000)];
  /** @type {readonly (readonly [text: string, cwd: string])[]} */
  const replayed = [[output, folder], [page, root]];
  return replayed.flatMap(([text, cwd]) => {
    const line = partOf(text, /^replay: (.+)$/m);
    return run(line, cwd).output.includes(error) ? [] : [`this line does not replay it: ${line}`];
  });
}

for (const name of readdirSync(examples).filter((file) => /^\d/.test(file))) {
  if (words.length > 0 && !words.some((word) => name.includes(word))) continue;
  const wrong = judge(name);
  if (wrong.length > 0) process.exitCode = 1;
  console.log(`${wrong.length === 0 ? "ok" : "WRONG"} ${name}${wrong.map((text) => `\n    ${text}`).join("")}`);
}
rmSync(scratch, { recursive: true, force: true });
