import { isProxy } from "../host/objects/kinds.ts";
import type { Declared } from "./declared.ts";

/** What a declared object hands out of its fields. */
export interface Handing {
  /**
   * @param value - found in a field of a declared object.
   * @param title - what reports are to call it.
   * @returns what the body is given for it.
   */
  handsOut(value: object, title: string, declared: Declared): object;
  /** The body gets hold of something as it is. */
  seen(value: object, declared: Declared): void;
  /** A key that the object does not have is looked for above it, where other declared objects may stand. */
  inherits(object: object, key: PropertyKey): void;
  /** The body has put something in, and holds it as it is. */
  takesIn(value: unknown): void;
}

/**
 * The proxy of a plain object, an array or an instance: it does what the object does, and tells of it. Methods and
 * getters run with the proxy for `this`, so what they do with fields is seen as well.
 */
export class Fields implements ProxyHandler<object> {
  /** Itself, once it is made. */
  proxy: object | undefined = undefined;
  private readonly declared: Declared;
  private readonly handing: Handing;
  private readonly isList: boolean;
  /** The key that is being set, by a definition in the end, which is no access of its own. */
  private setting: PropertyKey | undefined = undefined;

  get title(): string {
    return this.declared.title;
  }

  constructor(target: object, declared: Declared, handing: Handing) {
    this.declared = declared;
    this.handing = handing;
    this.isList = Array.isArray(target);
  }

  get(object: object, key: PropertyKey, receiver: unknown): unknown {
    const { declared } = this;
    const value: unknown = Reflect.get(object, key, receiver);
    const isObject = typeof value === "object" && value !== null;
    if (declared.isQuiet) return isObject ? this.handOut(object, key, value) : value;
    if (isReported(key) && typeof value !== "function") declared.read(key, value, TRAPS.get);
    else declared.touch(key, false);
    if (declared.isTraced) this.traceGet(object, key, value);
    return isObject ? this.handOut(object, key, value) : value;
  }

  set(object: object, key: PropertyKey, value: unknown, receiver: unknown): boolean {
    const { declared } = this;
    if (receiver !== this.proxy) return this.setOnHeir(object, key, value, receiver);
    const own = Reflect.getOwnPropertyDescriptor(object, key);
    const isOwnValue = own !== undefined && "value" in own;
    const length = declared.isTraced ? this.lengthOf(object) : 0;
    if (typeof value === "object") this.handing.takesIn(value);
    let done: boolean;
    if (isOwnValue) {
      done = Reflect.set(object, key, value, object);
    } else {
      const outer = this.setting;
      this.setting = key;
      done = Reflect.set(object, key, value, receiver);
      this.setting = outer;
    }
    if (declared.isQuiet) return done;
    if (isReported(key)) declared.write(key, value, own?.value, TRAPS.set);
    else declared.touch(key, true);
    if (!declared.isTraced) return done;
    this.traceChange(object, key, own !== undefined, length);
    if (own?.set !== undefined) declared.losesSight();
    return done;
  }

  deleteProperty(object: object, key: PropertyKey): boolean {
    const { declared } = this;
    const own = Reflect.getOwnPropertyDescriptor(object, key);
    const done = Reflect.deleteProperty(object, key);
    if (isReported(key)) declared.write(key, undefined, own?.value, TRAPS.deleteProperty);
    else declared.touch(key, true);
    if (own !== undefined) declared.touchWhole("keys", true);
    return done;
  }

  has(object: object, key: PropertyKey): boolean {
    const found = Reflect.has(object, key);
    if (typeof key === "symbol") this.declared.touch(key, false);
    else this.declared.read(key, found, TRAPS.has);
    if (this.declared.isTraced && !Object.hasOwn(object, key)) this.inherits(object, key);
    return found;
  }

  ownKeys(object: object): (string | symbol)[] {
    this.declared.touchWhole("keys", false);
    return Reflect.ownKeys(object);
  }

  getOwnPropertyDescriptor(object: object, key: PropertyKey): PropertyDescriptor | undefined {
    const found = Reflect.getOwnPropertyDescriptor(object, key);
    if (this.setting !== key) this.declared.touch(key, false);
    const value: unknown = found?.value;
    for (const part of [value, found?.get, found?.set]) if (typeof part === "function") this.handing.seen(part, this.declared);
    if (typeof value !== "object" || value === null) return found;
    return { ...found, value: this.handOut(object, key, value) };
  }

  defineProperty(object: object, key: PropertyKey, descriptor: PropertyDescriptor): boolean {
    const [had, length] = [Object.hasOwn(object, key), this.lengthOf(object)];
    this.handing.takesIn(descriptor.value);
    const done = Reflect.defineProperty(object, key, descriptor);
    if (this.setting === key) return done;
    this.declared.touch(key, true);
    if (this.declared.isTraced) this.traceChange(object, key, had, length);
    return done;
  }

  getPrototypeOf(object: object): object | null {
    this.declared.touchWhole("prototype", false);
    return Reflect.getPrototypeOf(object);
  }

  setPrototypeOf(object: object, prototype: object | null): boolean {
    this.declared.touchWhole("prototype", true);
    // Where it may not be extended, its prototype may not be changed either.
    this.declared.touchWhole("keys", false);
    return Reflect.setPrototypeOf(object, prototype);
  }

  isExtensible(object: object): boolean {
    this.declared.touchWhole("keys", false);
    return Reflect.isExtensible(object);
  }

  preventExtensions(object: object): boolean {
    this.declared.touchWhole("keys", true);
    return Reflect.preventExtensions(object);
  }

  private handOut(object: object, key: PropertyKey, value: object): object {
    const { declared, handing } = this;
    // A field that can never change has to show what is in it.
    const own = isProxy(value) ? undefined : Reflect.getOwnPropertyDescriptor(object, key);
    const isPinned = own !== undefined && own.configurable === false && own.writable === false;
    const handed = handing.handsOut(value, `${declared.title}.${String(key)}`, declared);
    if (!isPinned || handed === value) return handed;
    declared.losesSight();
    return value;
  }

  /** What is not its own comes from its prototype. A function of its own may do anything, as to what it was made beside. */
  private traceGet(object: object, key: PropertyKey, value: unknown): void {
    const own = Reflect.getOwnPropertyDescriptor(object, key);
    if (own === undefined) this.inherits(object, key);
    else if (own.get !== undefined) this.declared.losesSight();
    else if (typeof value === "function") this.handing.seen(value, this.declared);
  }

  /** A key was looked for above it. */
  private inherits(object: object, key: PropertyKey): void {
    this.declared.touchWhole("prototype", false);
    this.handing.inherits(object, key);
  }

  /** The same key of the same object, looked for by whatever inherits from it. */
  inherited(key: PropertyKey): void {
    this.declared.touch(key, false);
    this.declared.touchWhole("prototype", false);
  }

  /** An object that inherits from it is written to: a setter may be found here, or that there is none. */
  private setOnHeir(object: object, key: PropertyKey, value: unknown, receiver: unknown): boolean {
    this.declared.touch(key, false);
    this.declared.touchWhole("prototype", false);
    return Reflect.set(object, key, value, receiver);
  }

  private lengthOf(object: object): number {
    return this.isList && this.declared.isTraced ? (object as readonly unknown[]).length : 0;
  }

  /** A key is new, or could not be; and the length of an array goes with its elements. */
  private traceChange(object: object, key: PropertyKey, had: boolean, length: number): void {
    const { declared } = this;
    if (!had) {
      this.inherits(object, key);
      declared.touchWhole("keys", Object.hasOwn(object, key));
    }
    if (!this.isList) return;
    const now = this.lengthOf(object);
    if (now !== length && key !== "length") declared.touch("length", true);
    if (now >= length) return;
    declared.touchWhole("keys", true);
    for (let index = now; index < length; index += 1) declared.touch(String(index), true);
  }
}

/** Whether reports tell of a key. */
function isReported(key: PropertyKey): boolean {
  return typeof key !== "symbol" && key !== "then" && key !== "constructor";
}

/** The traps that tell of accesses: the code that made one stands above them on the stack. */
const TRAPS = {
  get: trap("get"),
  set: trap("set"),
  deleteProperty: trap("deleteProperty"),
  has: trap("has"),
};

function trap(name: "get" | "set" | "deleteProperty" | "has"): Function {
  return Reflect.get(Fields.prototype, name) as Function;
}
