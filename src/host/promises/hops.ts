import { goBehind, putBehind, type Reaction } from "./behind.ts";
import { chain, linkTo, makeLink } from "./chain.ts";
import { fromMicrotask } from "../context.ts";
import { control } from "../control.ts";
import type { Handler } from "./continuation.ts";
import { isPlainPromise, natives } from "../natives.ts";
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

/** Inputs that have settled in one step are told in their order, whether they are behind a reaction or not. */
interface Combination {
  behind: Reaction | undefined;
  /** The step in which an input's reaction was put behind that one. */
  step: number;
}

let combination: Combination | undefined;

/** What a combination has just been given for an input: it subscribes to that next. */
let input: unknown;

export function noteInput(promise: unknown): unknown {
  if (combining > 0) input = promise;
  return promise;
}

export function isInput(promise: object): boolean {
  return combining > 0 && promise === input;
}

/**
 * Whether it is a combination that subscribes to the promise, and not code of the user's that runs meanwhile (an
 * iterable's, say). Where a class gives the inputs by a `resolve` of its own, the native handler tells.
 */
export function takeInput(promise: object, isNative: boolean): boolean {
  if (promise !== input) return isNative;
  input = undefined;
  return true;
}

/** `Promise.all` and the like. */
export function combinator(native: Combinator): Combinator {
  const { combine } = {
    combine(this: PromiseConstructor, inputs: Iterable<unknown>): unknown {
      return control.catching ? combineSeen(native, this, inputs) : native.call(this, inputs);
    },
  };
  return combine;
}

function combineSeen(native: Combinator, constructor: PromiseConstructor, inputs: Iterable<unknown>): unknown {
  const [outer, outerCombination, isTraced] = [gathering, combination, control.execution!.tracer !== undefined];
  combination = { behind: undefined, step: -1 };
  combining += 1;
  gathering = isTraced ? [] : undefined;
  try {
    const promise = native.call(constructor, inputs);
    if (isTraced) addStepsBehind(promise as object, gathering!);
    return promise;
  } finally {
    combining -= 1;
    input = undefined;
    gathering = outer;
    combination = outerCombination;
  }
}

/** A reaction of the runtime's own, with no code of the user's in it. */
export function hopThen(promise: Promise<unknown>, onFulfilled: Handler | undefined, onRejected: Handler | undefined, isOwn: boolean = false): unknown {
  const steps = combining > 0 ? gathering : undefined;
  const of = combining > 0 ? combination : undefined;
  const [fulfilled, rejected] = [hopped(promise, onFulfilled, steps, of, isOwn), hopped(promise, onRejected, steps, of, isOwn)];
  if (control.linking === true && onFulfilled !== undefined && isPlainPromise(promise)) {
    const link = makeLink();
    chain(promise, fulfilled, rejected, link);
    linkTo(link, onFulfilled, onRejected);
    return link;
  }
  const { catching } = control;
  control.catching = false;
  control.subscribing = true;
  const derived = then0.call(promise, fulfilled, rejected);
  control.subscribing = false;
  control.catching = catching;
  return derived;
}

function hopped(promise: Promise<unknown>, handler: Handler | undefined, steps: number[] | undefined, of: Combination | undefined, isOwn: boolean): Handler | undefined {
  if (typeof handler !== "function") return handler;
  const react = (value: unknown): unknown => {
    if (steps !== undefined) joinSteps(promise, steps);
    return handler(value);
  };
  return (value) => {
    const depth = depthOfHop();
    const reactLater = (): void => {
      hopFrom(depth);
      react(value);
    };
    if (isPutBehind(promise, of, reactLater)) return undefined;
    if (control.inside === true) hop(isOwn);
    return react(value);
  };
}

function isPutBehind(promise: object, of: Combination | undefined, action: () => void): boolean {
  const step = control.execution?.steps;
  const behind = goBehind(promise, action);
  if (behind === undefined) return of?.behind !== undefined && of.step === step && putBehind(of.behind, action);
  if (of !== undefined) [of.behind, of.step] = [behind, step!];
  return true;
}

let ownResults: Set<object> | undefined;

/** An execution begins. */
export function forgetOwnResults(): void {
  ownResults = undefined;
}

/** heddle itself resolves a promise with this one, as for `spawn`. */
export function noteOwnResult(promise: object): void {
  (ownResults ??= new Set()).add(promise);
}

/**
 * Whether a promise is resolved with this one by heddle itself. Nearly all bodies spawn: if what has caused what were kept
 * for each such hop, an execution would stay alive as a whole, and take a quarter longer.
 */
export function isOwnResult(promise: object): boolean {
  return ownResults !== undefined && ownResults.has(promise);
}

/**
 * What is queued by the hop that runs now stands one place deeper in the microtask queue, and behind what earlier hops queue.
 * @param isOwn - see `isOwnResult`.
 */
export function hop(isOwn: boolean): void {
  const { execution } = control;
  if (execution === undefined) return;
  const place = execution.placeOfHop(isOwn);
  const round = execution.round + 1;
  fromMicrotask(() => {
    execution.round = round;
    execution.hopPlace = place;
  });
}

/** How deep in the microtask queue stands what is queued by the hop that runs now. */
function depthOfHop(): number {
  const { execution } = control;
  return execution === undefined ? 0 : execution.generation + execution.round + 1;
}

/** A hop that was due before runs behind the event of the running step: what it queues stands no less deep for that. */
function hopFrom(depth: number): void {
  const { execution } = control;
  if (execution === undefined) return;
  const round = depth - execution.generation;
  if (round <= 1) return;
  const place = execution.placeOfHop(false);
  fromMicrotask(() => {
    execution.round = round;
    execution.hopPlace = place;
  });
}
