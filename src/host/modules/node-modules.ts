/*
 * Instances of modules where the runtime itself loads them.
 *
 * ES modules are known by their addresses, so each instance has its number in the address of each of its modules: a hook of the
 * loader hands it on from a module to what that imports. CommonJS modules are known by their paths, in a cache; the
 * execution is given one of its own. Shared by all executions: the runtime's own modules, native addons, heddle, and what a CommonJS module
 * imports by `import()`.
 */
import { HeddleError } from "../../engine/errors.ts";
import { nodeProcess } from "../natives.ts";
import { ownFolder } from "../own-place.ts";

interface ModuleBuiltin {
  _cache?: Record<string, object | undefined>;
  /** Node 22.15 and 23.5 on: in this thread. */
  readonly registerHooks?: (hooks: { readonly resolve: Resolve }) => unknown;
  /** Node 20.6 on: in a thread of their own. */
  readonly register?: (address: string) => void;
}

interface UrlBuiltin {
  readonly pathToFileURL: (path: string) => URL;
}

interface Resolved {
  readonly url: string;
}

interface Context {
  readonly parentURL?: string | undefined;
}

type Next = (specifier: string, context: Context) => Resolved;
type Resolve = (specifier: string, context: Context, next: Next) => Resolved;

/** Before what an import for an instance asks for: JSON of the specifier, the file that asks, and the number. */
const SCHEME = "heddle-instance:";
const QUERY = "heddle-instance";

/**
 * The hook, as text: on Node 20 it runs in another thread. With one function for both, what `next` gives may be a promise.
 * A module of an instance hands its number on to files, but not to heddle's.
 */
const HOOK = `(scheme, query, own) => (specifier, context, next) => {
  const asked = specifier.startsWith(scheme) ? JSON.parse(decodeURIComponent(specifier.slice(scheme.length))) : undefined;
  const number = asked?.instance ?? new RegExp("[?&]" + query + "=(\\\\d+)").exec(context.parentURL ?? "")?.[1];
  if (number === undefined) return next(specifier, context);
  const mark = (resolved) => {
    if (!resolved.url.startsWith("file:") || resolved.url.startsWith(own) || resolved.url.endsWith(".node")) return resolved;
    return { ...resolved, url: resolved.url + (resolved.url.includes("?") ? "&" : "?") + query + "=" + number };
  };
  const resolved = asked === undefined ? next(specifier, context) : next(asked.specifier, { ...context, parentURL: asked.parent });
  return typeof resolved.then === "function" ? resolved.then(mark) : mark(resolved);
}`;

let hasHook = false;

/** @throws HeddleError `UNSUPPORTED` where the runtime's loader has no hooks. */
function installHook(module: ModuleBuiltin | undefined): void {
  if (hasHook) return;
  const values = [SCHEME, QUERY, ownFolder].map((value) => JSON.stringify(value)).join(", ");
  const made = `(${HOOK})(${values})`;
  if (module?.registerHooks !== undefined) {
    // oxlint-disable-next-line no-implied-eval, no-new-func, typescript/no-implied-eval -- the same text runs in another thread elsewhere.
    module.registerHooks({ resolve: new Function(`return ${made}`)() as Resolve });
  } else if (module?.register !== undefined) {
    module.register(`data:text/javascript,${encodeURIComponent(`export const resolve = ${made};`)}`);
  } else {
    throw new HeddleError("UNSUPPORTED", "import(specifier) needs a runtime whose loader has hooks (module.register): Node 20.6 or newer");
  }
  hasHook = true;
}

/** The cache of the process, while an execution has one of its own. */
let shared: ModuleBuiltin["_cache"] | undefined;

function moduleBuiltin(): ModuleBuiltin | undefined {
  return nodeProcess.getBuiltinModule?.("node:module") as ModuleBuiltin | undefined;
}

/** What is an address already stays one. */
function addressOf(file: string): string {
  if (file.includes("://")) return file;
  return (nodeProcess.getBuiltinModule!("node:url") as unknown as UrlBuiltin).pathToFileURL(file).href;
}

/** What may not be loaded twice is in the execution's cache from the beginning. */
function beginCommonJs(module: ModuleBuiltin): void {
  if (shared !== undefined || module._cache === undefined) return;
  shared = module._cache;
  const kept = Object.entries(shared).filter(([path]) => path.endsWith(".node") || addressOf(path).startsWith(ownFolder));
  module._cache = Object.assign(Object.create(null) as object, Object.fromEntries(kept));
}

/** The process has its own cache again. */
export function endCommonJs(): void {
  if (shared === undefined) return;
  moduleBuiltin()!._cache = shared;
  shared = undefined;
}

/**
 * Loads a module by the runtime's own loader.
 * @throws HeddleError `UNSUPPORTED`
 */
export async function importByNode(specifier: string, parent: string, instance: number): Promise<unknown> {
  const module = moduleBuiltin();
  installHook(module);
  beginCommonJs(module!);
  const asked = { specifier, parent: addressOf(parent), instance };
  return import(/* @vite-ignore */ `${SCHEME}${encodeURIComponent(JSON.stringify(asked))}`);
}
