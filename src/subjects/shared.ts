import { HeddleError } from "../engine/errors.ts";
import type { Notebook } from "./notebook.ts";

/** Told of every access to a shared object, for footprints. */
export type AccessListener = (object: string, key: string, isWrite: boolean) => void;

/**
 * Told of what concerns an object as a whole, as which keys it has: for strategies that must know whatever one step can
 * see of another. Others take accesses to two keys for independent, whatever else is done with them.
 */
export type ShapeListener = (object: string, isWrite: boolean) => void;

const COLLECTION_WRITES: ReadonlySet<PropertyKey> = new Set(["set", "add", "delete", "clear"]);
const COLLECTION_READS: ReadonlySet<PropertyKey> = new Set(["get", "has"]);

/**
 * An object whose reads and writes are recorded. It behaves as the object does: methods run on the recording object,
 * so that what they read and write of `this` is recorded too. Fields only: what lies deeper, wrap as well.
 */
export function makeShared<Target extends object>(
  target: Target,
  name: string | undefined,
  onAccess: AccessListener | undefined,
  notebook: Notebook | undefined,
  onShape?: ShapeListener,
): Target {
  if ((typeof target !== "object" && typeof target !== "function") || target === null) {
    throw new HeddleError(
      "BAD_SUBJECT",
      `shared(object, name?) takes an object, not ${target === null ? "null" : `a ${typeof target}`}: put the value in a field, shared({ value: 0 }, "counter")`,
    );
  }
  if (onAccess === undefined && notebook === undefined) return target;
  const title = name ?? target.constructor?.name ?? "object";
  const read = (key: PropertyKey, value: unknown, above: Function): void => {
    onAccess?.(title, String(key), false);
    notebook?.read(title, String(key), value, above);
  };
  const write = (key: PropertyKey, value: unknown, previous: unknown, above: Function): void => {
    onAccess?.(title, String(key), true);
    notebook?.write(title, String(key), value, previous, above);
  };
  const shape = onShape === undefined ? undefined : (isWrite: boolean): void => onShape(title, isWrite);
  if (target instanceof Map || target instanceof Set) {
    const watched = shape === undefined ? target : watchedCollection(target, (key, isWrite) => onAccess?.(title, key, isWrite), shape);
    return sharedCollection(watched, read, write);
  }
  let isSetting = false;
  const isPrivate = hasPrivateState(target);
  // Collections in its fields are shared too, as one object each.
  const inner = remembering((collection: object, place: string) => makeShared(collection, place, onAccess, notebook, onShape));
  const handler: ProxyHandler<Target> = {
    get: function get(object, key, receiver) {
      const value: unknown = Reflect.get(object, key, isPrivate ? object : receiver);
      if (typeof key === "symbol" || key === "then" || key === "constructor") return value;
      if (typeof value === "function") {
        if (!isPrivate) return value;
        shape?.(true);
        return value.bind(object);
      }
      if (ArrayBuffer.isView(object)) shape?.(false);
      read(key, value, get);
      return isCollection(value) ? inner(value, `${title}.${key}`) : value;
    },
    set: function set(object, key, value, receiver) {
      const previous: unknown = Reflect.get(object, key);
      const own = shape === undefined ? undefined : Reflect.getOwnPropertyDescriptor(object, key);
      if (own === undefined) shape?.(true);
      // Ends in a definition on the receiver, which is no other access; for a value of its own there is a shorter way.
      const isOwnValue = own !== undefined && "value" in own;
      const outer = isSetting;
      isSetting = true;
      const done = Reflect.set(object, key, value, isOwnValue || isPrivate ? object : receiver);
      isSetting = outer;
      if (typeof key !== "symbol") write(key, value, previous, set);
      return done;
    },
    deleteProperty: function deleteProperty(object, key) {
      const previous: unknown = Reflect.get(object, key);
      shape?.(true);
      const done = Reflect.deleteProperty(object, key);
      if (typeof key !== "symbol") write(key, undefined, previous, deleteProperty);
      return done;
    },
    has: function has(object, key) {
      const found = Reflect.has(object, key);
      if (typeof key !== "symbol") read(key, found, has);
      return found;
    },
  };
  return new Proxy(target, shape === undefined ? handler : { ...handler, ...reflecting(read, shape, () => isSetting) });
}

/** Which keys there are, however it is asked; and properties that are defined rather than set. */
function reflecting(read: Report, shape: (isWrite: boolean) => void, isSetting: () => boolean): ProxyHandler<object> {
  return {
    ownKeys: (object) => {
      shape(false);
      return Reflect.ownKeys(object);
    },
    getOwnPropertyDescriptor: function getOwnPropertyDescriptor(object, key) {
      const found = Reflect.getOwnPropertyDescriptor(object, key);
      if (typeof key !== "symbol" && !isSetting()) read(key, found?.value, getOwnPropertyDescriptor);
      return found;
    },
    defineProperty: (object, key, descriptor) => {
      if (!isSetting()) shape(true);
      return Reflect.defineProperty(object, key, descriptor);
    },
  };
}

function isCollection(value: unknown): value is object {
  return Array.isArray(value) || value instanceof Map || value instanceof Set;
}

/** The same proxy for the same collection, so that identity holds. */
function remembering(make: (collection: object, place: string) => object): (collection: object, place: string) => object {
  // Made when there is one: in a search each execution shares its objects anew.
  let made: WeakMap<object, object> | undefined;
  return (collection, place) => {
    made ??= new WeakMap();
    const known = made.get(collection) ?? make(collection, place);
    made.set(collection, known);
    return known;
  };
}

/** Objects of the runtime's own classes keep their state where a proxy has none. */
function hasPrivateState(object: object): boolean {
  return ArrayBuffer.isView(object) || object instanceof Date || object instanceof Promise || object instanceof WeakMap;
}

type Report = (key: PropertyKey, value: unknown, above: Function) => void;
type ReportChange = (key: PropertyKey, value: unknown, previous: unknown, above: Function) => void;

/** Maps and sets: by entry, so that two tasks at two keys are not taken to meet. */
function sharedCollection<Target extends object>(target: Target, read: Report, write: ReportChange): Target {
  return new Proxy(target, {
    get: function get(object, key) {
      const value: unknown = Reflect.get(object, key, object);
      if (typeof value !== "function") {
        if (key === "size") read(key, value, get);
        return value;
      }
      return function call(this: unknown, ...values: unknown[]): unknown {
        const entry = typeof values[0] === "string" || typeof values[0] === "number" ? values[0] : "entries";
        const lookup = (object as { get?: (key: unknown) => unknown }).get;
        const previous = COLLECTION_WRITES.has(key) ? lookup?.call(object, values[0]) : undefined;
        const result: unknown = value.apply(object, values);
        if (COLLECTION_WRITES.has(key)) {
          write(key === "clear" ? "entries" : entry, key === "set" ? values[1] : key === "add", previous, call);
        } else {
          read(COLLECTION_READS.has(key) ? entry : "entries", COLLECTION_READS.has(key) ? result : undefined, call);
        }
        return result === object ? this : result;
      };
    },
  });
}

/**
 * The collection itself, which tells of what the calls above do not: that an entry is new or gone, that all are, that
 * they are gone through. A call that goes through them has read each, one that takes an iterator reads on with it.
 */
function watchedCollection<Target extends object>(target: Target, access: (key: string, isWrite: boolean) => void, shape: (isWrite: boolean) => void): Target {
  const collection = target as unknown as { readonly size: number; keys(): Iterable<unknown> };
  const touchAll = (isWrite: boolean): void => {
    shape(isWrite);
    for (const key of collection.keys()) access(typeof key === "string" || typeof key === "number" ? String(key) : "entries", isWrite);
  };
  const watched = (key: PropertyKey, method: Function): Function =>
    function (this: unknown, ...values: unknown[]): unknown {
      if (key === "clear" || (!COLLECTION_WRITES.has(key) && !COLLECTION_READS.has(key))) touchAll(key === "clear");
      const { size } = collection;
      const result: unknown = method.apply(target, values);
      if (collection.size !== size) shape(true);
      return isIterator(result) ? watchedIterator(result, () => touchAll(false)) : result === target ? this : result;
    };
  const methods = new Map<PropertyKey, Function>();
  return new Proxy(target, {
    get(object, key) {
      const value: unknown = Reflect.get(object, key, object);
      if (key === "size") shape(false);
      if (typeof value !== "function" || key === "constructor") return value;
      const method = methods.get(key) ?? watched(key, value);
      methods.set(key, method);
      return method;
    },
  });
}

function isIterator(value: unknown): value is IterableIterator<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { next?: unknown }).next === "function";
}

function watchedIterator(iterator: IterableIterator<unknown>, onNext: () => void): object {
  const next = (): IteratorResult<unknown> => {
    onNext();
    return iterator.next();
  };
  return Object.create(Object.getPrototypeOf(iterator) as object, { next: { value: next } }) as object;
}
