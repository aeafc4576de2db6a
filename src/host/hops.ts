import { fromMicrotask } from "./context.ts";
import { control } from "./control.ts";
import type { Handler } from "./continuation.ts";
import { natives } from "./natives.ts";
import { addStepsBehind, joinSteps } from "./tracing.ts";

/*
 * Reactions of the runtime's own: those that `Promise.all` and the like put on their inputs, and those of promises that
 * are resolved with promises. They run no code of the user's and are no events; but they stand in the microtask queue,
 * where their places count.
 */

const { then: then0 } = natives;

export type Combinator = (this: PromiseConstructor, inputs: Iterable<unknown>) => unknown;

/** More than 0 while `Promise.all` and the like subscribe to their inputs. */
let combining = 0;
/** The steps in which the inputs of such a combination settle, where that matters. */
let gathering: number[] | undefined;

export function isCombining(): boolean {
  return combining > 0;
}

/** `Promise.all` and the like. */
export function combinator(native: Combinator): Combinator {
  return function (this: PromiseConstructor, inputs: Iterable<unknown>): unknown {
    if (!control.catching) return native.call(this, inputs);
    const [outer, isTraced] = [gathering, control.execution!.tracer !== undefined];
    combining += 1;
    gathering = isTraced ? [] : undefined;
    try {
      const promise = native.call(this, inputs);
      if (isTraced) addStepsBehind(promise as object, gathering!);
      return promise;
    } finally {
      combining -= 1;
      gathering = outer;
    }
  };
}

/** A reaction of the runtime's own, with no code of the user's in it. */
export function hopThen(promise: Promise<unknown>, onFulfilled: Handler | undefined, onRejected: Handler | undefined): unknown {
  const steps = combining > 0 ? gathering : undefined;
  const { catching } = control;
  control.catching = false;
  control.subscribing = true;
  const derived = then0.call(promise, hopped(promise, onFulfilled, steps), hopped(promise, onRejected, steps));
  control.subscribing = false;
  control.catching = catching;
  return derived;
}

function hopped(promise: Promise<unknown>, handler: Handler | undefined, steps: number[] | undefined): Handler | undefined {
  if (typeof handler !== "function") return handler;
  return (value) => {
    if (control.inside === true) hop();
    if (steps !== undefined) joinSteps(promise, steps);
    return handler(value);
  };
}

let isHopping = false;

/** What is queued from here on stands one place deeper in the microtask queue. */
export function hop(): void {
  if (isHopping || control.execution === undefined) return;
  isHopping = true;
  fromMicrotask(hopOver);
}

function hopOver(): void {
  isHopping = false;
  if (control.execution !== undefined) control.execution.round += 1;
}
