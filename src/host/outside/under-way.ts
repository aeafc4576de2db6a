import { EVERYTHING } from "../../engine/provenance.ts";
import type { Execution } from "../../engine/execution.ts";
import { hasListeners } from "../io/sockets/traffic.ts";
import { control } from "../control.ts";
import { realNow } from "../natives.ts";
import { uncontrolled, type OutsideEvent } from "./outside-event.ts";

/*
 * What the execution has begun that the machine has not ended: real operations, and whatever delivers when it likes.
 */

/**
 * What the execution has opened that delivers when the machine does: sockets of this process, which are quiet as soon
 * as the event loop sees nothing of them, or parts that work beside it, for which only time tells.
 */
export type Reach = "sockets" | "beside";

/** What is waited for while the machine works on it. */
export interface UnderWay {
  /** For the verdict. */
  readonly name: string;
  /** Somebody answers it, and that may be the body itself. */
  readonly isRequest: boolean;
}

/** Those on which the machine works, and whether they are certain to end by themselves, however long it takes. */
const operations: Map<UnderWay, boolean> = new Map();
/** Those of them that may be waiting for what the body itself serves. */
let requests = 0;
/** Those of them that end by themselves. */
let certain = 0;
let reach: Reach | undefined;
/** Real ms at which something last showed a sign of life. */
let lastSign = 0;

/** Parts that were asked something and have not said anything since. */
const asked: Set<object> = new Set();
/** Those that were waited for in vain, and have not said anything since. */
const silent: WeakSet<object> = new WeakSet();

/** @param isCertain - it ends by itself. */
export function beginsToWork(operation: UnderWay, isCertain: boolean): void {
  hasWorked(operation);
  operations.set(operation, isCertain);
  if (operation.isRequest) requests += 1;
  if (isCertain) certain += 1;
}

export function hasWorked(operation: UnderWay): void {
  const isCertain = operations.get(operation);
  if (isCertain === undefined) return;
  operations.delete(operation);
  if (operation.isRequest) requests -= 1;
  if (isCertain) certain -= 1;
}

/** How many operations are under way. */
export function countUnderWay(): number {
  return operations.size;
}

/** Their names, each once. */
export function namesUnderWay(): ReadonlySet<string> {
  return new Set([...operations.keys()].map(({ name }) => name));
}

/** Operations that end without anything that the body has yet to do. */
export function mustBeAwaited(): number {
  return hasListeners() ? operations.size - requests : operations.size;
}

/** Whether something is under way that is sure to end. */
export function hasCertainWork(): boolean {
  return certain > 0;
}

/**
 * Said by whatever opens something that delivers when the machine does.
 * @param name - in the verdict, where nobody controls when it delivers.
 */
export function noteReach(kind: Reach, name?: string): void {
  if (name !== undefined) uncontrolled.add(name);
  control.execution?.tracer?.touch(EVERYTHING, true);
  if (reach !== "beside") reach = kind;
}

export function currentReach(): Reach | undefined {
  return reach;
}

/** A part that works beside is asked something: most answer, and then nothing is decided before they do. */
export function noteAsked(part: object): void {
  if (!silent.has(part)) asked.add(part);
}

export function noteAnswered(part: object): void {
  asked.delete(part);
  silent.delete(part);
}

export function isAnswerExpected(): boolean {
  return asked.size > 0;
}

export function giveUpAsked(): void {
  for (const part of asked) silent.add(part);
  asked.clear();
}

/** Something has come for the execution. */
export function deliverTo(execution: Execution, event: OutsideEvent): void {
  noteSign();
  execution.arriveFromOutside(event);
}

export function noteSign(): void {
  lastSign = realNow();
}

/** Real ms since the last sign of life. */
export function silentForMs(): number {
  return realNow() - lastSign;
}

/** At the start of an execution. */
export function resetUnderWay(): void {
  if (operations.size > 0) operations.clear();
  requests = 0;
  certain = 0;
  if (asked.size > 0) asked.clear();
  reach = undefined;
}
