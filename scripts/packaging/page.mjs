import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { build } from "vite";

/**
 * Bundles the HTML page's program (`src/page`) into `dist/page/program.json`: a script, a style sheet, and the script's hash.
 * @param {string} root - heddle's own folder.
 */
export async function buildPage(root) {
  const result = await build({
    root,
    configFile: false,
    logLevel: "warn",
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    build: {
      write: false,
      target: "es2022",
      minify: true,
      modulePreload: false,
      rolldownOptions: { input: `${root}/src/page/main.tsx`, output: { format: "iife" } },
    },
  });
  const { output } = /** @type {import("vite").Rolldown.RolldownOutput} */ (result);
  const script = `${notice(root)}${output[0].code.trim()}`;
  const style = readFileSync(`${root}/src/page/page.css`, "utf8").trim();
  refuse(script, /<\/script|<!--/i);
  refuse(style, /<\/style/i);
  const scriptHash = createHash("sha256").update(script).digest("base64");
  mkdirSync(`${root}/dist/page`, { recursive: true });
  writeFileSync(`${root}/dist/page/program.json`, JSON.stringify({ script, style, scriptHash }));
}

/**
 * What the license of the bundled library asks for, in each copy of it.
 * @param {string} root
 */
function notice(root) {
  const { version } = JSON.parse(readFileSync(`${root}/node_modules/preact/package.json`, "utf8"));
  const license = readFileSync(`${root}/node_modules/preact/LICENSE`, "utf8").trim();
  return `/*! With preact ${version}.\n${license}\n*/\n`;
}

/**
 * It stands between tags in the page.
 * @param {string} text
 * @param {RegExp} end
 */
function refuse(text, end) {
  if (end.test(text)) throw new Error(`the page's program contains ${end}, and cannot stand in a page`);
}
