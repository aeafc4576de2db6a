import fc from "fast-check";
import { expect, test } from "vitest";
import { cases, law } from "../../properties/support/cases.ts";
import { showValue } from "./preview.ts";

class Wallet {
  balance = 100;
  owner = "Ada";
}

class Overdrawn extends Error {}

test.each([
  [undefined, "undefined"],
  [null, "null"],
  [true, "true"],
  [42, "42"],
  [-0, "-0"],
  [10n, "10n"],
  [Symbol("key"), "Symbol(key)"],
  ["text", '"text"'],
  ["two\nlines", '"two\\nlines"'],
  [[], "[]"],
  [[1, "a", [2, 3]], '[1, "a", [2, 3]]'],
  [Array.from({ length: 100 }, (_, index) => index), "Array(100) [0, 1, 2, 3, 4, …]"],
  [{}, "{}"],
  [{ a: 1, b: { c: 2 }, "d e": [] }, '{ a: 1, b: { c: 2 }, "d e": [] }'],
  [Object.create(null), "[null prototype] {}"],
  [new Wallet(), 'Wallet { balance: 100, owner: "Ada" }'],
  [{ wallet: new Wallet() }, '{ wallet: Wallet { balance: 100, owner: "Ada" } }'],
  [new Map([[1, 2]]), "Map(1)"],
  [new Set([1, 2, 3]), "Set(3)"],
  [new (class Cache extends Map {})(), "Cache(0)"],
  [new Uint8Array(16), "Uint8Array(16)"],
  [new ArrayBuffer(8), "ArrayBuffer(8)"],
  [new DataView(new ArrayBuffer(8)), "DataView"],
  [new Error("gone"), "Error: gone"],
  [new TypeError("not a function"), "TypeError: not a function"],
  [new Overdrawn("by 20"), "Overdrawn: by 20"],
  [new Error(""), "Error"],
  [new DOMException("stopped", "AbortError"), "AbortError: stopped"],
  [new Date(0), "Date 1970-01-01T00:00:00.000Z"],
  [new Date(Number.NaN), "Date invalid"],
  [/a+/u, "/a+/"],
  [function add() {}, "ƒ add"],
  [() => {}, "ƒ"],
  [Wallet, "ƒ Wallet"],
])("%#: %s", (value, expected) => {
  expect(showValue(value)).toBe(expected);
});

test("a promise is shown without a look at its constructor, which heddle itself watches", () => {
  const original = Object.getOwnPropertyDescriptor(Promise.prototype, "constructor") as PropertyDescriptor;
  let looks = 0;
  try {
    Object.defineProperty(Promise.prototype, "constructor", { configurable: true, get: () => (looks += 1) });
    expect(showValue(Promise.resolve(1))).toBe("Promise");
  } finally {
    Object.defineProperty(Promise.prototype, "constructor", original);
  }
  expect(looks).toBe(0);
});

test("no user code runs", () => {
  const ran: string[] = [];
  const spy = (name: string) => (): never => {
    ran.push(name);
    throw new Error(name);
  };
  const trap = Object.defineProperties(
    { toJSON: spy("toJSON"), toString: spy("toString"), [Symbol.toPrimitive]: spy("toPrimitive"), [Symbol.iterator]: spy("iterator") },
    { secret: { get: spy("getter"), enumerable: true }, [Symbol.toStringTag]: { get: spy("tag") }, constructor: { get: spy("constructor") } },
  );
  expect(showValue(trap)).toMatch(/^\{ toJSON: ƒ, /u);
  expect(showValue({ get lazy() { return spy("lazy")(); } })).toBe("{ lazy: (getter) }");
  expect(showValue([trap])).toBe("[{…}]");
  class Odd {
    static get name(): string {
      return spy("static name")();
    }
  }
  expect(showValue(new Odd())).toBe("{}");
  expect(ran).toEqual([]);
});

test("hostile proxies and cycles", () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  expect(showValue(proxy)).toBe("(unreadable)");
  const throwing = new Proxy({}, { ownKeys: () => { throw new Error("no"); } });
  expect(showValue(throwing)).toBe("(unreadable)");
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  expect(showValue(cycle)).toBe("{ self: {…} }");
});

test("an answer's rows are shown, and what is too deep or too wide is closed", () => {
  const answer = { rows: [{ balance: 40 }], fields: [{ name: "balance", dataTypeID: 23 }], command: "SELECT", affectedRows: 0 };
  expect(showValue(answer)).toBe("{ rows: [{ balance: 40 }], … }");
  expect(showValue({ a: { b: { c: { d: 1 } } } })).toBe("{ a: { b: { c: {…} } } }");
  const wide = { first: "x".repeat(15), second: "y".repeat(15) };
  expect(showValue({ wide, next: 1 })).toBe("{ wide: {…}, next: 1 }");
});

test("a name that lies about its brand is no more than a name", () => {
  expect(showValue({ [Symbol.toStringTag]: "Map" })).toMatch(/^\{/u);
  class Date2 {}
  Object.defineProperty(Date2, "name", { value: "Date" });
  expect(showValue(new Date2())).toBe("Date {}");
});

test("long values are cut, on one line", () => {
  expect(showValue("x".repeat(1e6))).toHaveLength(60);
  expect(showValue({ text: "y".repeat(1e6), more: 1 })).toBe(`{ text: "${"y".repeat(29)}…", more: 1 }`);
  expect(showValue({ ["k".repeat(500)]: 1 }).length).toBeLessThanOrEqual(60);
});

test("any value gives one line of at most 60 characters, and is left as it was", law(), () => {
  fc.assert(
    fc.property(fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true, withNullPrototype: true, withSparseArray: true }), (value) => {
      const text = showValue(value);
      expect(text.length).toBeLessThanOrEqual(60);
      expect(text).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
      expect(showValue(value)).toBe(text);
    }),
    cases(),
  );
});
