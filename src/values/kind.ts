/*
 * Of which of the language's own kinds an object is, whatever realm it comes from: test runners have contexts of their own,
 * and what was made in another is no `instanceof` of this one's classes.
 */

/** The language's own classes whose instances are more than their fields. */
export type Kind = "Map" | "Set" | "Date" | "RegExp" | "Error" | "ArrayBuffer" | "SharedArrayBuffer" | "WeakMap" | "WeakSet" | "WeakRef" | "Promise";

type Native = (this: never, ...values: never[]) => unknown;

const { getOwnPropertyDescriptor, getPrototypeOf } = Object;

/** What throws for all that has not the slot. Of a promise nothing does so and no more. */
const BRANDS: Readonly<Record<Kind, Native | undefined>> = {
  Map: getter(Map.prototype, "size"),
  Set: getter(Set.prototype, "size"),
  Date: method(Date.prototype, "getTime"),
  RegExp: getter(RegExp.prototype, "source"),
  Error: undefined,
  ArrayBuffer: getter(ArrayBuffer.prototype, "byteLength"),
  SharedArrayBuffer: typeof SharedArrayBuffer === "undefined" ? undefined : getter(SharedArrayBuffer.prototype, "byteLength"),
  WeakMap: method(WeakMap.prototype, "has"),
  WeakSet: method(WeakSet.prototype, "has"),
  WeakRef: method(WeakRef.prototype, "deref"),
  Promise: undefined,
};

const functionText = method(Function.prototype, "toString") as () => string;

/** By the prototype of an object: what the classes above it are called. */
const claimed = new WeakMap<object, Kind | "none">();
const homes = new WeakMap<object, object>();

/**
 * @returns `undefined` for an object that is of none of them. A class's name may lie; it is asked first, as a slot that is
 *   looked for in vain costs an error.
 * @throws what the traps of a proxy throw.
 */
export function kindOf(value: object): Kind | undefined {
  const prototype = getPrototypeOf(value) as object | null;
  if (prototype === null || prototype === Object.prototype) return undefined;
  let kind = claimed.get(prototype);
  if (kind === undefined) claimed.set(prototype, (kind = claimOf(prototype)));
  return kind !== "none" && isBranded(BRANDS[kind], value) ? kind : undefined;
}

function claimOf(first: object): Kind | "none" {
  for (let one: object | null = first; one !== null; one = getPrototypeOf(one) as object | null) {
    const names = [nameOf(getOwnPropertyDescriptor(one, "constructor")?.value), getOwnPropertyDescriptor(one, Symbol.toStringTag)?.value];
    const found = names.find((name) => typeof name === "string" && Object.hasOwn(BRANDS, name));
    if (found !== undefined) return found as Kind;
  }
  return "none";
}

function isBranded(brand: Native | undefined, value: object): boolean {
  if (brand === undefined) return true;
  try {
    Reflect.apply(brand as Function, value, [value]);
    return true;
  } catch {
    return false;
  }
}

/** The prototype that this realm has in place of one of another's own; any other as it is. */
export function homeOf(prototype: object): object {
  let home = homes.get(prototype);
  if (home === undefined) homes.set(prototype, (home = ownOf(prototype)));
  return home;
}

function ownOf(prototype: object): object {
  const maker: unknown = getOwnPropertyDescriptor(prototype, "constructor")?.value;
  if (typeof maker !== "function" || maker === Object || !isNative(maker)) return prototype;
  const own: unknown = getOwnPropertyDescriptor(globalThis, nameOf(maker))?.value;
  return typeof own === "function" && isNative(own) && getOwnPropertyDescriptor(maker, "prototype")?.value === prototype ? (own.prototype as object) : prototype;
}

function isNative(maker: Function): boolean {
  return Reflect.apply(functionText, maker, []).endsWith("{ [native code] }");
}

function nameOf(maker: unknown): string {
  const name: unknown = typeof maker === "function" ? getOwnPropertyDescriptor(maker, "name")?.value : undefined;
  return typeof name === "string" ? name : "";
}

function method(owner: object, key: PropertyKey): Native {
  return getOwnPropertyDescriptor(owner, key)!.value as Native;
}

function getter(owner: object, key: PropertyKey): Native {
  return getOwnPropertyDescriptor(owner, key)!["get"] as Native;
}
