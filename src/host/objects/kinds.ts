import { nodeProcess } from "../natives.ts";

/*
 * What a proxy can stand for. A proxy has no internal slots and no private members, so whatever rests on those breaks
 * with a proxy in its place. Asking runs no code of the user's: no getter, and no trap of a proxy.
 */

type Test = (value: unknown) => boolean;

const types = (nodeProcess.getBuiltinModule?.("node:util")?.["types"] ?? {}) as Readonly<Record<string, Test | undefined>>;
const no: Test = () => false;
const isArguments = types["isArgumentsObject"] ?? no;
const isModule = types["isModuleNamespaceObject"] ?? no;
const { getOwnPropertyDescriptor, getPrototypeOf, prototype: objectPrototype } = Object;
const functionText = Function.prototype.toString;

/** Whether it is a proxy. Never true on runtimes that don't tell. */
export const isProxy: Test = types["isProxy"] ?? no;

/** Objects that all of these come from keep their place in a slot: array iterators, generators and so on. */
const iterating: ReadonlySet<object> = new Set([
  getPrototypeOf(getPrototypeOf([][Symbol.iterator]()) as object) as object,
  getPrototypeOf(getPrototypeOf(getPrototypeOf((async function* () {})()) as object) as object) as object,
]);

/**
 * `#name` where a class declares it: a field, a method or an accessor. Text and comments that look like that are taken
 * for it too, which costs no more than that the object is handed out as it is.
 */
const PRIVATE_MEMBER = /(?:^|[;{}\s*])#[\p{L}\p{N}_$\\]+[ \t]*(?:[=;(}\r\n/]|$)/u;

/** Node's modules with classes that are no globals. */
const MODULES = ["node:stream", "node:net", "node:child_process", "node:worker_threads", "node:fs", "node:async_hooks", "node:http", "node:readline", "node:crypto", "node:zlib"];

/** By the prototype of an object: whether each class above it is one that a proxy can stand for. */
const known = new WeakMap<object, boolean>();

/**
 * Whether a proxy does whatever the object does: a plain object, an array, or an instance of classes of the user's
 * without private members.
 */
export function canBeStoodFor(object: object): boolean {
  if (typeof object === "function" || isProxy(object)) return false;
  const prototype = getPrototypeOf(object) as object | null;
  if (prototype === objectPrototype) return !isArguments(object);
  if (prototype === null) return !isModule(object);
  const isList = Array.isArray(object);
  if (isList) return prototype === Array.prototype || isOpenChain(prototype, true);
  let isOpen = known.get(prototype);
  if (isOpen === undefined) {
    isOpen = isOpenChain(prototype, false);
    known.set(prototype, isOpen);
  }
  return isOpen;
}

function isOpenChain(first: object, isList: boolean): boolean {
  for (let prototype: object | null = first; prototype !== null; prototype = getPrototypeOf(prototype) as object | null) {
    // What its traps would do is not to be found out.
    if (isProxy(prototype) || iterating.has(prototype)) return false;
    const { get, value: maker } = getOwnPropertyDescriptor(prototype, "constructor") ?? {};
    // Who is behind a getter (that of `Promise` is one) is not to be found out either.
    if (get !== undefined || (typeof maker === "function" && !isOpenClass(maker, prototype, isList))) return false;
  }
  return true;
}

function isOpenClass(maker: Function, prototype: object, isList: boolean): boolean {
  const name = nameOf(maker);
  const text = functionText.call(maker);
  // Of this realm or another.
  if (text.endsWith("{ [native code] }")) return (name === "Object" && getPrototypeOf(prototype) === null) || (isList && name === "Array");
  return !PRIVATE_MEMBER.test(text) && !isOfPlatform(maker, name);
}

/** Classes of the runtime's own are written in JavaScript too. Emitters are the exception: all of their state is in fields. */
function isOfPlatform(maker: Function, name: string): boolean {
  if (getOwnPropertyDescriptor(globalThis, name)?.value === maker) return true;
  for (const module of MODULES) {
    const exported = nodeProcess.getBuiltinModule?.(module);
    if (exported !== undefined && getOwnPropertyDescriptor(exported, name)?.value === maker) return true;
  }
  return false;
}

function nameOf(maker: Function): string {
  const name: unknown = getOwnPropertyDescriptor(maker, "name")?.value;
  return typeof name === "string" ? name : "";
}

/** The name of an object's class, by descriptors alone. */
export function classNameOf(object: object): string | undefined {
  if (typeof object === "function") return nameOf(object) || undefined;
  for (let holder: object | null = object; holder !== null && !isProxy(holder); holder = getPrototypeOf(holder) as object | null) {
    const maker: unknown = getOwnPropertyDescriptor(holder, "constructor")?.value;
    if (typeof maker === "function" && nameOf(maker) !== "") return nameOf(maker);
  }
  return undefined;
}

/** Whether the object was made by a constructor of the user's, which may have noted it somewhere. */
export function isInstance(object: object): boolean {
  const prototype = getPrototypeOf(object) as object | null;
  return prototype !== objectPrototype && prototype !== Array.prototype && prototype !== null;
}

/** Whether it is a map or a set of the language's own class, and not one that keeps fields besides its entries. */
export function isPlainCollection(object: object): object is Map<unknown, unknown> | Set<unknown> {
  if (isProxy(object)) return false;
  const prototype = getPrototypeOf(object) as object | null;
  return (prototype === Map.prototype || prototype === Set.prototype) && Reflect.ownKeys(object).length === 0;
}

/** Whether it can't change and leads to nothing that can. */
export function isConstant(object: object): boolean {
  if (isProxy(object) || !Object.isFrozen(object)) return false;
  const prototype = getPrototypeOf(object) as object | null;
  if (prototype !== objectPrototype && prototype !== null && prototype !== Array.prototype) return false;
  return Reflect.ownKeys(object).every((key) => {
    const field = getOwnPropertyDescriptor(object, key)!;
    return "value" in field && ((typeof field.value !== "object" && typeof field.value !== "function") || field.value === null);
  });
}
