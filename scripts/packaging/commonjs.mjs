import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What is an ES module, and stays one: its frameworks are. */
export const ES_ROOMS = /^(?:vitest|vite|cli|browser)\//;

/** `src/host/own-place.ts`, as CommonJS has it. */
const OWN_PLACE = `import { pathToFileURL } from "node:url";

export const ownFolder: string = new URL("..", pathToFileURL(__filename)).href;

export function loadOwn(specifier: string): unknown {
  return require("../" + specifier) as unknown;
}
`;

/**
 * Compiles the modules as CommonJS. Whether a file is an ES module, the compiler sees from the nearest package.json: so
 * it is given a copy of the sources beside another one. Declarations are the same texts for both.
 * @param {string} root
 * @param {(project: string) => void} compile
 */
export function buildCommonJs(root, compile) {
  const folder = join(root, "build", "commonjs");
  const out = join(root, "dist", "cjs");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(join(root, "src"), join(folder, "src"), {
    recursive: true,
    filter: (source) => !/\.test(?:-helper)?\.ts$|[\\/]fixtures$/.test(source),
  });
  for (const room of ["vitest", "vite", "cli", "page", "browser"]) rmSync(join(folder, "src", room), { recursive: true });
  writeFileSync(join(folder, "src", "host", "own-place.ts"), OWN_PLACE);
  writeFileSync(join(folder, "package.json"), '{ "type": "commonjs" }\n');
  const options = { module: "nodenext", noEmit: false, declaration: false, isolatedDeclarations: false, verbatimModuleSyntax: false, rootDir: "src", outDir: out, useDefineForClassFields: false };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ extends: join(root, "tsconfig.json"), compilerOptions: options, include: ["src"] }));
  compile(join(folder, "tsconfig.json"));
  rmSync(folder, { recursive: true });
  for (const file of declarations(join(root, "dist"))) cpSync(join(root, "dist", file), join(out, file), { recursive: true });
  writeFileSync(join(out, "package.json"), '{ "type": "commonjs" }\n');
}

/** @param {string} folder */
function declarations(folder) {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".d.ts") && !file.startsWith("cjs"));
}
