import { imitate } from "./stand-in.ts";

/**
 * What the getter of a replaced property answers. Code that spies on the property puts another value there, and its
 * own back.
 */
export interface Answer {
  /** The stand-in. */
  readonly own: unknown;
  /** Another, for as long as somebody has put it in its place. */
  now: unknown;
}

/** One property that was replaced, and what it was before. */
export interface Replaced {
  readonly holder: object;
  readonly key: PropertyKey;
  readonly before: PropertyDescriptor | undefined;
  readonly after: PropertyDescriptor;
  /** What reads of the property give, where the property is a getter. */
  readonly answer: Answer | undefined;
}

/**
 * Property replacements that can be taken back to the letter. A replacement looks like what it replaces: same
 * enumerability, and for methods the same name and length.
 */
export class Patches {
  private readonly replaced: Replaced[] = [];

  /** Replaces a method's function. Does nothing where the host has no such method. */
  method(holder: object, key: PropertyKey, replacement: Function): void {
    const before = Object.getOwnPropertyDescriptor(holder, key);
    if (before === undefined) return;
    // Deno keeps the functions of its global object behind getters.
    const native: unknown = before.get === undefined ? before.value : before.get.call(holder);
    if (typeof native !== "function") return;
    imitate(replacement, native);
    this.value(holder, key, replacement);
  }

  /** Adds a property of the holder's own that shadows an inherited method. */
  shadow(holder: object, key: PropertyKey, replacement: Function): void {
    const own = Object.getOwnPropertyDescriptor(holder, key);
    const inherited: unknown = (holder as Record<PropertyKey, unknown>)[key];
    if (typeof inherited !== "function") return;
    imitate(replacement, inherited);
    const shape = own ?? { configurable: true, enumerable: false, writable: true };
    this.define(holder, key, { ...shape, value: replacement });
  }

  /** Replaces a value, a constructor for instance. */
  value(holder: object, key: PropertyKey, replacement: unknown): void {
    const before = Object.getOwnPropertyDescriptor(holder, key);
    if (before === undefined) return;
    if (before.get !== undefined) {
      this.define(holder, key, { ...before, get: () => replacement }, { own: replacement, now: replacement });
    } else {
      this.define(holder, key, { ...before, value: replacement });
    }
  }

  /** Replaces the getter of an accessor. */
  getter(holder: object, key: PropertyKey, get: (this: object) => unknown): void {
    const before = Object.getOwnPropertyDescriptor(holder, key);
    if (before?.get === undefined) return;
    imitate(get, before.get);
    this.define(holder, key, { ...before, get });
  }

  /** Replaces the setter of an accessor. */
  setter(holder: object, key: PropertyKey, set: (this: object, value: unknown) => void): void {
    const before = Object.getOwnPropertyDescriptor(holder, key);
    if (before?.set === undefined) return;
    imitate(set, before.set);
    this.define(holder, key, { ...before, set });
  }

  /**
   * Replaces a data property by a getter, which gives `answer.now`. An assignment to the holder changes that, and one
   * through an instance still makes a property of the instance's own.
   */
  accessor(holder: object, key: PropertyKey, get: (this: object) => unknown, answer: Answer): void {
    const before = Object.getOwnPropertyDescriptor(holder, key);
    if (before === undefined) return;
    const set = {
      set(this: object, value: unknown): void {
        if (this === holder) answer.now = value === before.value ? answer.own : value;
        else Object.defineProperty(this, key, { value, configurable: true, enumerable: true, writable: true });
      },
    }.set;
    this.define(holder, key, { configurable: true, enumerable: before.enumerable === true, get, set }, answer);
  }

  /**
   * Puts the trampolines back where somebody has restored what was there before, or what they read there: that takes
   * nothing from anybody.
   */
  reinstate(): void {
    for (const replaced of this.replaced) {
      const now = Object.getOwnPropertyDescriptor(replaced.holder, replaced.key);
      if (isRestored(now, replaced)) Reflect.defineProperty(replaced.holder, replaced.key, replaced.after);
    }
  }

  /** The replaced properties that somebody else has replaced again. */
  changedBySomebody(): readonly Replaced[] {
    return this.replaced.filter(({ holder, key, after, answer }) => {
      const now = Object.getOwnPropertyDescriptor(holder, key);
      return now === undefined || !isSame(now, after) || (answer !== undefined && answer.now !== answer.own);
    });
  }

  /** Puts the trampolines back, whatever stands there now. */
  restore(): void {
    for (const { holder, key, after, answer } of this.changedBySomebody()) {
      if (answer !== undefined) answer.now = answer.own;
      Reflect.defineProperty(holder, key, after);
    }
  }

  /** Puts every property back as it was, the last replaced first. */
  undo(): void {
    for (let replaced = this.replaced.pop(); replaced !== undefined; replaced = this.replaced.pop()) {
      const { holder, key, before, answer } = replaced;
      if (answer !== undefined) answer.now = answer.own;
      if (before === undefined) {
        Reflect.deleteProperty(holder, key);
      } else {
        Object.defineProperty(holder, key, before);
      }
    }
  }

  private define(holder: object, key: PropertyKey, after: PropertyDescriptor, answer?: Answer): void {
    const before = Object.getOwnPropertyDescriptor(holder, key);
    // Bun's `crypto.randomUUID` cannot be configured, but its value can be changed.
    if (before?.configurable === false && (before.writable !== true || after.get !== undefined)) return;
    Object.defineProperty(holder, key, after);
    this.replaced.push({ holder, key, before, after, answer });
  }
}

function isSame(one: PropertyDescriptor, other: PropertyDescriptor): boolean {
  return one.value === other.value && one.get === other.get;
}

/** Whether the property is the native one again, or the stand-in as it was read: assigned, or described in another way. */
function isRestored(now: PropertyDescriptor | undefined, { before, after, answer }: Replaced): boolean {
  if (now === undefined || before === undefined) return now === before;
  if (isSame(now, before)) return true;
  const own: unknown = answer === undefined ? after.value : answer.own;
  if (own === undefined || now.value !== own) return false;
  return after.get !== undefined || now.writable !== after.writable || now.enumerable !== after.enumerable;
}

/** The replacements that control rests on: time, promises, queues. Nobody else may replace these. */
export const hostPatches: Patches = new Patches();

/** Replacements that packages are used to wrap in turn (`fs.close`, `process.emit`), and that go on working then. */
export const wrappablePatches: Patches = new Patches();

/** Takes all over again that somebody has restored. */
export function reinstatePatches(): void {
  hostPatches.reinstate();
  wrappablePatches.reinstate();
}
