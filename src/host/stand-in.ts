/*
 * What stands in for a function of the runtime: to whoever looks at it, a function of the same kind.
 */

/**
 * What a stand-in does.
 * @param above - the function that was called: whatever looks at the stack looks above it.
 */
export type Act = (self: unknown, values: unknown[], above: Function) => unknown;

/** Whether `new` may be called on a function. */
function isConstructor(one: Function): boolean {
  try {
    // Constructs an `Object`, so that nothing of the function runs.
    Reflect.construct(Object, [], one);
    return true;
  } catch {
    return false;
  }
}

const functionText = Function.prototype.toString;

/** The text of functions that are bound. */
const BOUND = "function () { [native code] }";

function constructible(act: Act): Function {
  return function above(this: unknown, ...values: unknown[]): unknown {
    return act(this, values, above);
  };
}

/** Methods have no `prototype`, and `new` refuses them: so do the functions that a language or an engine brings. */
function plain(act: Act): Function {
  const { above } = {
    above(this: unknown, ...values: unknown[]): unknown {
      return act(this, values, above);
    },
  };
  return above;
}

/**
 * A function in place of a native one: a constructor where that is one, with all that is to be seen of it. What is bound
 * natively is bound; and so its text is native.
 */
export function standIn(native: Function, act: Act): Function {
  const made = isConstructor(native) ? constructible(act) : plain(act);
  const shown = functionText.call(native) === BOUND ? (made.bind(undefined) as Function) : made;
  imitate(shown, native);
  return shown;
}

/** Gives a replacement what can be seen of the function that it replaces: its name, its length, its class. */
export function imitate(replacement: Function, original: Function): void {
  for (const key of ["name", "length"] as const) {
    Object.defineProperty(replacement, key, { value: original[key], configurable: true });
  }
  const kind = Object.getPrototypeOf(original) as object;
  // `AsyncFunction`, say.
  if (Object.getPrototypeOf(replacement) !== kind) Object.setPrototypeOf(replacement, kind);
  const prototype = Object.getOwnPropertyDescriptor(original, "prototype");
  // Generators have one, though they are no constructors.
  if (prototype !== undefined && !Object.hasOwn(replacement, "prototype")) Object.defineProperty(replacement, "prototype", prototype);
}
