import { PendingEvent } from "../../engine/event.ts";
import { captureContext } from "../context.ts";
import { control } from "../control.ts";
import { handleError } from "../process/handlers.ts";
import { natives, nodeProcess } from "../natives.ts";
import { isCalledByRuntime } from "../stack.ts";

type Callback = (...values: unknown[]) => unknown;

/**
 * A `queueMicrotask` or `process.nextTick` callback: caught under `chaos` only, where it may be overtaken. Microtasks of
 * the runtime's own code are not, but with `scope: "all"`: a stream that is to be closed by one would be read for ever.
 */
class CallbackEvent extends PendingEvent {
  private readonly context = captureContext("heddle.callback");
  private readonly callback: () => void;

  constructor(kind: "microtask" | "tick", callback: () => void, above: Function) {
    super(kind, control.execution!.task);
    this.callback = callback;
    this.origin = control.recorder?.origin(above);
  }

  override run(): void {
    this.context.runInAsyncScope(this.callback);
  }
}

/**
 * Native ticks of the body: set and not yet run, and run so far. Settling without the synchronous drain asks for
 * them, for a tick that a late microtask sets stands behind heddle's own.
 */
export const nativeTicks: { open: number; ran: number } = { open: 0, ran: 0 };

function counted(callback: () => void): () => void {
  nativeTicks.open += 1;
  return () => {
    nativeTicks.open -= 1;
    nativeTicks.ran += 1;
    callback();
  };
}

/** What a native callback of the body throws is the execution's failure, and never the process's. */
function guarded(callback: () => void): () => void {
  const execution = control.execution!;
  return () => {
    try {
      callback();
    } catch (error) {
      if (!handleError(error, "uncaughtException")) execution.fail("error", error);
    }
  };
}

export function patchedQueueMicrotask(this: unknown, callback: Callback): void {
  if (!control.inside || typeof callback !== "function") {
    natives.queueMicrotask.call(globalThis, callback);
  } else if (control.chaotic && (control.isWide || !isCalledByRuntime(patchedQueueMicrotask))) {
    const execution = control.execution!;
    const event = new CallbackEvent("microtask", () => void callback(), patchedQueueMicrotask);
    // Through the queue itself, so that it takes its place among the awaits that came before it.
    natives.queueMicrotask.call(globalThis, () => {
      if (!execution.over) execution.readyContinuation(event);
    });
  } else if (!control.isRunaway()) {
    natives.queueMicrotask.call(globalThis, guarded(() => void callback()));
  }
}

export function patchedNextTick(this: unknown, callback: Callback, ...values: unknown[]): void {
  const native = natives.nextTick!;
  const { operation } = control;
  if (operation !== undefined && typeof callback === "function") {
    native.call(nodeProcess, counted(() => operation.run(() => void callback(...values))));
  } else if (!control.inside || typeof callback !== "function") {
    native.call(nodeProcess, callback, ...values);
  } else if (control.chaotic) {
    control.execution!.readyTick(new CallbackEvent("tick", () => void callback(...values), patchedNextTick));
  } else if (!control.isRunaway()) {
    native.call(nodeProcess, counted(guarded(() => void callback(...values))));
  }
}
