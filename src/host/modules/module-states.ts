/**
 * What can be seen of the state of loaded modules: their exports, one step deep. It tells which module an execution has changed.
 */
import { control } from "../control.ts";
import { nodeProcess } from "../natives.ts";

/** Loaded modules by their paths, with what they export. */
export type LoadedModules = () => Iterable<readonly [path: string, exports: unknown]>;

/** As many modules, and as many fields of each value, are looked at. */
const MOST_MODULES = 500;
const MOST_FIELDS = 50;

const sources: LoadedModules[] = [commonJsModules];

/** A runner that loads modules itself says which. */
export function knowModules(source: LoadedModules): void {
  sources.push(source);
}

function* commonJsModules(): Iterable<readonly [string, unknown]> {
  const module = nodeProcess.getBuiltinModule?.("node:module") as { readonly _cache?: Record<string, { readonly exports?: unknown } | undefined> } | undefined;
  for (const [path, loaded] of Object.entries(module?._cache ?? {})) yield [path, loaded?.exports];
}

/** By path and field: `cache.js` and `stats.reads`. */
export type ModuleStates = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** As they are now. Packages are left out. */
export function moduleStates(): ModuleStates {
  return control.outside(() => {
    const states = new Map<string, Map<string, string>>();
    for (const source of sources) {
      for (const [path, exports] of source()) {
        if (states.size >= MOST_MODULES) return states;
        if (path.includes("node_modules")) continue;
        const fields = new Map<string, string>();
        look(exports, "", fields, 2);
        if (fields.size > 0) states.set(path, fields);
      }
    }
    return states;
  });
}

function look(value: unknown, name: string, fields: Map<string, string>, depth: number): void {
  const shown = sizeOf(value);
  if (shown !== undefined && name !== "") fields.set(name, shown);
  if (typeof value !== "object" || value === null || depth === 0 || Array.isArray(value)) return;
  try {
    for (const key of Object.keys(value).slice(0, MOST_FIELDS)) {
      look((value as Record<string, unknown>)[key], name === "" ? key : `${name}.${key}`, fields, depth - 1);
    }
  } catch {
    // A proxy or a getter that refuses: nothing can be said of the rest.
  }
}

/** What is compared of a value. */
function sizeOf(value: unknown): string | undefined {
  if (Array.isArray(value)) return `${value.length} elements`;
  if (value instanceof Map || value instanceof Set) return `${value.size} entries`;
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "bigint" || value === null || value === undefined) return String(value);
  return typeof value === "string" && value.length <= 100 ? JSON.stringify(value) : undefined;
}

/** In words, one for each field that is not as it was: `stats.reads in /app/cache.js, from 0 to 1`. */
export function changedModules(before: ModuleStates, after: ModuleStates): string[] {
  const changes: string[] = [];
  for (const [path, fields] of after) {
    for (const [field, value] of fields) {
      const was = before.get(path)?.get(field);
      if (was !== undefined && was !== value) changes.push(`${field} in ${path}, from ${was} to ${value}`);
    }
  }
  return changes;
}
