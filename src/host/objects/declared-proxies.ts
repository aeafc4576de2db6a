import { EVERYTHING } from "../../engine/provenance.ts";
import { control } from "../control.ts";
import { Patches } from "../patches.ts";

/*
 * Proxies that stand for objects of the body's: see `subjects/shared.ts`. The language's own functions take a proxy for
 * another object than the one it stands for. Where that would show, they are given the object itself: private state that
 * a class keeps in a `WeakMap` by `this`, and copies (`structuredClone` refuses proxies). In place from the first
 * declared object of an exploration to the exploration's end.
 */

const lookUp: (this: WeakMap<object, object>, key: object) => object | undefined = WeakMap.prototype.get;
const targets = new WeakMap<object, object>();
const unwrapped = new Patches();
let isAdmitting = false;

/** The object that a proxy stands for; `undefined` for whatever is no such proxy. */
export function targetOf(value: unknown): object | undefined {
  return lookUp.call(targets, value as object);
}

export function standsFor(proxy: object, target: object): void {
  targets.set(proxy, target);
}

type Method = (this: unknown, ...values: unknown[]) => unknown;

/** The same method, with the object itself for its first argument. */
function unwrapping(native: Method): Method {
  return {
    method(this: unknown, ...values: unknown[]): unknown {
      const target = targetOf(values[0]);
      if (target !== undefined) {
        values[0] = target;
        // What is kept there of it is out of sight.
        if (control.inside && control.execution?.isChecking === false) control.execution.tracer?.losesSight();
      }
      return native.apply(this, values);
    },
  }.method;
}

function patch(holder: object, key: string): void {
  const native: unknown = Reflect.get(holder, key);
  if (typeof native === "function") unwrapped.method(holder, key, unwrapping(native as Method));
}

/** From the first proxy on. Does nothing where they are in place. */
export function admitStandIns(): void {
  if (isAdmitting) return;
  isAdmitting = true;
  for (const key of ["get", "set", "has", "delete"]) patch(WeakMap.prototype, key);
  for (const key of ["add", "has", "delete"]) patch(WeakSet.prototype, key);
}

/** Somebody copies or shows an object without a call that could be seen. */
function looksThrough(): void {
  if (control.inside) control.execution?.tracer?.touch(EVERYTHING, true);
}

/** @param object - whose method makes a structured copy of its first argument. */
function installCopying(patches: Patches, object: object, key: string): void {
  const native: unknown = Reflect.get(object, key);
  if (typeof native !== "function") return;
  const { copying } = {
    copying(this: unknown, ...values: unknown[]): unknown {
      looksThrough();
      values[0] = withoutStandIns(values[0]);
      return (native as Method).apply(this, values);
    },
  };
  patches.method(object, key, copying);
}

/** The function itself, with all that hangs on it, but for its arguments. */
function installShowing(patches: Patches, object: object, key: string): void {
  const native: unknown = Reflect.get(object, key);
  if (typeof native !== "function") return;
  const showing = new Proxy(native, {
    apply(target, self, values) {
      looksThrough();
      return Reflect.apply(target, self, isAdmitting ? values.map((value: unknown) => targetOf(value) ?? value) : values) as unknown;
    },
  });
  patches.value(object, key, showing);
}

/** What copies or shows objects natively. While no execution runs, it does no more than that. */
export function installStandIns(patches: Patches, builtin: (name: string) => object | undefined): void {
  installCopying(patches, globalThis, "structuredClone");
  const [v8, util] = [builtin("node:v8"), builtin("node:util")];
  if (v8 !== undefined) installCopying(patches, v8, "serialize");
  for (const key of ["inspect", "format", "formatWithOptions"]) if (util !== undefined) installShowing(patches, util, key);
}

/** Takes all back. */
export function dismissStandIns(): void {
  isAdmitting = false;
  unwrapped.undo();
}

/**
 * A value to make a structured copy of: the same, or where a stand-in lies in it, what has the object itself in its
 * place. Reads what a structured copy would read, once.
 */
export function withoutStandIns(value: unknown): unknown {
  return isAdmitting && holdsStandIn(value, new Set()) ? new Unwrapping().of(value) : value;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function holdsStandIn(value: unknown, seen: Set<object>): boolean {
  if (!isObject(value) || seen.has(value)) return false;
  if (targetOf(value) !== undefined) return true;
  seen.add(value);
  if (value instanceof Map) return [...value].some(([key, item]) => holdsStandIn(key, seen) || holdsStandIn(item, seen));
  if (value instanceof Set) return [...value].some((item) => holdsStandIn(item, seen));
  if (!isCopiedByFields(value)) return false;
  return Object.values(Object.getOwnPropertyDescriptors(value)).some((field) => holdsStandIn(field.value, seen));
}

/** A structured copy of these has their own enumerable fields, and nothing else. */
function isCopiedByFields(value: object): boolean {
  const tag = Object.prototype.toString.call(value);
  return tag === "[object Object]" || tag === "[object Array]";
}

class Unwrapping {
  private readonly copies: Map<object, object> = new Map();

  of(value: unknown): unknown {
    if (!isObject(value)) return value;
    const object = targetOf(value) ?? value;
    return this.copies.get(object) ?? this.copy(object);
  }

  private copy(object: object): object {
    if (object instanceof Map) {
      const copy = this.note(object, new Map<unknown, unknown>());
      for (const [key, value] of object) copy.set(this.of(key), this.of(value));
      return copy;
    }
    if (object instanceof Set) {
      const copy = this.note(object, new Set<unknown>());
      for (const value of object) copy.add(this.of(value));
      return copy;
    }
    if (!isCopiedByFields(object)) return object;
    const copy = this.note(object, Array.isArray(object) ? [] : {});
    if (Array.isArray(object)) (copy as unknown[]).length = object.length;
    for (const key of Object.keys(object)) {
      const value = this.of((object as Record<string, unknown>)[key]);
      Object.defineProperty(copy, key, { value, configurable: true, enumerable: true, writable: true });
    }
    return copy;
  }

  private note<Copy extends object>(object: object, copy: Copy): Copy {
    this.copies.set(object, copy);
    return copy;
  }
}
