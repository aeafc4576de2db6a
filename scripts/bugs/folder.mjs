/** Finds the folder of bugs and installs their packages. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** @import { Meta, Version } from "./types.d.ts" */

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Beside the project. */
const DEFAULT_FOLDER = "../shared/bugs";
const INSTALL_LIMIT_MS = 180_000;

/** @param {string | undefined} given - on the command line */
export function bugsFolder(given) {
  const folder = given ?? process.env["HEDDLE_BUGS"];
  return folder === undefined || folder === "" ? resolve(ROOT, DEFAULT_FOLDER) : resolve(folder);
}

/**
 * The bugs of a folder, by their own folders' names.
 * @param {string} folder
 * @param {readonly string[]} filters - parts of names of bugs or packages; none means all
 * @returns {{ readonly folder: string, readonly meta: Meta }[]}
 */
export function readBugs(folder, filters) {
  return readdirSync(folder)
    .sort()
    .filter((name) => existsSync(join(folder, name, "meta.json")))
    .map((name) => {
      /** @type {Meta} */
      const meta = JSON.parse(readFileSync(join(folder, name, "meta.json"), "utf8"));
      return { folder: join(folder, name), meta };
    })
    .filter(({ meta }) => filters.length === 0 || filters.some((filter) => meta.name.includes(filter) || meta.package.includes(filter)));
}

/** Where a version is installed. Kept from run to run. @param {Meta} meta @param {Version} version */
export function installFolder(meta, version) {
  return join(tmpdir(), "heddle-bugs", meta.name, version);
}

/** What npm is asked for. @param {Meta} meta @param {Version} version */
function wantedPackages(meta, version) {
  const named = meta.install[version] ?? [];
  const needed = Object.entries(meta.needs ?? {}).filter(([name]) => !named.some((one) => one.startsWith(`${name}@`)));
  return [...named, ...needed.map(([name, range]) => `${name}@${range}`)];
}

/** @param {Meta} meta @param {Version} version */
export function isInstalled(meta, version) {
  const stamp = join(installFolder(meta, version), "installed.txt");
  return existsSync(stamp) && readFileSync(stamp, "utf8") === wantedPackages(meta, version).join("\n");
}

/**
 * Installs a version, unless it is there.
 * @param {Meta} meta
 * @param {Version} version
 * @returns {Promise<string | undefined>} what went wrong
 */
export async function install(meta, version) {
  if (isInstalled(meta, version)) return undefined;
  const folder = installFolder(meta, version);
  const wanted = wantedPackages(meta, version);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  // npm would otherwise install into the nearest package above.
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  const problem = await npmInstall(wanted, folder);
  if (problem === undefined) writeFileSync(join(folder, "installed.txt"), wanted.join("\n"));
  return problem;
}

/** @param {readonly string[]} wanted @param {string} folder @returns {Promise<string | undefined>} what went wrong */
function npmInstall(wanted, folder) {
  return new Promise((done) => {
    const options = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error", "--fetch-retries=1"];
    const child = spawn("npm", ["install", ...options, ...wanted], { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
    let errors = "";
    const timer = setTimeout(() => {
      errors = `npm took longer than ${INSTALL_LIMIT_MS / 1000} s`;
      child.kill("SIGKILL");
    }, INSTALL_LIMIT_MS);
    child.stderr.setEncoding("utf8").on("data", (text) => {
      errors += text;
    });
    child.on("error", (error) => {
      errors += error.message;
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      done(code === 0 ? undefined : `npm could not install ${wanted.join(" ")}: ${errors.trim().split("\n")[0] ?? `exit code ${code}`}`);
    });
  });
}
