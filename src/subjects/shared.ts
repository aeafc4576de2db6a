import { HeddleError } from "../engine/errors.ts";
import type { Execution } from "../engine/execution.ts";
import { admitCollections, isWatched, watchCollection } from "../host/objects/collections.ts";
import { canBeStoodFor, classNameOf, isConstant, isInstance, isPlainCollection, isProxy } from "../host/objects/kinds.ts";
import { admitStandIns, standsFor, targetOf } from "../host/objects/declared-proxies.ts";
import { VirtualImmediate, VirtualTimer } from "../host/timers/timers.ts";
import { isResolver, isTracedElsewhere } from "../host/promises/tracing.ts";
import { Declared } from "./declared.ts";
import { Entries } from "./entries.ts";
import { Fields, type Handing } from "./fields.ts";
import { isBoundary } from "./io.ts";
import type { Notebook } from "./notebook.ts";

/*
 * What `shared()` gives back does what the object does, under every strategy alike. Plain objects, arrays and instances
 * of the user's classes have a proxy that stands for them. Maps and sets are watched in place. All others (functions,
 * dates, typed arrays, instances with private members …) can be watched in neither way and are handed out as they are:
 * where every dependence counts, the steps from there on depend on each other.
 *
 * An array that was in a field when its object was declared has a proxy too, and a map or a set is watched. Everything
 * else that lies in a field is given to the body as it is. Where every dependence counts, a step that got hold of such a
 * thing is out of sight, and so are the steps that it causes: they depend on all others.
 */

/** What one execution has declared. */
export class Declarations implements Handing {
  private readonly execution: Execution;
  private readonly notebook: Notebook | undefined;
  private readonly standIns: Map<object, Fields> = new Map();
  /** Arrays that the body itself has put into fields: it holds them, so it is given them back as they are. */
  private given: Set<object> | undefined = undefined;
  /** Whether anybody wants to know. */
  private readonly isListening: boolean;

  constructor(execution: Execution, notebook: Notebook | undefined) {
    this.execution = execution;
    this.notebook = notebook;
    const { strategy } = execution.settings;
    this.isListening = notebook !== undefined || strategy.usesFootprints === true || execution.tracer !== undefined;
  }

  /** @throws HeddleError `BAD_SUBJECT` for what is no object. */
  declare<Target extends object>(wanted: Target, name: string | undefined): Target {
    if ((typeof wanted !== "object" && typeof wanted !== "function") || wanted === null) {
      throw new HeddleError(
        "BAD_SUBJECT",
        `shared(object, name?) takes an object, not ${wanted === null ? "null" : `a ${typeof wanted}`}: put the value in a field, shared({ value: 0 }, "counter")`,
      );
    }
    // A proxy of an earlier execution tells nobody any more.
    const target = (targetOf(wanted) as Target | undefined) ?? wanted;
    const known = this.standIns.get(target)?.proxy ?? this.watches(target, name);
    if (known !== undefined) return known as Target;
    if (!isBoundary(target)) this.execution.tracer?.goesBlind();
    return target;
  }

  handsOut(value: object, title: string, declared: Declared): object {
    const known = this.standIns.get(value)?.proxy;
    if (known !== undefined) return known;
    if (!isProxy(value) && (Array.isArray(value) ? this.given?.has(value) !== true : isPlainCollection(value))) {
      const watched = this.watches(value, title);
      if (watched !== undefined) return watched;
    }
    this.seen(value, declared);
    return value;
  }

  seen(value: object, declared: Declared): void {
    if (declared.isTraced && !this.isKnown(value) && !isWatchedElsewhere(value)) declared.losesSight();
  }

  inherits(object: object, key: PropertyKey): void {
    let above = Object.getPrototypeOf(object) as object | null;
    // A proxy above it tells by itself.
    for (; above !== null && !isProxy(above) && this.standIns.size > 1; above = Object.getPrototypeOf(above) as object | null) {
      this.standIns.get(above)?.inherited(key);
    }
  }

  takesIn(value: unknown): void {
    if (!isProxy(value) && Array.isArray(value)) (this.given ??= new Set()).add(value);
  }

  private isKnown(value: object): boolean {
    const target = targetOf(value);
    return target !== undefined && this.standIns.get(target)?.proxy === value;
  }

  /** What to hand out for an object, if what is done to it can be seen. */
  private watches(target: object, name: string | undefined): object | undefined {
    if (isPlainCollection(target)) {
      if (this.isListening && !isWatched(target)) watchCollection(target, new Entries(target, this.declared(target, name), this));
      return target;
    }
    return canBeStoodFor(target) ? this.standIn(target, name) : undefined;
  }

  private standIn(target: object, name: string | undefined): object {
    admitStandIns();
    if (isInstance(target)) admitCollections();
    const fields = new Fields(target, this.declared(target, name), this);
    const proxy = new Proxy(target, fields);
    fields.proxy = proxy;
    this.standIns.set(target, fields);
    standsFor(proxy, target);
    if (this.execution.tracer !== undefined) this.declareWithin(target, fields.title);
    return proxy;
  }

  /** Where every dependence counts, what lies in it is declared with it, before any step, and has a name of its own. */
  private declareWithin(target: object, title: string): void {
    for (const key of Reflect.ownKeys(target)) {
      const value: unknown = Reflect.getOwnPropertyDescriptor(target, key)!.value;
      if (typeof value !== "object" || value === null || isProxy(value) || this.standIns.has(value)) continue;
      if (Array.isArray(value) || isPlainCollection(value)) this.watches(value, `${title}.${String(key)}`);
    }
  }

  private declared(target: object, name: string | undefined): Declared {
    return new Declared(name ?? classNameOf(target) ?? "object", this.execution, this.notebook);
  }
}

/** Whether what is done to it is seen though it is not declared, or nothing can be done to it. */
function isWatchedElsewhere(value: object): boolean {
  if (isBoundary(value)) return true;
  if (typeof value === "function") return isResolver(value);
  if (isProxy(value)) return false;
  return isWatched(value) || value instanceof VirtualTimer || value instanceof VirtualImmediate || isTracedElsewhere(value) || isConstant(value);
}
