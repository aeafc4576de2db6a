import { isBehindReaction } from "./behind.ts";
import { caughtAwait, continuation, foreseenAwait, gateOf, watchGated, type Handler } from "./continuation.ts";
import { control as sharedControl } from "../control.ts";
import { awaitBehind, gateBehind } from "./foreign.ts";
import { combinator, type Combinator, forgetOwnResults, hop, hopThen, isCombining, isInput, isOwnResult, noteInput, takeInput } from "./hops.ts";
import { isPlainPromise, natives } from "../natives.ts";
import type { Answer, Patches } from "../patches.ts";
import { awaitsSubclass, TracedPromise } from "./tracing.ts";
import { awaitsAreSeen, isCalledByJob, isCalledByUser } from "../stack.ts";
import { imitate } from "../stand-in.ts";
import { callerOfThen, forgetThenReads, noteThenRead } from "./then-reads.ts";

/*
 * How an await is caught. `await p` reads `p.constructor`, and takes its slow path where that is not `Promise`: it
 * makes a new promise and resolves it with `p`, which reads `p.then` at once and calls what it found from a microtask
 * with the new promise's two resolvers. No JavaScript runs between the two reads. So: the getter of `constructor`
 * notes `p` and answers another class; the getter of `then` finds the note, knows that an await (and nothing else)
 * stands behind it, subscribes to `p` then and there, which is where plain JavaScript would have subscribed, and
 * hands out a function that keeps the resolvers. When `p` settles there is an event; when the scheduler picks it,
 * the resolver is called, and the body goes on.
 */

const { Promise: NativePromise, promisePrototype, then: then0, resolve: resolve0 } = natives;
// Compiled into hot code as it is, where an import would be looked up at each use.
const control = sharedControl;

/** What one read of a promise has to tell the next. Of one execution: see ARCHITECTURE.md, "What a step costs". */
class Reads {
  /** The promise whose `constructor` was read last, by what is probably an await. */
  awaited: object | undefined = undefined;
  /** The same of an await outside the scope, with a reaction of the user's before it. */
  foreign: object | undefined = undefined;
  /** The gate that marked code is about to await: that one goes on natively, as an event of its own stands behind it. */
  gateAhead: object | undefined = undefined;
  /** The promise that `Promise.resolve` made last of a plain value, and the value: nobody need ask when it settles. */
  fulfilled: object | undefined = undefined;
  fulfilledWith: unknown = undefined;
}

let reads: Reads = new Reads();

/** An execution begins. */
export function renewReads(): void {
  reads = new Reads();
  forgetThenReads();
  forgetOwnResults();
}

/** The promise whose `.then(` (or catch, finally) is marked as the user's by the Vite plugin. */
let marked: unknown;

const promiseText = String(NativePromise);
const slowToString = { toString: (): string => promiseText }.toString;

/** What the getter answers to an await: to whoever only asks, `Promise`. */
const Slow: PromiseConstructor = new Proxy(NativePromise, {
  get(target, key, receiver): unknown {
    if (key === "toString") return slowToString;
    if (key !== Symbol.species) return Reflect.get(target, key, receiver);
    reads.awaited = reads.foreign = undefined;
    return NativePromise;
  },
  construct(target, values, newTarget) {
    return Reflect.construct(target, values, newTarget === Slow ? target : newTarget) as object;
  },
});

/** `then` as it was, unseen by the getter of `constructor` (which `then` reads too, for the species). */
function nativeThen(promise: Promise<unknown>, onFulfilled: Handler | undefined, onRejected: Handler | undefined): Promise<unknown> {
  const { catching } = control;
  control.catching = false;
  const derived = then0.call(promise, onFulfilled, onRejected);
  control.catching = catching;
  return derived;
}

function getConstructor(this: object): unknown {
  if (control.subscribing === true) {
    control.subscribing = false;
    return control.species;
  }
  const isCaught = control.catching === true && control.isWide === true;
  if (isCaught && this !== reads.gateAhead && this !== promisePrototype) return slowly(this);
  // From here, as JavaScriptCore takes this function off the stack with the tail call, and the await is looked for there.
  if (control.recorder !== undefined && goesNatively(this)) observe(this as Promise<unknown>);
  return constructorOf(this);
}

/** Whether it is an await of the body's that is not to be caught. */
function goesNatively(promise: object): boolean {
  return control.inside && !control.catching && promise !== reads.gateAhead && promise !== promisePrototype;
}

/** The same, but for an await that is caught wherever it stands. */
function constructorOf(promise: object): unknown {
  if (promise === reads.gateAhead) {
    reads.gateAhead = undefined;
    return NativePromise;
  }
  if (!control.inside || promise === promisePrototype) return NativePromise;
  if (!control.catching) return passNative(promise);
  if (control.marking) noteForeign();
  reads.foreign = undefined;
  if (!control.marking && (!awaitsAreSeen || isUsers(getConstructor))) return slowly(promise);
  if (!isBehindReaction(promise) || hasOwnProperty.call(promise, "then")) return passNative(promise);
  reads.foreign = promise;
  return Slow;
}

const { hasOwnProperty } = Object.prototype;

function slowly(promise: object): PromiseConstructor {
  // The slow path would call a `then` of the promise's own, and an await of a promise never looks at it.
  if (hasOwnProperty.call(promise, "then")) return NativePromise;
  reads.awaited = promise;
  return Slow;
}

/** Lets an await run natively; where a step has no end, it goes down the slow path and never comes back. */
function passNative(promise: object): unknown {
  return control.isRunaway() ? slowly(promise) : NativePromise;
}

/** What stands in for `then` in a step that has no end: nothing is ever called. */
function parkedThen(): Promise<never> {
  return new NativePromise<never>(() => undefined);
}

/** An await that is not caught, on a recording execution: the deadlock report wants to know where it stands. */
function observe(promise: Promise<unknown>): void {
  const { recorder } = control;
  control.recorder = undefined;
  recorder!.waits(recorder!.origin(getConstructor), promise);
  control.recorder = recorder;
}

function getThen(this: object): unknown {
  if (control.isWatched === true && control.inside === true && !isPlainPromise(this)) awaitsSubclass(this);
  if (reads.awaited !== undefined) {
    const isAwait = reads.awaited === this;
    reads.awaited = undefined;
    if (isAwait && control.runaway === true) return parkedThen;
    if (isAwait && control.catching === true) {
      const promise = this as Promise<unknown>;
      return promise === reads.fulfilled ? foreseenAwait(promise, reads.fulfilledWith, getThen).take : caughtAwait(promise, getThen);
    }
  }
  if (reads.foreign !== undefined && takeForeign(this)) return awaitBehind(this as Promise<unknown>);
  if (takeMark(this)) return userThen;
  if ((control.catching === true && !isInput(this)) || this === promisePrototype) noteThenRead(this);
  return thenAnswer.now;
}

function takeForeign(promise: object): boolean {
  const isForeign = promise === reads.foreign;
  reads.foreign = undefined;
  return isForeign && control.catching;
}

// Methods, as these are: they are no constructors, and have no `prototype`.
const { patchedThen, userThen } = {
  patchedThen(this: Promise<unknown>, onFulfilled?: Handler, onRejected?: Handler): unknown {
    if (!control.catching) {
      if (control.inside && control.isRunaway()) return parkedThen();
      if (control.recorder === undefined) return then0.call(this, onFulfilled, onRejected);
      if (control.inside) control.recorder.subscribes?.(this, patchedThen);
      // Its read of `constructor` is not an await's.
      return control.outside(() => then0.call(this, onFulfilled, onRejected));
    }
    if (isCombining() && takeInput(this, isNativeResolver(onFulfilled))) {
      control.recorder?.subscribes?.(this, patchedThen);
      return hopThen(this, onFulfilled, onRejected);
    }
    const caller = callerOfThen(this);
    if (caller !== "code" && isNativeResolver(onFulfilled) && isNativeResolver(onRejected)) {
      if (caller === "job" || isCalledByJob(patchedThen)) return adopt(this, onFulfilled, onRejected);
    }
    if (!isInScope(patchedThen)) return foreignThen(this, onFulfilled, onRejected);
    return catchThen(this, onFulfilled, onRejected, patchedThen);
  },
  userThen(this: Promise<unknown>, onFulfilled?: Handler, onRejected?: Handler): unknown {
    if (!control.catching) return then0.call(this, onFulfilled, onRejected);
    return catchThen(this, onFulfilled, onRejected, userThen);
  },
};

/** `then` outside the scope. */
function foreignThen(promise: Promise<unknown>, onFulfilled: Handler | undefined, onRejected: Handler | undefined): Promise<unknown> {
  const isGated = isBehindReaction(promise) && control.outside((): unknown => promise.constructor) === NativePromise;
  return nativeThen(isGated ? gateBehind(promise) : promise, onFulfilled, onRejected);
}

function catchThen(
  promise: Promise<unknown>,
  onFulfilled: Handler | undefined,
  onRejected: Handler | undefined,
  above: Function,
): Promise<unknown> {
  // It throws.
  if (!(promise instanceof NativePromise)) return then0.call(promise, onFulfilled, onRejected);
  const species = control.outside((): unknown => promise.constructor);
  const event = continuation("then", promise, above);
  const gate = gateOf(event);
  // `then` asks the gate for the class of the derived promise.
  if (species !== NativePromise) Reflect.defineProperty(gate, "constructor", { value: species });
  watchGated(promise, event, gate, species !== NativePromise);
  return nativeThen(gate, onFulfilled, onRejected);
}

/**
 * A promise resolved with a promise: the microtask queue calls `then` with the outer promise's resolvers. No code of
 * the user's runs in it, so it is no event; but it costs two places in the queue, which are counted. The await of a
 * subclass of `Promise` comes here too, and is an event where everything is.
 */
function adopt(promise: Promise<unknown>, resolve: Handler, reject: Handler): unknown {
  const isPlain = isPlainPromise(promise);
  if (!isPlain && control.isWide) return catchThen(promise, resolve, reject, patchedThen);
  control.recorder?.subscribes?.(promise, patchedThen);
  const isOwn = isOwnResult(promise);
  hop(isOwn);
  return hopThen(promise, resolve, reject, isOwn);
}

const functionText = Function.prototype.toString;

/** The two functions that the language makes for a promise: anonymous, native, of one parameter. */
function isNativeResolver(handler: unknown): handler is Handler {
  if (typeof handler !== "function" || handler.name !== "" || handler.length !== 1) return false;
  return functionText.call(handler).endsWith("{ [native code] }");
}

function getCatch(this: object): unknown {
  return takeMark(this) ? userCatch : catchAnswer.now;
}

function getFinally(this: object): unknown {
  return takeMark(this) ? userFinally : finallyAnswer.now;
}

/** The mark is taken when the method is read: what its arguments do comes after. */
function takeMark(promise: object): boolean {
  if (marked === undefined) return false;
  const isMarked = marked === promise;
  marked = undefined;
  return isMarked;
}

const { patchedCatch, userCatch, patchedFinally, userFinally } = {
  patchedCatch(this: Promise<unknown>, onRejected?: Handler): unknown {
    if (!control.catching) return natives.catch.call(this, onRejected as (reason: unknown) => unknown);
    return thenInScope(this, undefined, onRejected, isInScope(patchedCatch), patchedCatch);
  },
  userCatch(this: Promise<unknown>, onRejected?: Handler): unknown {
    if (!control.catching) return natives.catch.call(this, onRejected as (reason: unknown) => unknown);
    return thenInScope(this, undefined, onRejected, true, userCatch);
  },
  patchedFinally(this: Promise<unknown>, onFinally?: () => unknown): unknown {
    return finallyInScope(this, onFinally, patchedFinally);
  },
  userFinally(this: Promise<unknown>, onFinally?: () => unknown): unknown {
    return finallyInScope(this, onFinally, userFinally);
  },
};

/** As the specification has it, but with reads of `constructor` that are not taken for an await. */
function finallyInScope(promise: Promise<unknown>, onFinally: (() => unknown) | undefined, above: Function): unknown {
  if (!control.catching || !isObject(promise)) return natives.finally.call(promise, onFinally);
  const isCaught = above === userFinally || isInScope(above);
  const species = control.outside(() => speciesOf(promise));
  if (typeof onFinally !== "function") return thenInScope(promise, onFinally, onFinally, isCaught, above);
  const after = (finish: () => unknown): unknown => {
    const result = onFinally();
    const settled = control.unseen(() => resolve0.call(species, result));
    const then: unknown = settled.then;
    return then === patchedThen ? nativeThen(settled, finish, undefined) : (then as typeof then0).call(settled, finish);
  };
  // Functions without names, as those of the specification are.
  const thenFinally = nameless((value) => after(() => value));
  const catchFinally = nameless((reason) =>
    after(() => {
      throw reason;
    }),
  );
  return thenInScope(promise, thenFinally, catchFinally, isCaught, above);
}

function nameless(handler: Handler): Handler {
  return handler;
}

/** ECMA-262, SpeciesConstructor. */
function speciesOf(promise: Promise<unknown>): PromiseConstructor {
  const { constructor } = promise as { readonly constructor: unknown };
  if (constructor === undefined) return NativePromise;
  if (!isObject(constructor)) throw new TypeError("The .constructor property is not an object");
  return ((constructor as { readonly [Symbol.species]?: PromiseConstructor | null })[Symbol.species] ?? NativePromise) as PromiseConstructor;
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

/** Whether the continuation that the caller of `above` asks for may be delayed. */
function isInScope(above: Function): boolean {
  return control.isWide || isUsers(above);
}

/** What goes on natively goes on in whichever step settles its promise: that step can't be seen through, nor this one. */
function noteForeign(): void {
  control.execution?.tracer?.waitsNatively();
}

/** Looks at the stack, unless the search has reason to take every await for the user's. */
function isUsers(above: Function): boolean {
  if (control.trusting) return true;
  control.lookedAt += 1;
  const isUser = isCalledByUser(above);
  if (!isUser) {
    control.foreign += 1;
    noteForeign();
  }
  return isUser;
}

/** `catch` and `finally` go through the promise's own `then`, which a subclass may have replaced. */
function thenInScope(
  promise: Promise<unknown>,
  onFulfilled: Handler | undefined,
  onRejected: Handler | undefined,
  isCaught: boolean,
  above: Function,
): unknown {
  const then: unknown = promise.then;
  if (then !== patchedThen) return (then as typeof then0).call(promise, onFulfilled, onRejected);
  if (!isCaught) return foreignThen(promise, onFulfilled, onRejected);
  return catchThen(promise, onFulfilled, onRejected, above);
}

const { patchedResolve } = {
  patchedResolve(this: PromiseConstructor, value?: unknown): unknown {
    // What stands in for `Promise` is not what promises are made by.
    const own = this === TracedPromise || this === Slow ? NativePromise : this;
    if (!control.catching) return resolve0.call(own, value);
    if (own === NativePromise && isPrimitive(value)) return noteInput(fulfilledPromise(value));
    return noteInput(control.unseen(() => resolve0.call(own, value)));
  },
};

function isPrimitive(value: unknown): boolean {
  return (typeof value !== "object" && typeof value !== "function") || value === null;
}

// What marked code calls: see the Vite plugin.

/**
 * `await e` in marked code.
 * @returns what to await in place of `e`: a gate promise of its own, or where nothing need be subscribed to, what takes
 *   the await's own resolvers.
 */
export function awaitMarked(value: unknown, above: Function): unknown {
  const isPromise = typeof value === "object" && value !== null && value instanceof NativePromise;
  if (!isPromise && isThenable(value)) return awaitMarked(adoptThenable(value), above);
  const source = isPromise ? value : fulfilledPromise(value);
  if (source === reads.fulfilled) return foreseenAwait(source, reads.fulfilledWith, above);
  const event = continuation("await", source, above);
  const gate = gateOf(event);
  watchGated(source, event, gate, false);
  reads.gateAhead = gate;
  return gate;
}

/** @param value - that is not thenable. */
function fulfilledPromise(value: unknown): Promise<unknown> {
  const promise = resolve0.call(NativePromise, value);
  reads.fulfilled = promise;
  reads.fulfilledWith = value;
  return promise;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  return typeof (value as { then?: unknown }).then === "function";
}

function adoptThenable(value: PromiseLike<unknown>): Promise<unknown> {
  return new NativePromise((resolve) => resolve(value));
}

/** `x.then(…)` in marked code: the next read of `x.then`, `x.catch` or `x.finally` is the user's. */
export function mark(promise: unknown): void {
  if (promise instanceof NativePromise) marked = promise;
}

const answer = (own: unknown): Answer => ({ own, now: own });
const thenAnswer = answer(patchedThen);
const catchAnswer = answer(patchedCatch);
const finallyAnswer = answer(patchedFinally);

export function installPromises(patches: Patches): void {
  for (const then of [patchedThen, userThen]) imitate(then, natives.then);
  for (const catching of [patchedCatch, userCatch]) imitate(catching, natives.catch);
  for (const finishing of [patchedFinally, userFinally]) imitate(finishing, natives.finally);
  // What is assigned to it is not answered, only noted: the await would ask for it.
  patches.accessor(promisePrototype, "constructor", getConstructor, answer(NativePromise));
  patches.accessor(promisePrototype, "then", getThen, thenAnswer);
  patches.accessor(promisePrototype, "catch", getCatch, catchAnswer);
  patches.accessor(promisePrototype, "finally", getFinally, finallyAnswer);
  patches.method(NativePromise, "resolve", patchedResolve);
  for (const key of ["all", "allSettled", "any", "race"] as const) patches.method(NativePromise, key, combinator(natives[key] as Combinator));
}
