/** Sends the programs through the Vite plugin's transformation, the one a user's modules go through. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseAst } from "vite";
import { markModule, parserInput } from "../dist/vite/transform.js";

const SOURCE = new URL("./programs.mjs", import.meta.url);
const TARGET = new URL("../build/bench/programs.mjs", import.meta.url);

/** @returns {Promise<string>} the URL of the marked module: a file, in which `heddle/point` is found as anywhere */
export async function markPrograms() {
  const code = await readFile(SOURCE, "utf8");
  const program = /** @type {import("../dist/vite/transform.js").SyntaxNode} */ (/** @type {unknown} */ (parseAst(parserInput(code))));
  const marked = markModule(code, program, fileURLToPath(SOURCE));
  if (marked === undefined) throw new Error("the plugin found nothing to mark in bench/programs.mjs");
  await mkdir(new URL(".", TARGET), { recursive: true });
  await writeFile(TARGET, marked.code);
  return TARGET.href;
}
