import { control } from "../control.ts";
import { Patches } from "../patches.ts";
import { targetOf } from "./declared-proxies.ts";

/*
 * Maps and sets that a body has declared are watched in place: they are what they are, whoever holds them, and the
 * language's own methods tell of what is done to them. Those are in place from the first declared collection of an
 * exploration to the exploration's end, and let all others pass.
 */

type Collection = Map<unknown, unknown> | Set<unknown>;

/** Told of what is done to one collection. `above` is the function that the body has called. */
export interface CollectionWatch {
  /** An entry was looked up. */
  looksUp(key: unknown, value: unknown, above: Function): void;
  /** An entry was set, added or deleted. */
  changes(key: unknown, value: unknown, previous: unknown, hasOtherKeys: boolean, above: Function): void;
  /** All entries are about to be gone. */
  clears(above: Function): void;
  counts(size: number, above: Function): void;
  /** It is gone through: at once where it `isRead`, or else by an iterator. */
  goesThrough(isRead: boolean, above: Function): void;
  /** An iterator has come to an entry, or to the end. */
  visits(key: unknown, value: unknown): void;
  /** An iterator has come to some entry, whose key doesn't show. */
  visitsAny(value: unknown): void;
}

type Method = (this: unknown, ...values: unknown[]) => unknown;

const lookUp: (this: WeakMap<object, CollectionWatch>, key: object) => CollectionWatch | undefined = WeakMap.prototype.get;
const [getOfMap, hasOfMap, hasOfSet] = [Map.prototype.get, Map.prototype.has, Set.prototype.has];
const [eachOfMap, eachOfSet] = [Map.prototype.forEach, Set.prototype.forEach];
const [sizeOfMap, sizeOfSet] = [Map, Set].map((maker) => Object.getOwnPropertyDescriptor(maker.prototype, "size")!.get!);

let watches = new WeakMap<object, CollectionWatch>();
/** The collection that an iterator goes through, and by which method it was asked for. */
let iterators = new WeakMap<object, { readonly watch: CollectionWatch; readonly method: string }>();
let isWatching = false;
const patches = new Patches();
let isInstalled = false;

/** Watches a collection for the rest of the execution. */
export function watchCollection(collection: object, watch: CollectionWatch): void {
  admitCollections();
  watches.set(collection, watch);
  isWatching = true;
}

export function isWatched(collection: object): boolean {
  return isWatching && lookUp.call(watches, collection) !== undefined;
}

/** An execution begins: nothing is declared. */
export function forgetCollections(): void {
  if (!isWatching) return;
  isWatching = false;
  watches = new WeakMap();
  iterators = new WeakMap();
}

/** Goes through a collection without its watch's notice. */
export function eachEntry(collection: Collection, visit: (key: unknown, value: unknown) => void): void {
  const each = collection instanceof Map ? eachOfMap : eachOfSet;
  (each as Method).call(collection, (value: unknown, key: unknown) => visit(key, value));
}

function watchOf(value: unknown): CollectionWatch | undefined {
  return isWatching ? lookUp.call(watches, value as object) : undefined;
}

function keyed(isMap: boolean, key: string, native: Method): Method {
  const has = (isMap ? hasOfMap : hasOfSet) as Method;
  const changes = key !== "get" && key !== "has";
  const { method: watched } = {
    method(this: unknown, ...values: unknown[]): unknown {
      const target = targetOf(values[0]);
      if (target !== undefined && has.call(this, values[0]) === false && has.call(this, target) === true) values[0] = target;
      const watch = watchOf(this);
      if (watch === undefined) return native.apply(this, values);
      const [entry, value] = values;
      const [before, previous] = changes ? [has.call(this, entry), isMap ? getOfMap.call(this as Map<unknown, unknown>, entry) : undefined] : [];
      const result = native.apply(this, values);
      if (changes) watch.changes(entry, key === "set" ? value : key === "add", previous, before !== has.call(this, entry), watched);
      else watch.looksUp(entry, result, watched);
      return result;
    },
  };
  return watched;
}

function going(key: string, native: Method): Method {
  const { method: watched } = {
    method(this: unknown, ...values: unknown[]): unknown {
      const watch = watchOf(this);
      // Two sets are put together, for instance: the other one is gone through as well.
      if (isWatching) for (const value of values) watchOf(value)?.goesThrough(true, watched);
      if (watch === undefined) return native.apply(this, values);
      if (key === "clear") watch.clears(watched);
      else watch.goesThrough(!ITERATING.has(key), watched);
      const result = native.apply(this, values);
      if (ITERATING.has(key)) iterators.set(result as object, { watch, method: key });
      return result;
    },
  };
  return watched;
}

const ITERATING: ReadonlySet<string> = new Set(["keys", "values", "entries"]);
const KEYED: ReadonlySet<string> = new Set(["get", "has", "set", "add", "delete"]);

function advancing(isMap: boolean, native: Method): Method {
  return {
    next(this: unknown): unknown {
      const result = native.call(this) as IteratorResult<unknown>;
      const iterated = isWatching ? iterators.get(this as object) : undefined;
      if (iterated === undefined) return result;
      const { watch, method } = iterated;
      if (result.done === true) watch.visits(undefined, undefined);
      else if (method === "entries") watch.visits(...(result.value as [unknown, unknown]));
      else if (isMap && method === "values") watch.visitsAny(result.value);
      else watch.visits(result.value, undefined);
      return result;
    },
  }.next;
}

/**
 * From the first watched collection on; or from the first proxy of an instance, whose constructor may have put the
 * instance itself into a collection, where it is to be found by its proxy. Does nothing where they are in place.
 */
export function admitCollections(): void {
  if (isInstalled) return;
  isInstalled = true;
  installOn(Map.prototype, true, sizeOfMap!);
  installOn(Set.prototype, false, sizeOfSet!);
}

function installOn(prototype: Collection, isMap: boolean, size: (this: object) => number): void {
  const made = new Map<Method, Method>();
  const replacementOf = (key: string, native: Method): Method => {
    const known = made.get(native);
    if (known !== undefined) return known;
    const method = KEYED.has(key) ? keyed(isMap, key, native) : going(key, native);
    made.set(native, method);
    return method;
  };
  // What is one function under two names stays one: of a set `keys`, `values` and the iterator are.
  const names = isMap ? ["entries", "keys", "values"] : ["values"];
  const methods = [...names, ...Reflect.ownKeys(prototype)].filter((key) => key !== "constructor");
  for (const key of new Set(methods)) {
    const native: unknown = Object.getOwnPropertyDescriptor(prototype, key)?.value;
    if (typeof native === "function") patches.method(prototype, key, replacementOf(String(key), native as Method));
  }
  patches.getter(prototype, "size", function watched(this: object): unknown {
    const found = size.call(this);
    watchOf(this)?.counts(found, watched);
    return found;
  });
  // Read by `Object.prototype.toString`, and by what compares and shows collections without their methods.
  const tag = { own: isMap ? "Map" : "Set", now: isMap ? "Map" : "Set" };
  const tagged = function tagged(this: object): string {
    if (control.inside && control.execution?.tracer !== undefined) watchOf(this)?.goesThrough(true, tagged);
    return tag.now;
  };
  patches.accessor(prototype, Symbol.toStringTag, tagged, tag);
  const iteration = Object.getPrototypeOf(isMap ? new Map().entries() : new Set().values()) as object;
  patches.method(iteration, "next", advancing(isMap, Reflect.get(iteration, "next") as Method));
}

/** Takes the watches back. */
export function unwatchCollections(): void {
  forgetCollections();
  isInstalled = false;
  patches.undo();
}
