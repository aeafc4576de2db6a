import { EVERYTHING, REACTIONS, SHARED_REACTIONS } from "../engine/provenance.ts";
import type { Tracer } from "../engine/tracer.ts";
import { control } from "./control.ts";
import { natives } from "./natives.ts";
import { Patches } from "./patches.ts";
import { standIn } from "./stand-in.ts";

/*
 * What is watched besides, while a strategy wants to know which steps depend on which: who settles a promise, as the
 * first one wins; who aborts a signal and who looks at it; who takes from an async generator. In place from the first
 * such execution of an exploration to the exploration's end, and dormant while no execution is traced.
 */

const { Promise: NativePromise } = natives;

type Settle = (value: unknown) => void;
type Executor = (resolve: Settle, reject: Settle) => void;

/** The steps that had to come before a promise was settled. */
const pasts = new WeakMap<object, number[]>();

function tracer(): Tracer | undefined {
  return control.inside ? control.execution?.tracer : undefined;
}

/** The steps that settle a promise, as far as they are known; the list grows as they come. */
export function stepsBehind(promise: object): readonly number[] | undefined {
  return pasts.get(promise);
}

/** A promise that waits for several: the steps that settle these come before whatever waits for it. */
export function gatherSteps(promise: object): number[] {
  const steps = pasts.get(promise) ?? [];
  pasts.set(promise, steps);
  return steps;
}

/** Adds to them. */
export function addStepsBehind(promise: object, steps: number[]): void {
  const known = pasts.get(promise);
  if (known !== undefined) steps.push(...known);
  pasts.set(promise, steps);
}

/** The running step settles one of several promises, of a combination whose steps these are. */
export function joinSteps(promise: object, steps: number[]): void {
  const current = tracer();
  if (current === undefined) return;
  current.join();
  steps.push(current.step, ...(pasts.get(promise) ?? []));
}

/** Promises of which it is known which step made them, and their places. */
const made = new WeakMap<object, string>();
/** Of the others: where a reaction was registered first. */
const firstReactions = new WeakMap<object, { readonly tracer: Tracer; readonly step: number }>();

/** The running step registers a reaction on a promise: of two such steps the first one's reaction runs first. */
export function touchReactions(promise: object): void {
  const current = tracer();
  if (current === undefined || control.chaotic) return;
  const place = made.get(promise);
  if (place !== undefined) return current.touch(`${place} reactions`, true);
  current.touch(REACTIONS, false);
  const first = firstReactions.get(promise);
  if (first?.tracer !== current) firstReactions.set(promise, { tracer: current, step: current.step });
  else if (first.step !== current.step) current.touch(SHARED_REACTIONS, false);
}

/** The first call settles; the others have only looked. */
function settling(executor: Executor, place: string, behind: () => number[]): Executor {
  const trace = control.execution!.tracer!;
  let isSettled = false;
  const traced = (settle: Settle): Settle => (value) => {
    const current = tracer();
    if (current === trace) {
      current.touch(place, !isSettled);
      if (!isSettled) behind().push(current.step);
    }
    isSettled = true;
    settle(value);
  };
  return (resolve, reject) => executor(traced(resolve), traced(reject));
}

/** `Promise` as bodies see it meanwhile: the same in all but that its resolvers are watched. */
export const TracedPromise: PromiseConstructor = new Proxy(NativePromise, {
  construct(target, values, newTarget) {
    const executor: unknown = values[0];
    const wanted = newTarget === TracedPromise ? target : newTarget;
    if (tracer() === undefined || typeof executor !== "function") return Reflect.construct(target, values, wanted) as object;
    let promise: object | undefined;
    // It may be settled before it is there.
    const before: number[] = [];
    const behind = (): number[] => (promise === undefined ? before : gatherSteps(promise));
    const place = tracer()!.placeOf("promise");
    promise = Reflect.construct(target, [settling(executor as Executor, place, behind)], wanted) as object;
    made.set(promise, place);
    if (before.length > 0) gatherSteps(promise).push(...before);
    return promise;
  },
});

const places = new WeakMap<object, string>();

/** The running step looks at an object of the runtime's, or changes it. */
function touch(object: object, kind: string, isWrite: boolean): void {
  const current = tracer();
  if (current === undefined) return;
  let place = places.get(object);
  if (place === undefined) {
    place = current.placeOf(kind);
    places.set(object, place);
  }
  current.touch(place, isWrite);
}

type Method = (this: object, ...values: unknown[]) => unknown;

function watchMethod(patches: Patches, holder: object, key: string, kind: string): void {
  const native = (holder as Record<string, Method>)[key]!;
  patches.shadow(holder, key, standIn(native, (self, values) => {
    touch(self as object, kind, true);
    return native.apply(self as object, values);
  }));
}

function watchGetter(patches: Patches, holder: object, key: string, kind: string): void {
  const native = Object.getOwnPropertyDescriptor(holder, key)?.get;
  if (native === undefined) return;
  patches.getter(holder, key, standIn(native, (self) => {
    touch(self as object, kind, false);
    return native.call(self);
  }) as () => unknown);
}

function installSignals(patches: Patches): void {
  const { prototype } = AbortSignal;
  for (const key of ["aborted", "reason"]) watchGetter(patches, prototype, key, "signal");
  for (const key of ["addEventListener", "removeEventListener"]) watchMethod(patches, prototype, key, "signal");
  const abort = AbortController.prototype.abort;
  patches.method(AbortController.prototype, "abort", standIn(abort, (self, [reason]) => {
    touch((self as AbortController).signal, "signal", true);
    abort.call(self as AbortController, reason);
  }));
  const any = (AbortSignal as { any?: Method }).any;
  if (any === undefined) return;
  patches.method(AbortSignal, "any", standIn(any, (self, values) => {
    const signal = any.apply(self as object, values) as object;
    // It is aborted with any of its sources: what looks at it depends on them all.
    places.set(signal, EVERYTHING);
    return signal;
  }));
}

function installGenerators(patches: Patches): void {
  const generator = async function* (): AsyncGenerator {};
  const prototype = Object.getPrototypeOf(Object.getPrototypeOf(generator.prototype as object) as object) as object;
  const holder = Object.hasOwn(prototype, "next") ? prototype : (Object.getPrototypeOf(generator.prototype as object) as object);
  for (const key of ["next", "return", "throw"]) watchMethod(patches, holder, key, "generator");
}

const patches = new Patches();
let isInstalled = false;

/** Puts the watches in place. Does nothing where they are. */
export function watchDependences(): void {
  if (isInstalled) return;
  isInstalled = true;
  patches.value(globalThis, "Promise", TracedPromise);
  installSignals(patches);
  installGenerators(patches);
}

/** Takes them back. */
export function unwatchDependences(): void {
  isInstalled = false;
  patches.undo();
}
