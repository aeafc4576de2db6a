import type { PendingEvent } from "./event.ts";

/** Pending continuations above which the last reaction of a promise is looked up in a table, not found by a scan. */
const MOST_SCANNED = 32;

/**
 * The reactions of one promise run in the order in which they were registered (ECMA-262, NewPromiseReactionJob; Promises/A+
 * 2.2.6), and no latency can swap them: what is late is the promise, for all of them. So under `latency` a reaction is
 * not legal while an earlier one on the same promise is pending.
 *
 * Events become ready in the order in which their reactions were registered, for that is the order in which the promise
 * tells them.
 */
export class Reactions {
  /** How many pending events are behind another. */
  behind: number = 0;
  /** The last pending reaction of each promise; made once there are many. */
  private last: Map<object, PendingEvent> | undefined = undefined;

  /**
   * A reaction becomes ready.
   * @param pending - all continuations that are pending, without this one.
   */
  add(event: PendingEvent, pending: readonly PendingEvent[]): void {
    const promise = event.reactsTo!;
    const ahead = this.last === undefined && pending.length < MOST_SCANNED ? lastOn(promise, pending) : this.lastOf(promise, pending);
    this.last?.set(promise, event);
    if (ahead === undefined) return;
    ahead.follower = event;
    event.isBehind = true;
    this.behind += 1;
  }

  /** A reaction is about to run: the next one on its promise may run from then on. */
  remove(event: PendingEvent, left: number): void {
    const { follower } = event;
    if (follower !== undefined) {
      follower.isBehind = false;
      this.behind -= 1;
    }
    if (this.last === undefined) return;
    if (follower === undefined) this.last.delete(event.reactsTo!);
    if (left === 0) this.last = undefined;
  }

  /** The pending reaction on a promise that was registered last. */
  lastOf(promise: object, pending: readonly PendingEvent[]): PendingEvent | undefined {
    if (this.last === undefined) {
      if (pending.length < MOST_SCANNED) return lastOn(promise, pending);
      this.last = new Map();
      for (const event of pending) if (event.reactsTo !== undefined && event.follower === undefined) this.last.set(event.reactsTo, event);
    }
    return this.last.get(promise);
  }
}

function lastOn(promise: object, pending: readonly PendingEvent[]): PendingEvent | undefined {
  for (let index = pending.length - 1; index >= 0; index -= 1) {
    const event = pending[index]!;
    if (event.reactsTo === promise && event.follower === undefined) return event;
  }
  return undefined;
}
