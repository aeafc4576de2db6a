import { createContext, runInContext } from "node:vm";
import fc from "fast-check";

/** Texts of the kind that does harm in a terminal, with sequences cut off, nested and next to one another. */
export const terminalText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.constantFrom("\u001b[31m", "\u001b[2J", "\u001b]0;title\u0007", "\u001b[8m", "\u001b[1;", "m", "\u009b31m", "\u0090x\u009c", "\u202e", "\u2066", "\u2028", "\u200b", "\r", "\b", "\u0000", "\u007f", "\ud800", "\ufeff", "\n", "\r\n", "\t", "hd1", "\u{e0041}"),
      fc.string({ unit: "grapheme", maxLength: 6 }),
      fc.string({ unit: "binary", maxLength: 3 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(""));

const otherRealm: unknown = createContext({});

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function throwing(): object {
  const traps = new Proxy({}, { get: (_target, trap) => () => { throw new Error(`trap ${String(trap)}`); } });
  return new Proxy({}, traps);
}

/** A proxy that names itself for its own prototype: whoever follows the chain comes to no end. */
function endless(): object {
  const proxy: object = new Proxy({}, { getPrototypeOf: () => proxy });
  return proxy;
}

function withGetter(key: string): Error {
  return Object.defineProperty(new Error("m"), key, { get: () => { throw revoked(); } });
}

function cyclic(): Error {
  const error = new Error("outer") as Error & { cause?: unknown };
  error.cause = new Error("inner", { cause: error });
  return error;
}

/** What fast-check looks at is a function that makes the value: it could not look at the value itself. */
type Maker = () => unknown;

const part: fc.Arbitrary<Maker> = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, 0, 42, 10n, true, "", "text", { code: 5 }, ["a"]).map((value) => () => value),
  terminalText.map((text) => () => text),
  fc.constantFrom<Maker>(revoked, throwing, endless, () => Symbol("part"), () => () => 1, () => "x".repeat(1e6)),
);

const PARTS = ["message", "name", "stack", "cause", "errors", "diff", "code", "syscall", "actual", "expected", "showDiff", "toString", "toJSON", "constructor"] as const;

/** Errors with parts that are no part of an error. */
const oddError: fc.Arbitrary<Maker> = fc
  .tuple(
    fc.constantFrom<() => Error>(() => new Error("m"), () => new TypeError("m"), () => new AggregateError([revoked(), 1], "all"), () => new DOMException("stopped", "AbortError")),
    fc.uniqueArray(fc.tuple(fc.constantFrom(...PARTS), part), { selector: ([key]) => key, maxLength: 4 }),
    fc.constantFrom("as it is", "frozen", "without a prototype"),
  )
  .map(([make, parts, how]) => () => {
    const error = make();
    // A stack that nobody has read yet is formatted when it is replaced, and source maps read the message for that.
    void error.stack;
    for (const [key, value] of parts) Object.defineProperty(error, key, { value: value(), configurable: true, enumerable: true, writable: true });
    if (how === "frozen") Object.freeze(error);
    return how === "without a prototype" ? (Object.setPrototypeOf(error, null) as object) : error;
  });

const ODD_VALUES: readonly Maker[] = [
  revoked, throwing, endless, cyclic,
  () => undefined, () => null, () => Number.NaN, () => -0, () => 12n, () => 10n ** 5000n, () => Symbol("s"), () => () => 1,
  () => Object.create(null) as object,
  () => new Proxy(new Error("behind a proxy"), {}),
  () => runInContext("new RangeError('of another realm')", otherRealm as object) as object,
  () => Object.assign(new Error("m"), { [Symbol.toPrimitive]: () => { throw new Error("toPrimitive"); }, toString: () => { throw new Error("toString"); } }),
  () => ({ message: "no error", get stack() { throw new Error("no"); } }),
  ...PARTS.map((key) => () => withGetter(key)),
];

/** Makers of whatever can be thrown. */
export const thrownValue: fc.Arbitrary<Maker> = fc.oneof(
  fc.constantFrom(...ODD_VALUES),
  oddError,
  terminalText.map((text) => () => text),
  fc.anything({ withBigInt: true, withNullPrototype: true, withMap: true }).map((value) => () => value),
);
