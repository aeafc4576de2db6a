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

/** Bun and Deno emit the event only where somebody listens, and end the process otherwise. */
const tellsListenersOnly: boolean = nodeProcess.versions?.["bun"] !== undefined || nodeProcess.versions?.["deno"] !== undefined;

let watch: RejectionWatch | undefined;

const ignore = (): void => undefined;

export function watchRejections(watching: RejectionWatch | undefined): void {
  watch = watching;
  if (tellsListenersOnly) {
    if (watching === undefined) {
      nodeProcess.off!("unhandledRejection", ignore);
    } else {
      nodeProcess.on!("unhandledRejection", ignore);
    }
  }
  if (unhandled.size > 0) unhandled.clear();
}

/** What is still unhandled: the first reason, and whether it is that of a spawned task. */
export function firstUnhandled(): { readonly reason: unknown; readonly isTask: boolean } | undefined {
  for (const [promise, reason] of unhandled) return { reason, isTask: watch?.isTask(promise) === true };
  return undefined;
}

/**
 * While an execution runs, the process's listeners (the test runner's among them) do not hear of what the body's
 * promises and callbacks do: the execution does.
 */
function patchedEmit(this: unknown, name: string, ...values: unknown[]): boolean {
  const { execution } = control;
  if (execution !== undefined) {
    switch (name) {
      case "unhandledRejection":
        unhandled.set(values[1], values[0]);
        if (watch?.isImmediate === true && !watch.isTask(values[1])) execution.fail("unhandled-rejection", values[0]);
        return true;
      case "rejectionHandled":
        unhandled.delete(values[0]);
        return true;
      case "uncaughtException":
        execution.fail("error", values[0]);
        return true;
      default:
    }
  }
  return natives.processEmit!.call(this, name, ...values);
}

export function installRejections(patches: Patches): void {
  if (natives.processEmit !== undefined) patches.shadow(nodeProcess, "emit", patchedEmit);
}
