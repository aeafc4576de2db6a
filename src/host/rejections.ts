import type { Execution } from "../engine/execution.ts";
import { control } from "./control.ts";
import { natives, nodeProcess } from "./natives.ts";
import type { Patches } from "./patches.ts";

/** Promises of the running execution that were rejected with nobody listening (yet). */
const unhandled = new Map<unknown, unknown>();

/** Takes a look at each unhandled rejection of the body: `true` where it is somebody else's business. */
export interface RejectionWatch {
  /** Whether a rejection fails the execution at once, as it would crash a process. */
  readonly isImmediate: boolean;
  /** A promise of `spawn`: its rejection is judged at the end. */
  isTask(promise: unknown): boolean;
}

let watch: RejectionWatch | undefined;

export function watchRejections(watching: RejectionWatch | undefined): void {
  watch = watching;
  if (unhandled.size > 0) unhandled.clear();
}

/** What is still unhandled: the first reason, and whether it is that of a spawned task. */
export function firstUnhandled(): { readonly reason: unknown; readonly isTask: boolean } | undefined {
  if (unhandled.size === 0) return undefined;
  for (const [promise, reason] of unhandled) return { reason, isTask: watch?.isTask(promise) === true };
  return undefined;
}

/** Takes down what happened to a promise of the execution. False where it is nothing of the kind. */
function note(execution: Execution, name: string, values: readonly unknown[]): boolean {
  switch (name) {
    case "unhandledRejection":
      unhandled.set(values[1], values[0]);
      if (watch?.isImmediate === true && !watch.isTask(values[1])) execution.fail("unhandled-rejection", values[0]);
      return true;
    case "rejectionHandled":
      // Node gives the promise, Deno the reason and the promise.
      for (const value of values) unhandled.delete(value);
      return true;
    case "uncaughtException":
      execution.fail("error", values[0]);
      return true;
    default:
      return false;
  }
}

/**
 * While an execution runs, the process's listeners (the test runner's among them) do not hear of what the body's
 * promises and callbacks do: the execution does.
 */
function patchedEmit(this: unknown, name: string, ...values: unknown[]): boolean {
  const { execution } = control;
  if (execution !== undefined && note(execution, name, values)) return true;
  return natives.processEmit!.call(this, name, ...values);
}

/** Bun and Deno tell of rejections only where somebody listens, and Bun not through `process.emit`. */
function onUnhandled(reason: unknown, promise: unknown): void {
  const { execution } = control;
  if (execution !== undefined) {
    note(execution, "unhandledRejection", [reason, promise]);
  } else if (nodeProcess.listenerCount?.("unhandledRejection") === 1) {
    // Nobody else listens: as if heddle did not either.
    throw reason;
  }
}

function onHandled(...values: unknown[]): void {
  if (control.execution !== undefined) note(control.execution, "rejectionHandled", values);
}

/** For as long as an exploration runs. */
export function listenForRejections(listens: boolean): void {
  const change = listens ? nodeProcess.on : nodeProcess.off;
  change?.call(nodeProcess, "unhandledRejection", onUnhandled as () => void);
  change?.call(nodeProcess, "rejectionHandled", onHandled);
}

export function installRejections(patches: Patches): void {
  if (natives.processEmit !== undefined) patches.shadow(nodeProcess, "emit", patchedEmit);
}
