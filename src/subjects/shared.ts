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
  const told = new Told(title, onAccess, notebook, onShape);
  if (target instanceof Map || target instanceof Set) {
    const watched = onShape === undefined ? target : watchedCollection(target, (key, isWrite) => onAccess?.(title, key, isWrite), (isWrite) => told.shape(isWrite));
    return sharedCollection(watched, told);
  }
  const fields = onShape === undefined ? new Fields(target, told) : new ReflectedFields(target, told);
  return new Proxy(target, fields as ProxyHandler<Target>);
}

/** Who is told of what is done with one object. */
class Told {
  readonly title: string;
  private readonly onAccess: AccessListener | undefined;
  private readonly notebook: Notebook | undefined;
  private readonly onShape: ShapeListener | undefined;
  /** Collections in its fields, each shared as an object of its own; made when there is one. */
  private inner: WeakMap<object, object> | undefined = undefined;

  constructor(title: string, onAccess: AccessListener | undefined, notebook: Notebook | undefined, onShape: ShapeListener | undefined) {
    this.title = title;
    this.onAccess = onAccess;
    this.notebook = notebook;
    this.onShape = onShape;
  }

  get asksForShape(): boolean {
    return this.onShape !== undefined;
  }

  read(key: PropertyKey, value: unknown, above: Function): void {
    this.onAccess?.(this.title, String(key), false);
    this.notebook?.read(this.title, String(key), value, above);
  }

  write(key: PropertyKey, value: unknown, previous: unknown, above: Function): void {
    this.onAccess?.(this.title, String(key), true);
    this.notebook?.write(this.title, String(key), value, previous, above);
  }

  shape(isWrite: boolean): void {
    this.onShape?.(this.title, isWrite);
  }

  /** The same proxy for the same collection, so that identity holds. */
  sharedInner(collection: object, key: string): object {
    this.inner ??= new WeakMap();
    const known = this.inner.get(collection) ?? makeShared(collection, `${this.title}.${key}`, this.onAccess, this.notebook, this.onShape);
    this.inner.set(collection, known);
    return known;
  }
}

/** Any object but a map or a set. */
class Fields implements ProxyHandler<object> {
  protected readonly told: Told;
  protected isSetting = false;
  private readonly isPrivate: boolean;

  constructor(target: object, told: Told) {
    this.told = told;
    this.isPrivate = hasPrivateState(target);
  }

  get(object: object, key: PropertyKey, receiver: unknown): unknown {
    const { told, isPrivate } = this;
    const value: unknown = Reflect.get(object, key, isPrivate ? object : receiver);
    if (typeof key === "symbol" || key === "then" || key === "constructor") return value;
    if (typeof value === "function") {
      if (!isPrivate) return value;
      told.shape(true);
      return value.bind(object);
    }
    if (ArrayBuffer.isView(object)) told.shape(false);
    told.read(key, value, TRAPS.get);
    return isCollection(value) ? told.sharedInner(value, String(key)) : value;
  }

  set(object: object, key: PropertyKey, value: unknown, receiver: unknown): boolean {
    const { told } = this;
    const previous: unknown = Reflect.get(object, key);
    const own = told.asksForShape ? Reflect.getOwnPropertyDescriptor(object, key) : undefined;
    if (own === undefined) told.shape(true);
    // Ends in a definition on the receiver, which is no other access; for a value of its own there is a shorter way.
    const isOwnValue = own !== undefined && "value" in own;
    const outer = this.isSetting;
    this.isSetting = true;
    const done = Reflect.set(object, key, value, isOwnValue || this.isPrivate ? object : receiver);
    this.isSetting = outer;
    if (typeof key !== "symbol") told.write(key, value, previous, TRAPS.set);
    return done;
  }

  deleteProperty(object: object, key: PropertyKey): boolean {
    const previous: unknown = Reflect.get(object, key);
    this.told.shape(true);
    const done = Reflect.deleteProperty(object, key);
    if (typeof key !== "symbol") this.told.write(key, undefined, previous, TRAPS.deleteProperty);
    return done;
  }

  has(object: object, key: PropertyKey): boolean {
    const found = Reflect.has(object, key);
    if (typeof key !== "symbol") this.told.read(key, found, TRAPS.has);
    return found;
  }
}

/** The same, and which keys there are, however it is asked; and properties that are defined rather than set. */
class ReflectedFields extends Fields {
  ownKeys(object: object): (string | symbol)[] {
    this.told.shape(false);
    return Reflect.ownKeys(object);
  }

  getOwnPropertyDescriptor(object: object, key: PropertyKey): PropertyDescriptor | undefined {
    const found = Reflect.getOwnPropertyDescriptor(object, key);
    if (typeof key !== "symbol" && !this.isSetting) this.told.read(key, found?.value, TRAPS.getOwnPropertyDescriptor);
    return found;
  }

  defineProperty(object: object, key: PropertyKey, descriptor: PropertyDescriptor): boolean {
    if (!this.isSetting) this.told.shape(true);
    return Reflect.defineProperty(object, key, descriptor);
  }
}

/** The traps that tell of accesses: the code that made one stands above them on the stack. */
const TRAPS = {
  get: trap("get"),
  set: trap("set"),
  deleteProperty: trap("deleteProperty"),
  has: trap("has"),
  getOwnPropertyDescriptor: trap("getOwnPropertyDescriptor"),
};

function trap(name: keyof ReflectedFields): Function {
  return Reflect.get(ReflectedFields.prototype, name) as Function;
}

function isCollection(value: unknown): value is object {
  return Array.isArray(value) || value instanceof Map || value instanceof Set;
}

/** Objects of the runtime's own classes keep their state where a proxy has none. */
function hasPrivateState(object: object): boolean {
  return ArrayBuffer.isView(object) || object instanceof Date || object instanceof Promise || object instanceof WeakMap;
}

/** Maps and sets: by entry, so that two tasks at two keys are not taken to meet. */
function sharedCollection<Target extends object>(target: Target, told: Told): Target {
  return new Proxy(target, {
    get: function get(object, key) {
      const value: unknown = Reflect.get(object, key, object);
      if (typeof value !== "function") {
        if (key === "size") told.read(key, value, get);
        return value;
      }
      return function call(this: unknown, ...values: unknown[]): unknown {
        const entry = typeof values[0] === "string" || typeof values[0] === "number" ? values[0] : "entries";
        const lookup = (object as { get?: (key: unknown) => unknown }).get;
        const previous = COLLECTION_WRITES.has(key) ? lookup?.call(object, values[0]) : undefined;
        const result: unknown = value.apply(object, values);
        if (COLLECTION_WRITES.has(key)) {
          told.write(key === "clear" ? "entries" : entry, key === "set" ? values[1] : key === "add", previous, call);
        } else {
          told.read(COLLECTION_READS.has(key) ? entry : "entries", COLLECTION_READS.has(key) ? result : undefined, call);
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
