import { control } from "../control.ts";
import { nodeProcess } from "../natives.ts";
import { Patches } from "../patches.ts";

/** Hears of the events that programs tell each other of, by `EventEmitter` and `EventTarget`. */
export interface EventsWatcher {
  /** @param above - the function that was called: stacks are captured above it. */
  told(target: object, name: string, isHeard: boolean, above: Function): void;
  listens(target: object, name: string, above: Function): void;
}

type Method = (this: object, ...values: unknown[]) => unknown;

interface EventsBuiltin {
  readonly EventEmitter: { readonly prototype: object };
  readonly getEventListeners?: (target: object, name: string | symbol) => readonly unknown[];
}

const LISTENING = ["on", "addListener", "prependListener", "once", "prependOnceListener"];

/**
 * Watches what is told to whom, until the function that it returns is called: for one execution, which is recorded. Of what
 * is neither an `EventEmitter` of Node's nor an `EventTarget` nothing is seen.
 */
export function watchEvents(watcher: EventsWatcher): () => void {
  const events = nodeProcess.getBuiltinModule?.("node:events") as EventsBuiltin | undefined;
  const emitter = events?.EventEmitter.prototype;
  const target = (globalThis as { EventTarget?: { readonly prototype: object } }).EventTarget?.prototype;
  const patches = new Patches();
  const replace = (holder: object | undefined, key: string, before: (self: object, values: readonly unknown[], above: Function) => void): void => {
    const native = holder === undefined ? undefined : (Object.getOwnPropertyDescriptor(holder, key)?.value as Method | undefined);
    if (holder === undefined || typeof native !== "function") return;
    const { [key]: watched } = {
      [key](this: object, ...values: unknown[]): unknown {
        if (control.inside) before(this, values, watched!);
        return native.apply(this, values);
      },
    };
    patches.method(holder, key, watched!);
  };
  const count = (self: object, name: string): number => events?.getEventListeners?.(self, name).length ?? 1;
  replace(emitter, "emit", (self, [name], above) => {
    if (typeof name === "string") watcher.told(self, name, count(self, name) > 0, above);
  });
  for (const key of LISTENING) {
    replace(emitter, key, (self, [name], above) => {
      if (typeof name === "string") watcher.listens(self, name, above);
    });
  }
  replace(target, "dispatchEvent", (self, [event], above) => {
    const name = (event as { readonly type?: unknown } | null)?.type;
    if (typeof name === "string") watcher.told(self, name, count(self, name) > 0, above);
  });
  replace(target, "addEventListener", (self, [name], above) => {
    if (typeof name === "string") watcher.listens(self, name, above);
  });
  return () => patches.undo();
}
