import type { PendingEvent } from "../../engine/event.ts";
import { lastOn } from "../../engine/reactions.ts";
import { fromMicrotask } from "../context.ts";
import { control } from "../control.ts";

/*
 * The reactions of one promise run in the order in which they were registered, under `latency` too. Between reactions
 * that are events the engine sees to that (`engine/reactions.ts`). Here is the rest: reactions that are no events (those
 * of `Promise.all` and the like, of promises that are resolved with the promise, of code outside the scope), where an
 * earlier reaction on the same promise is an event and is held back. Such a reaction runs right behind that event.
 */

/** An event for a reaction on a promise. */
export interface Reaction extends PendingEvent {
  /** Lets something run once this has run. False where that is not possible. */
  followBy(action: () => void): boolean;
}

/** Of each promise: the last reaction that is an event. Kept only where code outside the scope runs as JavaScript has it. */
let reacting: WeakMap<object, Reaction> | undefined;

/** An execution begins. */
export function forgetReactions(): void {
  reacting = undefined;
}

export function noteReaction(promise: object, event: Reaction): void {
  (reacting ??= new WeakMap()).set(promise, event);
}

/** Whether a reaction on the promise that is an event is still to run, so that what is registered now comes behind it. */
export function isBehindReaction(promise: object): boolean {
  const event = reacting?.get(promise);
  if (event === undefined) return false;
  // Without an index it is not ready: the promise is pending, or has just settled.
  return event.index === 0 || lastReaction(promise) !== undefined;
}

function lastReaction(promise: object): Reaction | undefined {
  const { execution } = control;
  if (execution === undefined) return undefined;
  const { arrivals } = execution;
  const arrived = arrivals === undefined || execution.settings.order === "chaos" ? undefined : lastOn(promise, arrivals);
  return (arrived ?? execution.pending.lastReaction(promise)) as Reaction | undefined;
}

/**
 * A reaction of the runtime's own on a promise is due.
 * @returns the reaction that is held back and behind which the action was put; otherwise nothing is done.
 */
export function goBehind(promise: object, action: () => void): Reaction | undefined {
  const reaction = lastReaction(promise);
  return reaction !== undefined && putBehind(reaction, action) ? reaction : undefined;
}

/** From a microtask: what the reaction itself queues comes before. */
export function putBehind(reaction: Reaction, action: () => void): boolean {
  return reaction.followBy(() => fromMicrotask(action));
}
