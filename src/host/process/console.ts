import { control } from "../control.ts";
import { Patches } from "../patches.ts";
import { standIn } from "../stand-in.ts";

type Method = (this: unknown, ...values: unknown[]) => unknown;

/** Methods whose words are kept until the execution is over. */
const KEPT: ReadonlySet<string> = new Set(["log", "info", "warn", "error", "debug"]);

/** Kept apart from the controlled globals: a console that a test spies on is nobody's mistake. */
const patches = new Patches();
const known = new WeakSet<object>();
let kept: (() => void)[] = [];
let format: (...values: unknown[]) => string = (...values) => values.map(String).join(" ");

/** How the runtime would print the values: `format` of `node:util`. */
export function formatConsoleWith(formatting: typeof format): void {
  format = formatting;
}

/**
 * What the console does with the body's words is the runner's business: its streams, ticks and messages are not the
 * body's events. A runner may send them from a microtask, though, and that would run in the body's own drain: so the
 * words are made at once and printed between executions. Called before each exploration, as runners replace the
 * console.
 */
export function installConsole(): void {
  const target = globalThis.console as unknown as Record<string, unknown>;
  if (known.has(target)) return;
  known.add(target);
  for (const key of Object.keys(target)) {
    const native = target[key];
    if (typeof native === "function") patches.method(target, key, quiet(key, native as Method));
  }
}

function quiet(key: string, native: Method): Function {
  return standIn(native, (self, values) => {
    if (!control.inside) return native.apply(self, values);
    return control.outside(() => {
      if (!KEPT.has(key)) return native.apply(self, values);
      const text = format(...values);
      kept.push(() => void native.call(self, "%s", text));
      return undefined;
    });
  });
}

/** Prints what was kept. True if there was anything. */
export function writeConsole(): boolean {
  if (kept.length === 0) return false;
  const writes = kept;
  kept = [];
  for (const write of writes) write();
  return true;
}

export function uninstallConsole(): void {
  known.delete(globalThis.console);
  patches.undo();
}
