import { natives } from "./natives.ts";

type Runner = (callback: () => void) => void;
type AsyncHooks = { AsyncResource?: new (type: string) => { runInAsyncScope(callback: () => void): void } };

const builtin = (globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }).process;
const hooks: AsyncHooks | undefined =
  (builtin?.getBuiltinModule?.("node:async_hooks") as AsyncHooks | undefined) ?? (await loadHooks());

async function loadHooks(): Promise<AsyncHooks | undefined> {
  try {
    return await import("node:async_hooks");
  } catch {
    return undefined;
  }
}

const direct: Runner = (callback) => callback();

/** Keeps the async context (AsyncLocalStorage) of now, for a callback that the scheduler runs later. */
export function captureContext(type: string): Runner {
  if (hooks?.AsyncResource === undefined) return direct;
  const resource = new hooks.AsyncResource(type);
  return (callback) => resource.runInAsyncScope(callback);
}

/** Runs a callback from a microtask, as whatever follows an await is run. */
export function fromMicrotask(callback: () => void): void {
  natives.queueMicrotask.call(globalThis, callback);
}
