/** All properties of everything that can be reached from the globals and the runtime's modules. */
import { builtinModules } from "node:module";

type Descriptors = ReadonlyMap<PropertyKey, PropertyDescriptor>;

export interface Snapshot {
  readonly objects: ReadonlyMap<object, Descriptors>;
  readonly names: ReadonlyMap<object, string>;
}

const DEPTH = 4;

/** Counters, caches and the like: they change by themselves. */
const restless = /^globalThis\.(__vitest|process\.(_|env|memoryUsage|report|stdout|stderr|stdin|release|config|features|versions|mainModule|channel|connected|title|debugPort|exitCode))|^globalThis\.process\.(domain|argv|execArgv)|\$\$jest|chai|kChannelHandle|^node:module\.(.*\.)?(_cache|_pathCache)\b/;

const isObject = (value: unknown): value is object => (typeof value === "object" || typeof value === "function") && value !== null;

/**
 * @param modules - the namespaces of builtin modules by name.
 */
export function takeSnapshot(modules: ReadonlyMap<string, object>): Snapshot {
  // Much of Node is made when it is first looked at.
  for (const key of Reflect.ownKeys(globalThis)) Reflect.get(globalThis, key);
  const objects = new Map<object, Descriptors>();
  const names = new Map<object, string>();
  const queue: [object, string, number][] = [[globalThis, "globalThis", 0]];
  for (const [name, module] of modules) queue.push([module, name, 0]);
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const [object, name, depth] = next;
    if (objects.has(object) || restless.test(name)) continue;
    const descriptors = new Map<PropertyKey, PropertyDescriptor>();
    for (const key of Reflect.ownKeys(object)) {
      const path = `${name}.${String(key)}`;
      if (restless.test(path)) continue;
      const descriptor = Object.getOwnPropertyDescriptor(object, key)!;
      descriptors.set(key, descriptor);
      if (depth >= DEPTH) continue;
      // `process`, `crypto` and others stand behind getters of the global object.
      const value: unknown = object === globalThis ? Reflect.get(object, key) : descriptor.value;
      if (isObject(value)) queue.push([value, path, depth + 1]);
      if (descriptor.get !== undefined) queue.push([descriptor.get, `${path}.get`, depth + 1]);
    }
    objects.set(object, descriptors);
    names.set(object, name);
    const prototype = Object.getPrototypeOf(object) as object | null;
    if (prototype !== null && depth < DEPTH) queue.push([prototype, `${name}.__proto__`, depth + 1]);
  }
  return { objects, names };
}

/** What has changed since, in words. */
export function changesSince({ objects, names }: Snapshot): string[] {
  const changes: string[] = [];
  for (const [object, before] of objects) {
    const keys = new Set<PropertyKey>([...before.keys(), ...Reflect.ownKeys(object)]);
    for (const key of keys) {
      const path = `${names.get(object)}.${String(key)}`;
      if (restless.test(path)) continue;
      const [was, is] = [before.get(key), Object.getOwnPropertyDescriptor(object, key)];
      const shown = difference(was, is);
      if (shown !== undefined) changes.push(`${path}: ${shown}`);
    }
  }
  return changes;
}

function difference(was: PropertyDescriptor | undefined, is: PropertyDescriptor | undefined): string | undefined {
  if (was === undefined || is === undefined) return was === is ? undefined : was === undefined ? "was not there" : "is gone";
  for (const field of ["value", "get", "set", "enumerable", "configurable", "writable"] as const) {
    if (!Object.is(was[field], is[field])) return `${field} was ${String(was[field]).slice(0, 40)}, is ${String(is[field]).slice(0, 40)}`;
  }
  return undefined;
}

const wanted = [
  "async_hooks", "child_process", "crypto", "dns", "dns/promises", "events", "fs", "fs/promises", "http", "https", "module",
  "net", "perf_hooks", "stream", "stream/promises", "stream/web", "timers", "timers/promises", "util", "worker_threads", "zlib",
];

/** The modules that heddle may touch, and their neighbours: their ES module views, and through these the objects. */
export async function builtins(): Promise<ReadonlyMap<string, object>> {
  const found = new Map<string, object>();
  for (const name of wanted.filter((one) => builtinModules.includes(one))) {
    found.set(`node:${name}`, (await import(/* @vite-ignore */ `node:${name}`)) as object);
  }
  return found;
}
