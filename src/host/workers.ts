import { control } from "./control.ts";
import { noteAnswered, noteAsked, noteReach } from "./outside.ts";
import type { Patches } from "./patches.ts";
import { own, tell } from "./sockets.ts";

/*
 * Workers work beside this thread. What one tells is an event, in order for each worker. When it comes to tell it is
 * the machine's doing, and the verdict says so; but a worker that was sent something is given time to answer.
 */

type AnyFunction = (this: unknown, ...values: unknown[]) => unknown;

/** What the runtime tells by emitting it. */
const TOLD: ReadonlySet<unknown> = new Set(["message", "messageerror", "online", "error", "exit"]);

/** The execution that last had to do with a worker. */
const users = new WeakMap<object, unknown>();

function emitting(native: AnyFunction): AnyFunction {
  return function emit(this: unknown, ...values: unknown[]): unknown {
    const worker = this as object;
    const emitNow = (): unknown => native.apply(this, values);
    if (!TOLD.has(values[0])) return emitNow();
    noteAnswered(worker);
    const later = (deliveries: ReturnType<typeof own>): boolean => {
      deliveries.deliver(String(values[0]), emitNow);
      return true;
    };
    return tell(worker, emitNow, later, false);
  };
}

/** Who sends something to a worker has to do with it. */
function posting(native: AnyFunction): AnyFunction {
  return function postMessage(this: unknown, ...values: unknown[]): unknown {
    const worker = this as object;
    if (control.inside || control.waiting) noteReach("beside", "messages of workers");
    if (control.inside) {
      if (users.get(worker) !== control.execution) own(worker, postMessage);
      users.set(worker, control.execution);
      noteAsked(worker);
    }
    return native.apply(this, values);
  };
}

/** @param worker - the prototype of `Worker` of `node:worker_threads`, where there is one. */
export function installWorkers(patches: Patches, worker: object | undefined): void {
  const { emit, postMessage } = (worker ?? {}) as Record<string, AnyFunction | undefined>;
  if (worker === undefined || emit === undefined || postMessage === undefined) return;
  patches.shadow(worker, "emit", emitting(emit));
  patches.shadow(worker, "postMessage", posting(postMessage));
}
