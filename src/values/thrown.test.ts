import { createContext, runInContext } from "node:vm";
import fc from "fast-check";
import { expect, test } from "vitest";
import { cases, law } from "../../properties/support/cases.ts";
import { thrownValue } from "./arbitraries.test-helper.ts";
import { isError, messageOf, nameOf, read, stackOf, thrownText } from "./thrown.ts";

const with_ = (fields: object): Error => Object.assign(new Error("m"), fields);
const getting = (key: string): Error => Object.defineProperty(new Error("m"), key, { get: () => { throw new Error("getter"); } });

test.each<[unknown, string]>([
  [new TypeError("not a function"), "TypeError: not a function"],
  [new Error("two\nlines"), "Error: two\nlines"],
  [with_({ message: { code: 5 } }), "Error: { code: 5 }"],
  [with_({ message: undefined }), "Error: "],
  [with_({ message: Symbol("s") }), "Error: Symbol(s)"],
  [with_({ name: Symbol("n") }), "Symbol(n): m"],
  [with_({ name: undefined }), "Error: m"],
  [getting("message"), "Error: (its message cannot be read)"],
  [getting("name"), "Error: m"],
  [with_({ message: "x".repeat(5e6) }), `Error: ${"x".repeat(20_000)}… (4980000 more characters)`],
  [runInContext("new RangeError('r')", createContext({})), "RangeError: r"],
  [Object.setPrototypeOf(new Error("bare"), null), "Error: bare"],
  ["text", 'thrown: "text"'],
  [undefined, "thrown: undefined"],
  [Symbol("s"), "thrown: Symbol(s)"],
  [10n, "thrown: 10n"],
  [{ message: "no error" }, 'thrown: { message: "no error" }'],
])("%# is told", (thrown, expected) => {
  expect(thrownText(thrown)).toBe(expected);
});

test("a stack that is no text is none, and of a long one the frames are left", () => {
  for (const stack of [42, [1], undefined, Symbol("s")]) expect(stackOf(with_({ stack }))).toBe("");
  expect(stackOf(getting("stack"))).toBe("");
  expect(stackOf(with_({ stack: `${"x".repeat(1e6)}\n    at f (file:1:1)` }))).toMatch(/\n    at f \(file:1:1\)$/);
});

test("whatever was thrown, something is said of it, and quickly", law(), () => {
  fc.assert(
    fc.property(thrownValue, (make) => {
      const thrown = make();
      expect(typeof isError(thrown)).toBe("boolean");
      for (const say of [nameOf, messageOf, stackOf, thrownText]) expect(typeof say(thrown)).toBe("string");
      expect(thrownText(thrown).length).toBeLessThan(21_000);
      for (const key of ["message", "cause", Symbol.toPrimitive]) expect(() => read(thrown, key)).not.toThrow();
    }),
    cases(500),
  );
});
