import { PendingEvent } from "../../engine/event.ts";
import type { Execution } from "../../engine/execution.ts";
import { emptyList } from "../../engine/lists.ts";
import { forgetReactions, noteReaction, type Reaction } from "./behind.ts";
import { chain, linkTo, makeLink } from "./chain.ts";
import { control as sharedControl } from "../control.ts";
import { natives } from "../natives.ts";
import { stepsBehind, touchReactions } from "./tracing.ts";

const { Promise: NativePromise, then: then0 } = natives;
// Compiled into hot code as it is, where an import would be looked up at each use.
const control = sharedControl;

export type Handler = (value: unknown) => unknown;

/**
 * The continuation of an await or a then: when the promise has settled, it waits to be picked, and what it does is to
 * call one of two resolvers: those of the await's own promise, or of a gate between the promise and a `.then(f, r)`,
 * so that context, derived promise and tracking of rejections stay native.
 */
export class Continuation extends PendingEvent implements Reaction {
  resolve: Handler | undefined = undefined;
  reject: Handler | undefined = undefined;
  private isFulfilled = true;
  private result: unknown;
  /** The execution it belongs to: what settles later than that is nobody's. */
  private readonly execution: Execution;
  override reactsTo: object | undefined;

  /** @param result - of a promise that is known to be fulfilled. */
  constructor(kind: "await" | "then", execution: Execution, promise: object, result?: unknown) {
    super(kind, execution.task);
    this.execution = execution;
    this.reactsTo = promise;
    this.result = result;
    execution.register(this);
  }

  settle(isFulfilled: boolean, result: unknown): void {
    this.isFulfilled = isFulfilled;
    this.result = result;
    this.ready();
  }

  /** The promise has settled. */
  ready(): void {
    const { execution } = this;
    if (execution !== control.execution || execution.over === true) execution.lateContinuation(this);
    else if (control.inside === true) execution.readyContinuation(this);
    else execution.arriveFromOutside(this);
  }

  override run(): void {
    (this.isFulfilled === true ? this.resolve : this.reject)!(this.result);
  }

  followBy(action: () => void): boolean {
    const { resolve, reject } = this;
    if (resolve === undefined || reject === undefined) return false;
    const before = (settle: Handler) => (value: unknown): void => {
      settle(value);
      action();
    };
    this.resolve = before(resolve);
    this.reject = before(reject);
    return true;
  }

  // Code that reads `p.constructor` and then calls `p.then(…)` is taken for an await, and gets this event where it
  // expects a promise: so it behaves like one.

  then(onFulfilled?: Handler, onRejected?: Handler): Promise<unknown> {
    return this.derived().then(onFulfilled, onRejected);
  }

  catch(onRejected?: Handler): Promise<unknown> {
    return this.derived().catch(onRejected);
  }

  finally(onFinally?: () => void): Promise<unknown> {
    return this.derived().finally(onFinally);
  }

  private derived(): Promise<unknown> {
    const { resolve: onFulfilled, reject: onRejected } = this;
    return new NativePromise((resolve, reject) => {
      const reacting = (handler: Handler | undefined, otherwise: Handler) => (result: unknown): void => {
        if (typeof handler !== "function") return void otherwise(result);
        try {
          resolve(handler(result));
        } catch (error) {
          reject(error);
        }
      };
      this.resolve = reacting(onFulfilled, resolve);
      this.reject = reacting(onRejected, reject);
    });
  }
}

/** Three closures for each await are most of what it costs, so they are used again within their execution. */
class Subscription {
  private event: Continuation | undefined = undefined;
  /** Calls of its closures that are yet to come. */
  private open = 0;
  /** Whether `take` is what makes the event ready. */
  private isSettled = false;
  /** Where stack traces go on, once the await's own promise is known. */
  private link: Promise<unknown> | undefined = undefined;

  private readonly onFulfilled = (value: unknown): void => {
    const event = this.event!;
    this.close();
    event.settle(true, value);
  };

  private readonly onRejected = (reason: unknown): void => {
    const event = this.event!;
    this.close();
    event.settle(false, reason);
  };

  /** Handed to an await as the `then` of its promise: called with the await's own resolvers. */
  readonly take = (resolve: Handler, reject: Handler): unknown => {
    const event = this.event!;
    const { isSettled } = this;
    this.close();
    const derived = isResolverPair(resolve, reject) ? undefined : thenOf(event, resolve, reject);
    if (derived === undefined) {
      event.resolve = resolve;
      event.reject = reject;
      if (this.link !== undefined) this.linkTo(resolve);
    }
    if (isSettled === true) event.ready();
    return derived ?? event;
  };

  /** For whoever awaits this in place of the promise. */
  then(resolve: Handler, reject: Handler): unknown {
    return this.take(resolve, reject);
  }

  /** Subscribes for an event that has its resolvers, where plain JavaScript would. */
  watch(promise: Promise<unknown>, event: Continuation): void {
    this.event = event;
    this.open = 1;
    control.subscribing = true;
    void then0.call(promise, this.onFulfilled, this.onRejected);
    control.subscribing = false;
  }

  /** The same for one that hasn't. */
  watchAwaited(promise: Promise<unknown>, event: Continuation): Handler {
    if (control.linking === true) this.watchLinked(promise, event, (this.link = makeLink()));
    else this.watch(promise, event);
    this.open = 2;
    this.isSettled = false;
    return this.take as Handler;
  }

  /** @param last - the promise at which a stack trace goes on. */
  watchLinked(promise: Promise<unknown>, event: Continuation, last: Promise<unknown>): void {
    this.event = event;
    this.open = 1;
    chain(promise, this.onFulfilled, this.onRejected, last);
  }

  private linkTo(resolve: Handler): void {
    linkTo(this.link!, resolve);
    this.link = undefined;
  }

  /** For a promise that is known to be settled: `take` comes where the subscription would have come. */
  foresee(event: Continuation): this {
    this.event = event;
    this.open = 1;
    this.isSettled = true;
    return this;
  }

  private close(): void {
    this.open -= 1;
    if (this.open !== 0) return;
    this.event = undefined;
    pool.push(this);
  }
}

/** An await hands over two functions. Whoever else does so gets the event, which knows how to behave. */
function isResolverPair(resolve: unknown, reject: unknown): boolean {
  return typeof resolve === "function" && typeof reject === "function";
}

/** What `p.then(f, r)` is to give, where a look at `p.constructor` had it taken for an await. */
function thenOf(event: Continuation, onFulfilled: Handler, onRejected: Handler): Promise<unknown> {
  const gate = gateOf(event);
  return control.outside(() => then0.call(gate, onFulfilled, onRejected));
}

let pool: Subscription[] = [];

/** An execution begins, with subscriptions of its own: see ARCHITECTURE.md, "What a step costs". */
export function renewContinuations(): void {
  pool = emptyList();
  forgetReactions();
  last = new Resolvers();
}

function subscription(): Subscription {
  return pool.length > 0 ? pool.pop()! : new Subscription();
}

/**
 * An await of a promise, caught in the call of `above`.
 * @returns what is to be called with the await's own resolvers.
 */
export function caughtAwait(promise: Promise<unknown>, above: Function): Handler {
  return subscription().watchAwaited(promise, continuation("await", promise, above));
}

/**
 * The same for a promise that is known to be fulfilled.
 * @returns what can be awaited in place of the promise; its `take` is to be called with the await's own resolvers.
 */
export function foreseenAwait(promise: Promise<unknown>, value: unknown, above: Function): Subscription {
  return subscription().foresee(continuation("await", promise, above, value));
}

/**
 * A reaction on a promise, for an event that has a gate.
 * @param isOdd - the promise has a class of its own: no promise of that class is made for heddle's sake.
 */
export function watchGated(promise: Promise<unknown>, event: Continuation, gate: Promise<unknown>, isOdd: boolean): void {
  control.catching = false;
  try {
    if (isOdd) withoutClass(promise, () => subscription().watch(promise, event));
    else if (control.linking === true) subscription().watchLinked(promise, event, gate);
    else subscription().watch(promise, event);
  } finally {
    control.subscribing = false;
    control.catching = true;
  }
}

/** Where a property of the promise's own says so, `then` makes an ordinary promise: ECMA-262, SpeciesConstructor. */
function withoutClass(promise: Promise<unknown>, action: () => void): void {
  const own = Reflect.getOwnPropertyDescriptor(promise, "constructor");
  const isHidden = Reflect.defineProperty(promise, "constructor", { value: undefined, configurable: true });
  try {
    action();
  } finally {
    if (isHidden && own === undefined) Reflect.deleteProperty(promise, "constructor");
    else if (isHidden) Reflect.defineProperty(promise, "constructor", own!);
  }
}

class Resolvers {
  resolve: Handler | undefined = undefined;
  reject: Handler | undefined = undefined;
}

/** Those of the promise made last. */
let last: Resolvers = new Resolvers();

function keepResolvers(resolve: Handler, reject: Handler): void {
  last.resolve = resolve;
  last.reject = reject;
}

/** A promise that an event settles when it runs, by the resolvers that `holder` is given. */
export function gateOf(holder: Resolvers): Promise<unknown> {
  const gate = new NativePromise(keepResolvers);
  holder.resolve = last.resolve;
  holder.reject = last.reject;
  return gate;
}

/**
 * An event for a reaction on `promise`, caused by the code that called `above`.
 * @param value - of a promise that is known to be fulfilled.
 */
export function continuation(kind: "await" | "then", promise: Promise<unknown>, above: Function, value?: unknown): Continuation {
  const event = new Continuation(kind, control.execution!, promise, value);
  if (control.isWatched === true) noteOrigin(event, promise, above);
  return event;
}

function noteOrigin(event: Continuation, promise: Promise<unknown>, above: Function): void {
  if (control.isScoped) noteReaction(promise, event);
  if (event.provenance !== undefined) {
    event.provenance.waitsFor = stepsBehind(promise);
    touchReactions(promise);
  }
  const { recorder } = control;
  if (recorder === undefined) return;
  event.origin = recorder.origin(above);
  recorder.waits(event.origin, promise);
}
