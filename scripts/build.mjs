/**
 * Builds the package into `dist/`:
 *
 *     dist/cjs/    the modules, as CommonJS: what runs, however heddle is loaded
 *     dist/        ES modules of the same names that hand out those (`shells.mjs`); and the adapters of vitest, of Vite
 *                  and the command line, which are ES modules themselves
 *     dist/page/   the program of the HTML page, for browsers
 *     dist/*.cjs   what `require` finds, for each entry
 *
 * One process has one heddle: its clock and its promises are one. So there is one build of what holds state, and all
 * else leads to it. CommonJS is the one that every runner can load.
 */
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildCommonJs } from "./packaging/commonjs.mjs";
import { buildPage } from "./packaging/page.mjs";
import { writeShells } from "./packaging/shells.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const compiler = fileURLToPath(new URL("../node_modules/typescript/bin/tsc", import.meta.url));

/** @param {string} project */
function compile(project) {
  try {
    execFileSync(process.execPath, [compiler, "-p", project], { cwd: root, stdio: "inherit" });
  } catch {
    process.exit(1); // The compiler has said why.
  }
}

rmSync(`${root}/dist`, { recursive: true, force: true });
compile("tsconfig.build.json");
buildCommonJs(root, compile);
writeShells(root);
await buildPage(root);
