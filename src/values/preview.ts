/** One-line previews of values, taken while the program under test runs. */
import { printableLine } from "./printable.ts";

const longest = 60;
const mostParts = 5;
/** Containers in containers that are shown open: deep enough for the rows of an answer, `{ rows: [{ balance: 40 }] }`. */
const deepest = 3;
/** The most that a part which is a container may take before it is shown closed. */
const widestPart = 44;

// The natives are captured before the program under test can change them, and called on values by
// brand: a native getter reads an internal slot and runs no user code.
const sizeOfMap = nativeGetter(Map.prototype, "size");
const sizeOfSet = nativeGetter(Set.prototype, "size");
const lengthOfView = nativeGetter(Object.getPrototypeOf(Uint8Array.prototype) as object, "length");
const lengthOfBuffer = nativeGetter(ArrayBuffer.prototype, "byteLength");
const sourceOfPattern = nativeGetter(RegExp.prototype, "source");
const timeOfDate = Date.prototype.getTime;
const isoOfDate = Date.prototype.toISOString;
const domException = globalThis.DOMException as { prototype: object } | undefined;
const messageOfDom = domException && nativeGetter(domException.prototype, "message");
const nameOfDom = domException && nativeGetter(domException.prototype, "name");
const { getOwnPropertyDescriptor, getPrototypeOf } = Object;
const { ownKeys } = Reflect;
/** A proxy may name itself for its own prototype: no chain is followed for ever. */
const longestChain = 100;
/** A number of more digits is written in hexadecimal, which takes no longer the longer it is. */
const largest = 10n ** 60n;

/**
 * A short preview of any value, at most 60 characters on one line: `"text"`, `[1, 2]`, `Wallet { balance: 100 }`,
 * `Map(3)`, `Error: message`, `ƒ name`. It has no side effects and never throws: no getter is invoked, no
 * `toJSON`, `toString` or `inspect`, no iterator.
 *
 * WARNING: a proxy can't be told from its target, so its `getPrototypeOf`, `ownKeys` and
 * `getOwnPropertyDescriptor` traps do run. Whoever passes a proxy of their own (`shared()`) passes its target.
 */
export function showValue(value: unknown): string {
  let text: string;
  try {
    text = preview(value, []);
  } catch {
    text = typeof value === "function" ? "ƒ" : "(unreadable)"; // A revoked proxy, or a trap that threw.
  }
  // Cut before it is escaped, and again where that has made it longer.
  return shorten(printableLine(shorten(text, longest)), longest);
}

/** @param around - the containers that the value lies in, outermost first. */
function preview(value: unknown, around: readonly object[]): string {
  switch (typeof value) {
    case "string":
      // Cut first: to escape a megabyte for 60 characters would slow the program under test.
      return JSON.stringify(shorten(value, around.length === 0 ? longest - 2 : 30));
    case "bigint":
      return value < largest && value > -largest ? `${value}n` : `${value < 0n ? "-" : ""}0x${(value < 0n ? -value : value).toString(16)}n`;
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    case "function":
      return `ƒ ${ownText(value, "name")}`.trimEnd();
    case "object":
      return value === null ? "null" : previewObject(value, around);
    default:
      return String(value); // undefined, booleans, symbols.
  }
}

function previewObject(value: object, around: readonly object[]): string {
  if (Array.isArray(value)) return previewArray(value, around);
  if (ArrayBuffer.isView(value)) return previewView(value);
  const name = className(value);
  return previewSlots(value, name) ?? previewError(value, name) ?? previewFields(value, name, around);
}

function previewArray(value: readonly unknown[], around: readonly object[]): string {
  const length = getOwnPropertyDescriptor(value, "length")?.value as number;
  if (length === 0) return "[]";
  const closed = `Array(${length})`;
  if (isTooDeep(value, around)) return closed;
  const parts: string[] = [];
  for (let index = 0; index < Math.min(length, mostParts); index += 1) {
    parts.push(previewProperty(value, String(index), around));
  }
  return within(around, fit(length > mostParts ? `Array(${length}) ` : "", "[", parts, length, "]"), closed);
}

function isTooDeep(value: object, around: readonly object[]): boolean {
  return around.length >= deepest || around.includes(value);
}

/** A container's text as a part of another: closed where open it would leave the others no room. */
function within(around: readonly object[], open: string, closed: string): string {
  return around.length > 0 && open.length > widestPart ? closed : open;
}

function previewView(value: ArrayBufferView): string {
  const length = brand(lengthOfView, value);
  return `${className(value) ?? "DataView"}${length === undefined ? "" : `(${String(length)})`}`;
}

/** What its internal slots tell of a builtin, `undefined` for the rest. */
function previewSlots(value: object, name: string | undefined): string | undefined {
  // Of maps and sets it may be behind a getter of heddle's.
  const tag = inheritedText(value, Symbol.toStringTag) ?? name;
  // The tag may lie, the brand can't; it is asked first since a brand that fails costs an error with its stack.
  const native = tag === "Map" ? sizeOfMap : tag === "Set" ? sizeOfSet : tag === "ArrayBuffer" ? lengthOfBuffer : undefined;
  const size = native && brand(native, value);
  if (size !== undefined) return `${name ?? tag}(${String(size)})`;
  if (tag === "Promise" || tag === "WeakMap" || tag === "WeakSet") return name ?? tag;
  if (name === "RegExp") {
    const source = brand(sourceOfPattern, value);
    if (typeof source === "string") return `/${source}/`;
  }
  return name === "Date" ? previewDate(value) : undefined;
}

function previewDate(value: object): string | undefined {
  const time = brand(timeOfDate, value);
  if (time === undefined) return undefined;
  return `Date ${Number.isNaN(time) ? "invalid" : String(brand(isoOfDate, value))}`;
}

function previewError(value: object, name: string | undefined): string | undefined {
  if (!isErrorObject(value)) return undefined;
  const own = inheritedText(value, "name");
  const dom = nameOfDom && name === "DOMException" ? brand(nameOfDom, value) : undefined;
  const title = typeof dom === "string" ? dom : own !== undefined && own !== "Error" ? own : (name ?? "Error");
  const message = inheritedText(value, "message") || (messageOfDom && name === "DOMException" ? brand(messageOfDom, value) : "");
  return typeof message === "string" && message !== "" ? `${title}: ${message.slice(0, longest)}` : title;
}

function previewFields(value: object, name: string | undefined, around: readonly object[]): string {
  const title = name === undefined || name === "Object" ? "" : `${name} `;
  const closed = `${title}{…}`;
  if (isTooDeep(value, around)) return closed;
  const parts: string[] = [];
  let total = 0;
  for (const key of ownKeys(value)) {
    if (parts.length === mostParts) {
      total += 1;
      continue;
    }
    if (getOwnPropertyDescriptor(value, key)?.enumerable !== true) continue;
    total += 1;
    parts.push(`${showKey(key)}: ${previewProperty(value, key, around)}`);
  }
  if (parts.length === 0) return `${title}{}`;
  return within(around, fit(title, "{ ", parts, total, " }"), closed);
}

function previewProperty(owner: object, key: PropertyKey, around: readonly object[]): string {
  const descriptor = getOwnPropertyDescriptor(owner, key);
  if (descriptor === undefined) return "(empty)";
  return "value" in descriptor ? preview(descriptor.value, [...around, owner]) : "(getter)";
}

/** As many whole parts as fit, then `…`. */
function fit(title: string, open: string, parts: readonly string[], total: number, close: string): string {
  let text = `${title}${open}`;
  for (const [index, part] of parts.entries()) {
    const next = `${text}${index === 0 ? "" : ", "}${index === 0 ? shorten(part, 50) : part}`;
    const last = index === total - 1;
    if (next.length + (last ? 0 : 3) + close.length > longest) return `${text}${index === 0 ? "" : ", "}…${close}`;
    text = next;
  }
  return parts.length < total ? `${text}, …${close}` : text + close;
}

function showKey(key: PropertyKey): string {
  if (typeof key !== "string") return `[${String(key)}]`;
  return /^[\p{L}\p{N}_$]+$/u.test(key) ? key : JSON.stringify(shorten(key, 20));
}

/**
 * The name of the constructor, read by descriptors alone. A `constructor` that is an accessor is passed by:
 * heddle's own on `Promise.prototype` tells the host that somebody awaits.
 */
function className(value: object): string | undefined {
  const start = getPrototypeOf(value) as object | null;
  if (start === null) return "[null prototype]";
  for (const proto of chainOf(start)) {
    const maker: unknown = getOwnPropertyDescriptor(proto, "constructor")?.value;
    const name = typeof maker === "function" ? ownText(maker, "name") : "";
    if (name !== "") return name.slice(0, 30);
    const tag: unknown = getOwnPropertyDescriptor(proto, Symbol.toStringTag)?.value;
    if (typeof tag === "string" && tag !== "") return tag.slice(0, 30);
  }
  return undefined;
}

/** An object and its prototypes, as many as any program has. */
function* chainOf(start: object | null): Generator<object> {
  let one = start;
  for (let length = 0; one !== null && length < longestChain; length += 1) {
    yield one;
    one = getPrototypeOf(one) as object | null;
  }
}

/**
 * Whether an object is an error, by the shape of its prototype chain and not by `instanceof`: errors of another realm
 * count, and no user code runs but a proxy's traps, which may throw.
 */
export function isErrorObject(value: object): boolean {
  for (const proto of chainOf(getPrototypeOf(value) as object | null)) {
    if (proto === Error.prototype) return true;
    const maker: unknown = getOwnPropertyDescriptor(proto, "constructor")?.value;
    if (typeof maker === "function" && ownText(maker, "name") === "Error" && ownText(proto, "name") === "Error") return true;
  }
  return false;
}

function ownText(owner: object, key: PropertyKey): string {
  const value: unknown = getOwnPropertyDescriptor(owner, key)?.value;
  return typeof value === "string" ? value : "";
}

function inheritedText(value: object, key: PropertyKey): string | undefined {
  for (const owner of chainOf(value)) {
    const descriptor = getOwnPropertyDescriptor(owner, key);
    if (descriptor === undefined) continue;
    return typeof descriptor.value === "string" ? descriptor.value : undefined;
  }
  return undefined;
}

type Native = (this: never) => unknown;

function nativeGetter(owner: object, key: PropertyKey): Native {
  return Object.getOwnPropertyDescriptor(owner, key)?.get as Native;
}

function brand(native: Native, value: object): unknown {
  try {
    return Reflect.apply(native, value, []);
  } catch {
    return undefined; // Not of the brand that its name or tag claims.
  }
}

/** Cuts to `most` UTF-16 units, never through a surrogate pair. */
function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  const head = text.slice(0, most - 1);
  return `${/[\ud800-\udbff]$/u.test(head) ? head.slice(0, -1) : head}…`;
}
