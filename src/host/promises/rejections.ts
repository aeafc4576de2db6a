import { PendingEvent } from "../../engine/event.ts";
import type { Execution } from "../../engine/execution.ts";
import { control } from "../control.ts";
import { errorOf, forgetCapture, handleError, handlesErrors, hasHandlers, installCapture, noteHandlers, tellHandlers, wasWarned } from "../process/handlers.ts";
import { natives, nodeProcess } from "../natives.ts";
import type { Patches } from "../patches.ts";
import { isOwnWarning } from "./tracing.ts";

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
  forgetCapture();
  if (unhandled.size > 0) unhandled.clear();
}

/** What is still unhandled: the first reason, and whether it is that of a spawned task. */
export function firstUnhandled(): { readonly reason: unknown; readonly isTask: boolean } | undefined {
  if (unhandled.size === 0) return undefined;
  for (const [promise, reason] of unhandled) return { reason, isTask: watch?.isTask(promise) === true };
  return undefined;
}

/** Takes down that a promise of the execution was rejected, and nobody has heard it. */
function note(execution: Execution, reason: unknown, promise: unknown): void {
  unhandled.set(promise, reason);
  if (watch?.isImmediate === true && !watch.isTask(promise)) execution.fail("unhandled-rejection", reason);
}

/** Somebody listens after all. Node gives the promise, Deno the reason and the promise. */
function forget(values: readonly unknown[]): void {
  for (const value of values) unhandled.delete(value);
}

/** Whether the body has handlers that a process would tell of a rejection. */
function isHandled(): boolean {
  return hasHandlers("unhandledRejection") || handlesErrors();
}

/** Tells them. */
function handleRejection(reason: unknown, promise: unknown): void {
  try {
    if (tellHandlers("unhandledRejection", [reason, promise])) return;
  } catch (error) {
    if (!handleError(error, "uncaughtException")) control.execution?.fail("error", error);
    return;
  }
  handleError(errorOf(reason), "unhandledRejection");
}

/**
 * Where awaits are delayed, Node's queues are empty after each step. A process tells of rejections when it has nothing
 * else to do before its event loop goes on, so that is an event, and a tick by its place.
 */
class RejectionEvent extends PendingEvent {
  private readonly promise: unknown;

  constructor(execution: Execution, promise: unknown) {
    super("tick", execution.task);
    this.promise = promise;
    this.label = "rejection that nobody has heard";
  }

  override run(): void {
    if (!unhandled.has(this.promise)) return;
    const reason = unhandled.get(this.promise);
    unhandled.delete(this.promise);
    handleRejection(reason, this.promise);
  }
}

/** A promise of the execution was rejected, and nobody has heard it. */
function onRejection(execution: Execution, reason: unknown, promise: unknown): void {
  if (!isHandled() || watch?.isTask(promise) === true) {
    note(execution, reason, promise);
  } else if (!control.delaysContinuations) {
    handleRejection(reason, promise);
  } else {
    unhandled.set(promise, reason);
    execution.readyTick(new RejectionEvent(execution, promise));
  }
}

/**
 * While an execution runs, the process's listeners (the test runner's among them) do not hear of what the body's
 * promises and callbacks do: the execution does, and the handlers that the body itself has added.
 */
function patchedEmit(this: unknown, name: string, ...values: unknown[]): boolean {
  const { execution } = control;
  if (execution !== undefined) {
    switch (name) {
      case "unhandledRejection":
        onRejection(execution, values[0], values[1]);
        return true;
      case "rejectionHandled":
        forget(values);
        tellHandlers(name, values);
        // Where nobody was told, Node warns: of what an execution judges itself.
        return true;
      case "uncaughtException":
        if (!tellHandlers(name, values)) execution.fail("error", values[0]);
        return true;
      case "uncaughtExceptionMonitor":
        return tellHandlers(name, values);
      case "warning":
        if (isOwnWarning(values[0])) return true;
        if (wasWarned(values[0])) return tellHandlers(name, values);
        break;
      default:
    }
  }
  return natives.processEmit!.call(this, name, ...values);
}

/** Bun and Deno tell of rejections only where somebody listens, and Bun not through `process.emit`. */
function onUnhandled(reason: unknown, promise: unknown): void {
  const { execution } = control;
  if (execution !== undefined) {
    // Such a runtime tells all listeners itself.
    if (!isHandled()) note(execution, reason, promise);
  } else if (nodeProcess.listenerCount?.("unhandledRejection") === 1) {
    // Nobody else listens: as if heddle did not either.
    throw reason;
  }
}

function onHandled(...values: unknown[]): void {
  if (control.execution !== undefined) forget(values);
}

/** For as long as an exploration runs. */
export function listenForRejections(listens: boolean): void {
  const change = listens ? nodeProcess.on : nodeProcess.off;
  change?.call(nodeProcess, "unhandledRejection", onUnhandled as () => void);
  change?.call(nodeProcess, "rejectionHandled", onHandled);
  if (listens) noteHandlers();
}

export function installRejections(patches: Patches): void {
  installCapture(patches);
  if (natives.processEmit !== undefined) patches.shadow(nodeProcess, "emit", patchedEmit);
}
