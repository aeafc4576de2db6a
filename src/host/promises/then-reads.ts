import { fromMicrotask } from "../context.ts";
import { natives } from "../natives.ts";

/*
 * Whose call of `then` it is: the user's `p.then(resolve, reject)`, or that of the job by which a promise that was
 * resolved with `p` adopts it. Both read `p.then` first. The user calls at once what was read; the job is queued when
 * it has read, and so stands behind a microtask that is queued while it reads. Whoever calls when that one has run is
 * a job. Only where a job may be under way and somebody has just read again is the stack looked at, which costs as
 * much as ten awaits. (Code that keeps a promise's `then` for a later microtask, and calls it there with the resolvers
 * of another promise, is taken for a job: there is an event less.)
 */

const { promisePrototype } = natives;

/** What was read since the last microtask of `forget`, and not called yet. */
const justRead: object[] = [];
/** What was read before, and not called in time: jobs, and reads that only asked whether there is a `then`. */
let awaitingJobs: Set<object> | undefined;
/** Whether somebody has read `Promise.prototype.then` itself, and may call it on any promise at any time. */
let isKept = false;

/** An execution begins. */
export function forgetThenReads(): void {
  awaitingJobs = undefined;
}

/** `then` of a promise is read, by something else than an await. */
export function noteThenRead(promise: object): void {
  if (promise === promisePrototype) isKept = true;
  else if (justRead.push(promise) === 1) fromMicrotask(forget);
}

function forget(): void {
  awaitingJobs ??= new Set();
  for (let promise = justRead.pop(); promise !== undefined; promise = justRead.pop()) awaitingJobs.add(promise);
}

/**
 * `then` of a promise is called.
 * @returns who may have called it, as far as that is known without a look at the stack.
 */
export function callerOfThen(promise: object): "code" | "job" | undefined {
  const isRead = takeRead(promise);
  const isAwaitingJob = awaitingJobs?.has(promise) === true;
  if (isKept || isRead === isAwaitingJob) return undefined;
  return isRead ? "code" : "job";
}

/** Whether the promise was just read, and was not called since. */
function takeRead(promise: object): boolean {
  const last = justRead.length - 1;
  if (last < 0) return false;
  if (justRead[last] === promise) {
    justRead.pop();
    return true;
  }
  const at = justRead.lastIndexOf(promise);
  if (at >= 0) justRead.splice(at, 1);
  return at >= 0;
}
