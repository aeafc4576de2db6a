import { control } from "./control.ts";
import { Patches } from "./patches.ts";

type Method = (this: unknown, ...values: unknown[]) => unknown;

/** Kept apart from the controlled globals: a console that a test spies on is nobody's mistake. */
const patches = new Patches();
const known = new WeakSet<object>();

/**
 * What the console does with the body's words is the runner's business: its streams, ticks and messages are not the
 * body's events. Called before each exploration, as runners replace the console.
 */
export function installConsole(): void {
  const target = globalThis.console as unknown as Record<string, unknown>;
  if (known.has(target)) return;
  known.add(target);
  for (const key of Object.keys(target)) {
    const native = target[key];
    if (typeof native !== "function") continue;
    patches.method(target, key, function (this: unknown, ...values: unknown[]): unknown {
      if (!control.inside) return (native as Method).apply(this, values);
      return control.outside(() => (native as Method).apply(this, values));
    });
  }
}

export function uninstallConsole(): void {
  known.delete(globalThis.console);
  patches.undo();
}
