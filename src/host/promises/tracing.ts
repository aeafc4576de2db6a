import { BLIND, EVERYTHING, REACTIONS, SHARED_REACTIONS } from "../../engine/provenance.ts";
import type { Tracer } from "../../engine/tracer.ts";
import { control } from "../control.ts";
import { nodeProcess, natives } from "../natives.ts";
import { Patches } from "../patches.ts";
import { standIn } from "../stand-in.ts";

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
  const traced = (settle: Settle): Settle => {
    const resolver: Settle = (value) => {
      const current = tracer();
      if (current === trace) {
        current.touch(place, !isSettled);
        if (!isSettled) behind().push(current.step);
      }
      isSettled = true;
      settle(value);
    };
    resolvers.add(resolver);
    return resolver;
  };
  return (resolve, reject) => executor(traced(resolve), traced(reject));
}

/** Node 25 and later don't tell, nor do Bun and Deno. */
const TELLS = "multipleResolves";
const { node = "99", bun, deno } = nodeProcess.versions ?? {};
const isTold = Number.parseInt(node, 10) < 25 && bun === undefined && deno === undefined;

/**
 * Somebody has tried to settle a promise that was settled before. Where its resolvers are not watched (its class, or
 * `Promise` itself, was kept from before), who came first is not known, and whoever does come first shows nothing of it:
 * all steps depend on each other.
 */
function settlesAgain(_how: unknown, promise: object): void {
  if (!made.has(promise)) tracer()?.touch(BLIND, true);
}

/** Node says so to whoever listens. */
function listenForSettling(): void {
  if (isTold && nodeProcess.listenerCount!(TELLS) === 0) nodeProcess.on!(TELLS, settlesAgain as () => void);
}

/** Node warns the first time that nobody should listen: if nobody else does, that is no business of the body's. */
export function isOwnWarning(warning: unknown): boolean {
  return isTold && (warning as { code?: unknown }).code === "DEP0160" && nodeProcess.listenerCount!(TELLS) === 1;
}

/**
 * Somebody waits for a promise of a subclass. Where nobody tells of what is settled again, steps may race to settle it
 * unseen, and all depend on each other.
 */
export function awaitsSubclass(promise: object): void {
  if (!isTold && !made.has(promise)) tracer()?.touch(BLIND, true);
}

const resolvers = new WeakSet<Function>();

/** Whether a function settles a promise, and tells of it. */
export function isResolver(value: Function): boolean {
  return resolvers.has(value);
}

/** Whether what is done to an object is watched here. */
export function isTracedElsewhere(object: object): boolean {
  return object instanceof NativePromise || object instanceof AbortSignal || object instanceof AbortController;
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

/** Signals that are aborted with others: what looks at one depends on them all. */
const combined = new WeakSet<object>();

/**
 * The running step looks at an object of the runtime's, or changes it. All of a kind are one place: footprints are
 * compared between executions, and a name that came from the first step to use an object would differ.
 */
function touch(object: object, kind: string, isWrite: boolean): void {
  tracer()?.touch(combined.has(object) ? EVERYTHING : kind, isWrite);
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

/** One that is set. */
function watchAccessor(patches: Patches, holder: object, key: string, kind: string): void {
  const native = Object.getOwnPropertyDescriptor(holder, key);
  if (native?.get === undefined || native.set === undefined) return;
  const { get, set } = native;
  patches.getter(holder, key, function watched(this: object): unknown {
    touch(this, kind, false);
    return get.call(this);
  });
  patches.setter(holder, key, function watched(this: object, value: unknown): void {
    touch(this, kind, true);
    set.call(this, value);
  });
}

function installSignals(patches: Patches): void {
  const { prototype } = AbortSignal;
  for (const key of ["aborted", "reason"]) watchGetter(patches, prototype, key, "signal");
  for (const key of ["addEventListener", "removeEventListener", "dispatchEvent"]) watchMethod(patches, prototype, key, "signal");
  const abort = AbortController.prototype.abort;
  patches.method(AbortController.prototype, "abort", standIn(abort, (self, [reason]) => {
    touch((self as AbortController).signal, "signal", true);
    abort.call(self as AbortController, reason);
  }));
  const { throwIfAborted } = prototype as { throwIfAborted?: Method };
  if (throwIfAborted !== undefined) {
    patches.method(prototype, "throwIfAborted", standIn(throwIfAborted, (self) => {
      touch(self as object, "signal", false);
      throwIfAborted.call(self as object);
    }));
  }
  watchAccessor(patches, prototype, "onabort", "signal");
  const any = (AbortSignal as { any?: Method }).any;
  if (any === undefined) return;
  patches.method(AbortSignal, "any", standIn(any, (self, values) => {
    const signal = any.apply(self as object, values) as object;
    combined.add(signal);
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
  listenForSettling();
  if (isInstalled) return;
  isInstalled = true;
  patches.value(globalThis, "Promise", TracedPromise);
  installSignals(patches);
  installGenerators(patches);
}

/** Takes them back. */
export function unwatchDependences(): void {
  if (!isInstalled) return;
  isInstalled = false;
  nodeProcess.off?.(TELLS, settlesAgain as () => void);
  patches.undo();
}
