/**
 * What can be said of a value that somebody threw. It may be anything: no error, an error of another realm, a revoked
 * proxy, an error whose `message` is no text or whose `stack` throws. Nothing here throws; getters run, and what they
 * throw is passed over.
 */
import { isErrorObject, showValue } from "./preview.ts";
import { cutText } from "./printable.ts";

/** UTF-16 units. A diff of two large values is shorter. */
const MOST_MESSAGE = 20_000;
const MOST_NAME = 200;
/** Of a stack the end counts: the frames stand behind the message. */
const MOST_STACK = 64_000;

const UNREADABLE: unique symbol = Symbol("unreadable");

/** Whether a value is an error, also one of another realm, or one whose prototype was taken away. */
export function isError(value: unknown): value is Error {
  if (typeof value !== "object" || value === null) return false;
  try {
    return isErrorObject(value) || Object.prototype.toString.call(value) === "[object Error]";
  } catch {
    return false; // A revoked proxy, or a trap that threw.
  }
}

/** A property of a value that may be anything; `undefined` where it cannot be read. */
export function read(value: unknown, key: PropertyKey): unknown {
  const found = readOrNot(value, key);
  return found === UNREADABLE ? undefined : found;
}

function readOrNot(value: unknown, key: PropertyKey): unknown {
  if ((typeof value !== "object" || value === null) && typeof value !== "function") return undefined;
  try {
    return (value as Readonly<Record<PropertyKey, unknown>>)[key];
  } catch {
    return UNREADABLE;
  }
}

/** An error's name, as text. */
export function nameOf(error: unknown): string {
  const name = readOrNot(error, "name");
  if (name === undefined || name === null || name === UNREADABLE) return "Error";
  return cutText(typeof name === "string" ? name : showValue(name), MOST_NAME);
}

/** An error's message as text, cut where it is very long; of what is no error, the value as reports show it. */
export function messageOf(error: unknown): string {
  if (!isError(error)) return showValue(error);
  const message = readOrNot(error, "message");
  if (typeof message === "string") return cutText(message, MOST_MESSAGE);
  if (message === undefined) return "";
  return message === UNREADABLE ? "(its message cannot be read)" : showValue(message);
}

/** An error's stack; empty where it has none, or one that is no text. */
export function stackOf(error: unknown): string {
  const stack = read(error, "stack");
  return typeof stack === "string" ? stack.slice(-MOST_STACK) : "";
}

/** `TypeError: not a function`; `thrown: "text"` for what is no error. */
export function thrownText(error: unknown): string {
  return isError(error) ? `${nameOf(error)}: ${messageOf(error)}` : `thrown: ${showValue(error)}`;
}
