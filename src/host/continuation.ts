import { PendingEvent } from "../engine/event.ts";
import type { Execution } from "../engine/execution.ts";
import { control } from "./control.ts";
import { natives } from "./natives.ts";
import { stepsBehind } from "./tracing.ts";

const { Promise: NativePromise, then: then0 } = natives;

export type Handler = (value: unknown) => unknown;

/**
 * The continuation of an await or a then: when the promise has settled, it waits to be picked, and what it does is to
 * call one of two resolvers: those of the await's own promise, or of a gate between the promise and a `.then(f, r)`,
 * so that context, derived promise and tracking of rejections stay native.
 */
export class Continuation extends PendingEvent {
  resolve: Handler | undefined = undefined;
  reject: Handler | undefined = undefined;
  private isFulfilled = false;
  private result: unknown = undefined;
  /** The execution it belongs to: what settles later than that is nobody's. */
  private readonly execution: Execution;

  constructor(kind: "await" | "then", execution: Execution) {
    super(kind, execution.task);
    this.execution = execution;
    execution.register(this);
  }

  settle(isFulfilled: boolean, result: unknown): void {
    this.isFulfilled = isFulfilled;
    this.result = result;
    const { execution } = this;
    if (execution !== control.execution || execution.over) return execution.lateContinuation(this);
    if (control.inside) {
      execution.readyContinuation(this);
    } else {
      execution.arriveFromOutside(this);
    }
  }

  override run(): void {
    (this.isFulfilled ? this.resolve : this.reject)!(this.result);
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

/** Three closures for each await are most of what it costs, so they are used again. */
export class Subscription {
  private event: Continuation | undefined = undefined;
  private isSettled = false;
  private isTaken = false;

  readonly onFulfilled = (value: unknown): void => this.settle(true, value);
  readonly onRejected = (reason: unknown): void => this.settle(false, reason);
  /** Handed to an await as the `then` of its promise: called with the await's own resolvers. */
  readonly take = (resolve: Handler, reject: Handler): unknown => {
    const event = this.event!;
    const derived = isResolverPair(resolve, reject) ? undefined : thenOf(event, resolve, reject);
    if (derived === undefined) {
      event.resolve = resolve;
      event.reject = reject;
    }
    this.isTaken = true;
    if (this.isSettled) this.free();
    return derived ?? event;
  };

  /** Subscribes, where plain JavaScript would. `isTaken`: the event has its resolvers already. */
  watch(promise: Promise<unknown>, event: Continuation, isTaken: boolean): void {
    this.event = event;
    this.isTaken = isTaken;
    control.catching = false;
    control.subscribing = true;
    try {
      void then0.call(promise, this.onFulfilled, this.onRejected);
    } finally {
      control.subscribing = false;
      control.catching = true;
    }
  }

  private settle(isFulfilled: boolean, result: unknown): void {
    const event = this.event!;
    this.isSettled = true;
    if (this.isTaken) this.free();
    event.settle(isFulfilled, result);
  }

  private free(): void {
    this.event = undefined;
    this.isSettled = false;
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

const pool: Subscription[] = [];

export function subscription(): Subscription {
  return pool.length > 0 ? pool.pop()! : new Subscription();
}

let lastResolve: Handler;
let lastReject: Handler;

function keepResolvers(resolve: Handler, reject: Handler): void {
  lastResolve = resolve;
  lastReject = reject;
}

/** A promise that the event settles when it runs. */
export function gateOf(event: Continuation): Promise<unknown> {
  const gate = new NativePromise(keepResolvers);
  event.resolve = lastResolve;
  event.reject = lastReject;
  return gate;
}

/** An event for a reaction on `promise`, caused by the code that called `above`. */
export function continuation(kind: "await" | "then", promise: Promise<unknown>, above: Function): Continuation {
  const event = new Continuation(kind, control.execution!);
  if (event.provenance !== undefined) event.provenance.waitsFor = stepsBehind(promise);
  const { recorder } = control;
  if (recorder !== undefined) {
    event.origin = recorder.origin(above);
    recorder.waits(event.origin, promise);
  }
  return event;
}
