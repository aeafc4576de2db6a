import { subscribe } from "./control.ts";
import { natives, nodeProcess } from "./natives.ts";

/** An async context that was kept: Node's own `AsyncResource` is one. */
export interface AsyncContext {
  runInAsyncScope<This>(callback: (this: This) => void, thisArg?: This): void;
}

type AsyncHooks = { AsyncResource?: new (type: string) => AsyncContext };

const hooks = nodeProcess.getBuiltinModule?.("node:async_hooks") as AsyncHooks | undefined;

const direct: AsyncContext = { runInAsyncScope: (callback, thisArg) => callback.call(thisArg!) };

/** Keeps the async context (AsyncLocalStorage) of now, for a callback that the scheduler runs later. */
export function captureContext(type: string): AsyncContext {
  return hooks?.AsyncResource === undefined ? direct : new hooks.AsyncResource(type);
}

const settled: Promise<unknown> = natives.resolve.call(natives.Promise);

/**
 * Runs a callback from a microtask, as whatever follows an await is run. (Node's `queueMicrotask` makes an
 * `AsyncResource` each time, which costs as much as two awaits.)
 */
export function fromMicrotask(callback: () => void): void {
  subscribe(settled, callback, callback);
}
