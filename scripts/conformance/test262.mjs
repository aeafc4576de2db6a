/** The files of test262 that are concerned, and what a host has to put around them (INTERPRETING.md of test262). */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** @import { TestFile } from "./types.d.ts" */

const ALWAYS = ["assert.js", "sta.js"];

/**
 * The files whose `flags` say that they are asynchronous.
 *
 * @param {string} folder - of test262, with `harness` and `test` in it.
 * @param {readonly string[]} words - files with one of them in their name; none for all.
 * @returns {TestFile[]}
 * @throws where the folder is not test262's.
 */
export function asyncFiles(folder, words) {
  for (const part of ["harness/assert.js", "test"]) {
    if (!existsSync(join(folder, part))) throw new Error(`${folder} has no ${part}: give the folder of a copy of test262`);
  }
  return readdirSync(join(folder, "test"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".js") && !name.includes("_FIXTURE"))
    .map((name) => name.replaceAll("\\", "/"))
    .filter((name) => words.length === 0 || words.some((word) => name.includes(word)))
    .sort()
    .flatMap((name) => fileOf(name, join(folder, "test", name)) ?? []);
}

/** @param {string} name @param {string} path @returns {TestFile | undefined} */
function fileOf(name, path) {
  const text = readFileSync(path, "utf8");
  const matter = text.slice(text.indexOf("/*---"), text.indexOf("---*/"));
  const flags = listOf(matter, "flags");
  if (!flags.includes("async")) return undefined;
  const negative = /negative:[\s\S]*?type:\s*(\w+)/.exec(matter)?.[1];
  return { name, path, includes: listOf(matter, "includes"), isModule: flags.includes("module"), isStrict: flags.includes("onlyStrict"), ...(negative === undefined ? {} : { negative }) };
}

/** A list of the front matter, on one line or on lines of its own. @param {string} matter @param {string} key */
function listOf(matter, key) {
  const inline = new RegExp(String.raw`^\s*${key}:\s*\[([^\]]*)\]`, "m").exec(matter)?.[1];
  if (inline !== undefined) return inline.split(",").map((word) => word.trim()).filter((word) => word !== "");
  const block = new RegExp(String.raw`^\s*${key}:\s*\n((?:\s*- .*\n?)+)`, "m").exec(matter)?.[1] ?? "";
  return block.split("\n").map((line) => line.replace(/^\s*- /, "").trim()).filter((word) => word !== "");
}

/** @type {Map<string, string>} */
const parts = new Map();

/** The harness that a file asks for; `$DONE` and `print` are the host's. @param {string} folder @param {TestFile} file */
export function harnessFor(folder, { includes }) {
  return [...ALWAYS, ...includes.filter((name) => name !== "doneprintHandle.js")].map((name) => {
    const part = parts.get(name) ?? readFileSync(join(folder, "harness", name), "utf8");
    parts.set(name, part);
    return part;
  }).join("\n");
}
