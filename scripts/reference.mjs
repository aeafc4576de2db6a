/**
 * Writes the reference, `docs/reference/`, from the docstrings of what is exported. It is not committed: it would differ with
 * each docstring. typedoc needs a TypeScript with a JavaScript API, which the project's own has not, so the two are installed in
 * a folder of their own.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const tools = `${root}build/reference-tools`;
const VERSIONS = { typedoc: "0.28.20", "typedoc-plugin-markdown": "4.14.1", typescript: "5.9.3" };
const ENTRIES = ["index", "vitest/index", "vite/index", "histories/index", "fast-check/index"];

mkdirSync(tools, { recursive: true });
writeFileSync(`${tools}/package.json`, JSON.stringify({ private: true, dependencies: VERSIONS }));
execFileSync("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline"], { cwd: tools, stdio: "inherit", shell: process.platform === "win32" });
const words = [
  `${tools}/node_modules/typedoc/bin/typedoc`,
  "--plugin", "typedoc-plugin-markdown",
  "--tsconfig", `${root}tsconfig.build.json`,
  "--out", `${root}docs/reference`,
  "--name", "heddle",
  "--readme", "none",
  // The project's own compiler has checked it.
  "--skipErrorChecking",
  "--disableSources",
  "--logLevel", "Error",
  ...ENTRIES.flatMap((entry) => ["--entryPoints", `${root}src/${entry}.ts`]),
];
execFileSync(process.execPath, words, { cwd: tools, stdio: "inherit" });
