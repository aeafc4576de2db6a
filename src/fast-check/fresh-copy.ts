import * as fc from "fast-check";

/**
 * Copies of a generated input, one for each execution, so that what one execution does to it is not seen by the next.
 * Arrays, plain objects, maps, sets, dates, buffers and views on them are copied, and what fast-check can clone is cloned.
 * Objects of other classes, and functions, are handed out as they are.
 */
export function freshCopy<Input>(input: Input): Input {
  return copy(input, new Map()) as Input;
}

function copy(value: unknown, copies: Map<object, unknown>): unknown {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return value;
  const known = copies.get(value);
  if (known !== undefined) return known;
  // What `fc.gen` makes is a function, which counts its draws.
  if (fc.hasCloneMethod(value)) return remember(copies, value, value[fc.cloneMethod]() as object);
  if (typeof value === "function") return value;
  if (Array.isArray(value)) return copyFields(value, remember(copies, value, []), copies);
  if (value instanceof Date) return remember(copies, value, new Date(value.getTime()));
  if (value instanceof Map) return copyMap(value, remember(copies, value, new Map<unknown, unknown>()), copies);
  if (value instanceof Set) return copySet(value, remember(copies, value, new Set<unknown>()), copies);
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return remember(copies, value, structuredClone(value));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  return copyFields(value, remember(copies, value, Object.create(prototype) as object), copies);
}

function remember<Copy>(copies: Map<object, unknown>, original: object, made: Copy): Copy {
  copies.set(original, made);
  return made;
}

function copyFields<Target extends object>(from: object, to: Target, copies: Map<object, unknown>): Target {
  for (const key of Reflect.ownKeys(from)) {
    const descriptor = Object.getOwnPropertyDescriptor(from, key)!;
    if ("value" in descriptor) descriptor.value = copy(descriptor.value, copies);
    Object.defineProperty(to, key, descriptor);
  }
  return to;
}

function copyMap(from: ReadonlyMap<unknown, unknown>, to: Map<unknown, unknown>, copies: Map<object, unknown>): Map<unknown, unknown> {
  for (const [key, value] of from) to.set(copy(key, copies), copy(value, copies));
  return to;
}

function copySet(from: ReadonlySet<unknown>, to: Set<unknown>, copies: Map<object, unknown>): Set<unknown> {
  for (const value of from) to.add(copy(value, copies));
  return to;
}
