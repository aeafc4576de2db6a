import { isCalledByLoader } from "../../stack.ts";
import { control } from "../../control.ts";
import { handOver, transferred } from "../../messages/transfer.ts";
import { noteAnswered, noteAsked, noteReach } from "../../outside/under-way.ts";
import type { Patches } from "../../patches.ts";
import { own, tell } from "../sockets/sockets.ts";
import { standIn } from "../../stand-in.ts";
import { noteWorker } from "./starting.ts";

/*
 * Workers work beside this thread. What one tells is an event, in order for each worker. When it comes to tell it is
 * the machine's doing, and the verdict says so; but a worker that was sent something is given time to answer.
 */

type AnyFunction = (this: unknown, ...values: unknown[]) => unknown;

/** What the runtime tells by emitting it. */
const TOLD: ReadonlySet<unknown> = new Set(["message", "messageerror", "online", "error", "exit"]);

/** The execution that last had to do with a worker. */
const users = new WeakMap<object, unknown>();

function emitting(native: AnyFunction): Function {
  return standIn(native, (self, values) => {
    const worker = self as object;
    const emitNow = (): unknown => native.apply(self, values);
    if (!TOLD.has(values[0])) return emitNow();
    noteAnswered(worker);
    const later = (deliveries: ReturnType<typeof own>): boolean => {
      deliveries.deliver(String(values[0]), emitNow);
      return true;
    };
    return tell(worker, emitNow, later, false);
  });
}

/**
 * When a worker has ended, the runtime takes its listeners away, behind what it tells last. They are to hear that first.
 */
function removing(native: AnyFunction): AnyFunction {
  return function removeAllListeners(this: unknown, ...values: unknown[]): unknown {
    const worker = this as object;
    const removeNow = (): unknown => native.apply(this, values);
    const later = (deliveries: ReturnType<typeof own>): unknown => {
      deliveries.deliver("exit", removeNow);
      return worker;
    };
    return tell(worker, removeNow, later, worker);
  };
}

/** The execution has to do with a worker, and waits for it to say something. */
function use(worker: object, above: Function): void {
  // Hooks of the loader work in a worker of the runtime's own.
  if (isCalledByLoader(above)) return;
  if (control.inside || control.waiting) noteReach("beside", "messages of workers");
  if (!control.inside) return;
  if (users.get(worker) !== control.execution) own(worker, above);
  users.set(worker, control.execution);
  noteWorker(worker);
  noteAsked(worker);
}

/** Who sends something to a worker has to do with it. */
function posting(native: AnyFunction): Function {
  return standIn(native, (self, values, postMessage) => {
    const worker = self as object;
    use(worker, postMessage);
    const ports = transferred(values[1]);
    // The ports of the runtime's own that it goes through are not the body's.
    const result = control.outside(() => native.apply(self, values));
    handOver(ports, worker);
    return result;
  });
}

type WorkerClass = new (...values: unknown[]) => object;

/** A worker that was made in the body will say that it runs, or that it can't. */
function constructing(native: WorkerClass): WorkerClass {
  const MadeWorker: WorkerClass = new Proxy(native, {
    construct(target, values, newTarget) {
      const wanted = newTarget === MadeWorker ? target : newTarget;
      const options = values[1] as { transferList?: unknown } | null | undefined;
      const ports = transferred(options?.transferList);
      const worker = control.outside(() => Reflect.construct(target, values, wanted) as object);
      use(worker, MadeWorker);
      handOver(ports, worker);
      return worker;
    },
  });
  return MadeWorker;
}

/** @param workerThreads - the module `node:worker_threads`, where there is one. */
export function installWorkers(patches: Patches, workerThreads: Record<string, unknown> | undefined): void {
  const native = workerThreads?.["Worker"] as WorkerClass | undefined;
  if (workerThreads === undefined || native === undefined) return;
  const { emit, postMessage, removeAllListeners } = native.prototype as Record<string, AnyFunction | undefined>;
  if (emit === undefined || postMessage === undefined || removeAllListeners === undefined) return;
  patches.shadow(native.prototype as object, "emit", emitting(emit));
  patches.shadow(native.prototype as object, "postMessage", posting(postMessage));
  patches.shadow(native.prototype as object, "removeAllListeners", removing(removeAllListeners));
  patches.value(workerThreads, "Worker", constructing(native));
}
