/** Loads a bug's scenario and its packages, as its `meta.json` says. */
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** @import { Meta, Scenario } from "./types.d.ts" */

/** An `import` resolves from the file that it stands in: this one stands in the install folder. */
const LOADER = "export const load = (name) => import(name);\n";
const REQUIRE = "require:";

/**
 * @param {string} folder - of the bug
 * @param {string} installed - the folder in which its packages are installed
 * @returns {Promise<{ meta: Meta, scenario: Scenario, loaded: unknown }>}
 */
export async function loadBug(folder, installed) {
  /** @type {Meta} */
  const meta = JSON.parse(readFileSync(join(folder, "meta.json"), "utf8"));
  const copy = join(installed, "scenario.mjs");
  copyFileSync(join(folder, "scenario.mjs"), copy);
  /** @type {Scenario} */
  const scenario = await import(pathToFileURL(copy).href);
  scenario.run.base = `${installed}/`;
  // Some packages look at the globals when they are loaded.
  await scenario.prepare?.();
  const load = await loaderIn(installed);
  for (const name of meta.globals ?? []) await load(name);
  return { meta, scenario, loaded: await loadModules(meta, load) };
}

/** @param {Meta} meta @param {(name: string) => Promise<unknown>} load */
async function loadModules(meta, load) {
  if (meta.modules === undefined) return load(meta.entry ?? meta.package);
  /** @type {Record<string, unknown>} */
  const modules = {};
  for (const [key, name] of Object.entries(meta.modules)) modules[key] = await load(name);
  return modules;
}

/** @param {string} installed @returns {Promise<(name: string) => Promise<unknown>>} */
async function loaderIn(installed) {
  const file = join(installed, "load.mjs");
  writeFileSync(file, LOADER);
  /** @type {{ load: (name: string) => Promise<unknown> }} */
  const loader = await import(pathToFileURL(file).href);
  const require = createRequire(pathToFileURL(file));
  return async (name) => (name.startsWith(REQUIRE) ? require(name.slice(REQUIRE.length)) : loader.load(name));
}
