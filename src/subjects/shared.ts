import { HeddleError } from "../engine/errors.ts";
import type { Notebook } from "./notebook.ts";

/** Told of every access to a shared object, for footprints. */
export type AccessListener = (object: string, key: string, isWrite: boolean) => void;

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
  if (target instanceof Map || target instanceof Set) return sharedCollection(target, read, write);
  // Collections in its fields are shared too, as one object each.
  const inner = remembering((collection: object, place: string) => makeShared(collection, place, onAccess, notebook));
  const handler: ProxyHandler<Target> = {
    get: function get(object, key, receiver) {
      const value: unknown = Reflect.get(object, key, hasPrivateState(object) ? object : receiver);
      if (typeof key === "symbol" || key === "then" || key === "constructor") return value;
      if (typeof value === "function") return hasPrivateState(object) ? value.bind(object) : value;
      read(key, value, get);
      return isCollection(value) ? inner(value, `${title}.${key}`) : value;
    },
    set: function set(object, key, value, receiver) {
      const previous: unknown = Reflect.get(object, key);
      const done = Reflect.set(object, key, value, hasPrivateState(object) ? object : receiver);
      if (typeof key !== "symbol") write(key, value, previous, set);
      return done;
    },
    deleteProperty: function deleteProperty(object, key) {
      const previous: unknown = Reflect.get(object, key);
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
  return new Proxy(target, handler);
}

function isCollection(value: unknown): value is object {
  return Array.isArray(value) || value instanceof Map || value instanceof Set;
}

/** The same proxy for the same collection, so that identity holds. */
function remembering(make: (collection: object, place: string) => object): (collection: object, place: string) => object {
  const made = new WeakMap<object, object>();
  return (collection, place) => {
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
