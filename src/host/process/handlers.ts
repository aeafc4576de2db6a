import { control } from "../control.ts";
import { nodeProcess } from "../natives.ts";
import { standIn } from "../stand-in.ts";
import { bare } from "./process-state.ts";
import type { Patches } from "../patches.ts";

/*
 * Handlers that a body adds to the process are told what a process would tell them, and what they have handled is no
 * failure. The runner's handlers, and all others that were there before the exploration, hear nothing.
 */

type Listener = ((this: unknown, ...values: unknown[]) => unknown) & { readonly listener?: Listener };

/** What a process tells of errors that nobody has caught. */
const NAMES: readonly string[] = ["uncaughtException", "uncaughtExceptionMonitor", "unhandledRejection", "rejectionHandled", "warning"];

const known = new Map<string, ReadonlySet<unknown>>();
/** Warnings that were printed: a search makes each of them a thousand times. */
const warned = new Set<string>();
/** What the body gave to `process.setUncaughtExceptionCaptureCallback`. */
let capture: Listener | undefined;

/** An exploration begins: whoever listens now is not the body's. */
export function noteHandlers(): void {
  warned.clear();
  for (const name of NAMES) known.set(name, new Set(nodeProcess.rawListeners?.(name).map((listener) => bare(listener as Listener))));
}

function handlersOf(name: string): readonly Listener[] {
  const before = known.get(name);
  if (before === undefined || nodeProcess.rawListeners === undefined) return [];
  return (nodeProcess.rawListeners(name) as readonly Listener[]).filter((listener) => !before.has(bare(listener)));
}

/** Whether the body has handlers of this kind. */
export function hasHandlers(name: string): boolean {
  return handlersOf(name).length > 0;
}

/** Whether the body handles errors that nobody has caught. */
export function handlesErrors(): boolean {
  return capture !== undefined || hasHandlers("uncaughtException");
}

/** Calls the body's handlers of this kind, in their order. False if there are none. */
export function tellHandlers(name: string, values: readonly unknown[]): boolean {
  const handlers = handlersOf(name);
  for (const handler of handlers) Reflect.apply(handler, nodeProcess, values);
  return handlers.length > 0;
}

/**
 * Tells the body of an error that nobody has caught, as Node does: first whoever watches, then whoever captures, else
 * the handlers. What one of these throws ends a process: here it fails the execution.
 * @returns whether it was handled.
 */
export function handleError(error: unknown, origin: "uncaughtException" | "unhandledRejection"): boolean {
  try {
    tellHandlers("uncaughtExceptionMonitor", [error, origin]);
    if (capture === undefined) return tellHandlers("uncaughtException", [error, origin]);
    capture.call(nodeProcess, error);
  } catch (thrown) {
    control.execution?.fail("error", thrown);
  }
  return true;
}

/** The error that Node makes of a rejection whose reason is none. */
export function errorOf(reason: unknown): unknown {
  if (typeof reason === "object" && reason !== null && Object.hasOwn(reason, "stack")) return reason;
  const error = new Error(
    `This error originated either by throwing inside of an async function without a catch block, or by rejecting a promise which was not handled with .catch(). The promise rejected with the reason "${textOf(reason)}".`,
  );
  error.name = "UnhandledPromiseRejection";
  return Object.assign(error, { code: "ERR_UNHANDLED_REJECTION" });
}

function textOf(reason: unknown): string {
  try {
    return String(reason);
  } catch {
    return "#<Object>";
  }
}

/** Whether a warning was told to the process's own listeners before, in this exploration. */
export function wasWarned(warning: unknown): boolean {
  const { name, message } = (warning ?? {}) as Partial<Error>;
  const text = `${String(name)}: ${String(message)}`;
  const isKnown = warned.has(text);
  warned.add(text);
  return isKnown;
}

/** An execution begins or ends. */
export function forgetCapture(): void {
  if (capture === undefined) return;
  capture = undefined;
  nativeCapturing?.call(nodeProcess, null);
}

let nativeCapturing: Listener | undefined;

export function installCapture(patches: Patches): void {
  const native = nodeProcess.setUncaughtExceptionCaptureCallback as Listener | undefined;
  if (native === undefined) return;
  nativeCapturing = native;
  patches.method(nodeProcess, "setUncaughtExceptionCaptureCallback", standIn(native, (self, values) => {
    // It throws at what is no function, and where another is set.
    const result = native.apply(self, values);
    if (control.inside) capture = (values[0] as Listener | null) ?? undefined;
    return result;
  }));
}
