/** One property that was replaced, and what it was before. */
interface Replaced {
  readonly holder: object;
  readonly key: PropertyKey;
  readonly before: PropertyDescriptor | undefined;
  readonly after: PropertyDescriptor;
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
      this.define(holder, key, { ...before, get: () => replacement });
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

  /** Replaces a data property by a getter. An assignment through an instance still makes a property of its own. */
  accessor(holder: object, key: PropertyKey, get: (this: object) => unknown): void {
    const before = Object.getOwnPropertyDescriptor(holder, key);
    if (before === undefined) return;
    this.define(holder, key, {
      configurable: true,
      enumerable: before.enumerable === true,
      get,
      set(this: object, value: unknown) {
        Object.defineProperty(this, key, { value, configurable: true, enumerable: this !== holder, writable: true });
      },
    });
  }

  /** Puts the trampolines back where somebody has restored what was there before: that takes nothing from anybody. */
  reinstate(): void {
    for (const { holder, key, before, after } of this.replaced) {
      const now = Object.getOwnPropertyDescriptor(holder, key);
      if (before !== undefined && now !== undefined && isSame(now, before)) Object.defineProperty(holder, key, after);
    }
  }

  /** The replaced properties that somebody else has replaced again, as `Holder.key`. */
  changedBySomebody(): readonly Replaced[] {
    return this.replaced.filter(({ holder, key, after }) => {
      const now = Object.getOwnPropertyDescriptor(holder, key);
      return now === undefined || !isSame(now, after);
    });
  }

  /** Puts every property back as it was, the last replaced first. */
  undo(): void {
    for (let replaced = this.replaced.pop(); replaced !== undefined; replaced = this.replaced.pop()) {
      const { holder, key, before } = replaced;
      if (before === undefined) {
        Reflect.deleteProperty(holder, key);
      } else {
        Object.defineProperty(holder, key, before);
      }
    }
  }

  private define(holder: object, key: PropertyKey, after: PropertyDescriptor): void {
    const before = Object.getOwnPropertyDescriptor(holder, key);
    // Bun's `crypto.randomUUID` cannot be configured, but its value can be changed.
    if (before?.configurable === false && (before.writable !== true || after.get !== undefined)) return;
    Object.defineProperty(holder, key, after);
    this.replaced.push({ holder, key, before, after });
  }
}

function isSame(one: PropertyDescriptor, other: PropertyDescriptor): boolean {
  return one.value === other.value && one.get === other.get;
}

/** Gives a replacement the name and the length of what it replaces. */
export function imitate(replacement: Function, original: Function): void {
  for (const key of ["name", "length"] as const) {
    Object.defineProperty(replacement, key, { value: original[key], configurable: true });
  }
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
