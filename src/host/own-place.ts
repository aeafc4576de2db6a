/**
 * Where this copy of heddle stands, and how it loads its own modules. The CommonJS build has another file in this
 * one's place (`scripts/packaging/commonjs.mjs`), as there is no `import.meta` there.
 */
import { nodeProcess } from "./natives.ts";

/** The address of the folder with all rooms: it ends with a slash. */
export const ownFolder: string = new URL("..", import.meta.url).href;

interface ModuleBuiltin {
  readonly createRequire: (address: string) => (specifier: string) => unknown;
}

/** Loads a module of this copy: `fast-check/index.js`. */
export function loadOwn(specifier: string): unknown {
  const module = nodeProcess.getBuiltinModule?.("node:module") as ModuleBuiltin | undefined;
  return module?.createRequire(ownFolder)(`./${specifier}`);
}
