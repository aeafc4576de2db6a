import { control } from "../control.ts";
import { natives } from "../natives.ts";

/*
 * An error's stack goes on with the async functions that wait for the one that threw. V8 finds them by the promises: it
 * goes from a promise to its only reaction, and from there to the promise that the reaction settles, until it comes to
 * an await. heddle's subscriptions settle nothing, and the way would end there. So a subscription says which promise
 * it will settle at last, though it does so later and by other means: `then` takes that promise for the one to give
 * back, by way of its species (ECMA-262, Promise.prototype.then and NewPromiseCapability).
 */

const { then: then0, Promise: NativePromise } = natives;

const nothing = (): void => undefined;
let next: object = natives.promisePrototype;

type Executor = (resolve: () => void, reject: () => void) => void;

/** Constructs what is there already, and takes no notice of how the reaction ends. */
function Linked(executor: Executor): object {
  executor(nothing, nothing);
  return next;
}

const LINKED: object = { [Symbol.species]: Linked };

/** Subscribes as `subscribe` does; a stack trace goes on to whoever waits for `last`. */
export function chain(
  promise: PromiseLike<unknown>,
  onFulfilled: ((value: unknown) => unknown) | undefined,
  onRejected: ((reason: unknown) => unknown) | undefined,
  last: Promise<unknown>,
): void {
  const { inside, catching } = control;
  control.inside = false;
  control.catching = false;
  control.subscribing = true;
  control.species = LINKED;
  next = last;
  try {
    void then0.call(promise as Promise<unknown>, onFulfilled, onRejected);
  } finally {
    control.species = undefined;
    control.subscribing = false;
    control.inside = inside;
    control.catching = catching;
  }
}

/** A promise that is never settled, for a subscription whose last promise is not known yet: see `linkTo`. */
export function makeLink(): Promise<unknown> {
  return new NativePromise(nothing);
}

/** The last promise is the one that these functions, which are native, settle. */
export function linkTo(link: Promise<unknown>, resolve: (value: unknown) => unknown, reject?: (reason: unknown) => unknown): void {
  control.subscribing = true;
  void then0.call(link, resolve, reject);
  control.subscribing = false;
}
