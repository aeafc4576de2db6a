import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { ES_ROOMS } from "./commonjs.mjs";

/** What `require` finds, by entry. Those of ES modules are loaded by Node's own `require`, which can do that. */
export const ENTRIES = ["index", "point", "fast-check/index", "histories/index", "adapters/jest", "adapters/node-test"];
const ES_ENTRIES = ["vitest/index", "vite/index"];

/** It is started as a thread, by its path, and by nobody imported. */
const STARTED = "harness/worker.js";

/**
 * In the place of each ES module that holds state, one that hands out the CommonJS module of the same name. It is found
 * by `require`, never by an import: a runner that makes its own of whatever is imported would make a copy of it.
 * @param {string} root
 */
export function writeShells(root) {
  const dist = join(root, "dist");
  const require = createRequire(join(dist, "cjs", "package.json"));
  const modules = readdirSync(dist, { recursive: true, encoding: "utf8" }).map((file) => file.replaceAll("\\", "/"));
  for (const file of modules) {
    if (!file.endsWith(".js") || file.startsWith("cjs/") || ES_ROOMS.test(file)) continue;
    if (file === STARTED) rmSync(join(dist, file));
    else writeFileSync(join(dist, file), shell(file, namesOf(require(`./${file}`))));
  }
  for (const entry of ENTRIES) writeFileSync(join(dist, `${flat(entry)}.cjs`), entryShell(`require("./cjs/one-copy.js").load("${entry}")`, namesOf(require(`./${entry}.js`))));
  for (const entry of ES_ENTRIES) writeFileSync(join(dist, `${flat(entry)}.cjs`), entryShell(`require("./${entry}.js")`, namesOf(require(`../${entry}.js`))));
  // Judging histories needs nothing of a runtime's: a browser gets the very modules, as far as it can see by imports.
  const names = namesOf(require("./histories/index.js"));
  writeFileSync(join(dist, "browser", "histories.js"), `import * as own from "../cjs/histories/index.js";\n${names.map((name) => `export const ${name} = own.${name};\n`).join("")}`);
}

/** `fast-check/index`: `fast-check`. @param {string} entry */
function flat(entry) {
  return entry.replace(/\/index$/, "").replace(/^adapters\//, "");
}

/** @param {object} module */
function namesOf(module) {
  return Object.keys(module).filter((name) => name !== "__esModule");
}

/** Name by name, so that tools which only read it see them. @param {string} source @param {readonly string[]} names */
function entryShell(source, names) {
  const own = names.map((name) => `exports.${name} = own.${name};\n`).join("");
  return `Object.defineProperty(exports, "__esModule", { value: true });\nconst own = ${source};\n${own}`;
}

/** @param {string} file @param {readonly string[]} names */
function shell(file, names) {
  if (names.length === 0) return "export {};\n";
  const copy = `./${relative(dirname(file), "cjs/one-copy.js").replaceAll("\\", "/")}`.replace("./../", "../");
  const own = names.map((name) => `export const ${name} = own.${name};\n`).join("");
  return `import { createRequire } from "node:module";
const own = createRequire(import.meta.url)("${copy}").load("${file.replace(/\.js$/, "")}");
${own}`;
}
