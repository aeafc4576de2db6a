import type { PendingEvent } from "./event.ts";
import { emptyList } from "./lists.ts";

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
  /** The pending events that are behind another: they are in no other list. */
  readonly held: PendingEvent[] = emptyList();
  private arrivals = 0;
  /** The last pending reaction of each promise; made once there are many. */
  private last: Map<object, PendingEvent> | undefined = undefined;

  /**
   * A reaction becomes ready.
   * @param pending - the continuations that may run, without this one.
   * @returns whether it is held back.
   */
  add(event: PendingEvent, pending: readonly PendingEvent[]): boolean {
    const promise = event.reactsTo!;
    const ahead = this.lastOf(promise, pending);
    this.last?.set(promise, event);
    if (ahead === undefined) return false;
    ahead.follower = event;
    event.heldAt = this.held.length;
    this.held.push(event);
    this.note(event);
    return true;
  }

  /** An event becomes ready while others are held back: their places are before it. */
  note(event: PendingEvent): void {
    event.arrival = this.arrivals += 1;
  }

  /**
   * A reaction is about to run: the next one on its promise may run from then on.
   * @param left - how many continuations are left that may run.
   * @returns the next one.
   */
  remove(event: PendingEvent, left: number): PendingEvent | undefined {
    const { follower } = event;
    if (follower !== undefined) this.release(follower);
    else this.last?.delete(event.reactsTo!);
    if (left === 0 && follower === undefined) this.last = undefined;
    return follower;
  }

  private release(event: PendingEvent): void {
    const last = this.held.pop()!;
    if (last === event) return;
    this.held[event.heldAt] = last;
    last.heldAt = event.heldAt;
  }

  /** The pending reaction on a promise that was registered last. */
  lastOf(promise: object, pending: readonly PendingEvent[]): PendingEvent | undefined {
    if (this.last === undefined) {
      if (pending.length + this.held.length < MOST_SCANNED) return lastOn(promise, pending);
      this.last = new Map();
      for (const list of [pending, this.held]) {
        for (const event of list) if (event.reactsTo !== undefined && event.follower === undefined) this.last.set(event.reactsTo, event);
      }
    }
    return this.last.get(promise);
  }
}

/** The reaction on a promise that was registered last of some events. */
export function lastOn(promise: object, pending: readonly PendingEvent[]): PendingEvent | undefined {
  for (let index = pending.length - 1; index >= 0; index -= 1) {
    let event = pending[index]!;
    if (event.reactsTo !== promise) continue;
    while (event.follower !== undefined) event = event.follower;
    return event;
  }
  return undefined;
}
