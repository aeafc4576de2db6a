import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cases, law } from "../../properties/support/cases.ts";
import { Result, hashValue } from "./result.ts";

describe("the hash of a value", () => {
  test("is the same for what is equal in structure", law(), () => {
    fc.assert(fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
      expect(hashValue(structuredClone(value))).toBe(hashValue(value));
    }), cases());
  });

  test("does not look at the order of keys, and does at that of elements", () => {
    expect(hashValue({ a: 1, b: 2 })).toBe(hashValue({ b: 2, a: 1 }));
    expect(hashValue([1, 2])).not.toBe(hashValue([2, 1]));
    expect(hashValue(new Map([["a", 1], ["b", 2]]))).toBe(hashValue(new Map([["b", 2], ["a", 1]])));
  });

  test("tells apart what differs", () => {
    class Wallet {
      balance: number;
      constructor(balance: number) {
        this.balance = balance;
      }
    }
    const values = [undefined, null, 0, "0", 0n, Number.NaN, true, [], {}, [0], { a: 0 }, { a: 1 }, { b: 0 }, new Set([1]), new Set([2]), new Map([[1, 2]]), new Date(0), new Date(1),
      new Error("one"), new TypeError("one"), new Error("two"), new Wallet(1), new Wallet(2), new Uint8Array([1]), new Uint8Array([2]), () => 1, Symbol("one")];
    const hashes = new Set(values.map((value) => hashValue(value)));
    // `[]` and `{}` are told apart, `{ a: 0 }` and a class with such a field need not be: all of these differ.
    expect(hashes.size).toBe(values.length);
  });

  test("of what has no end, or throws, is a number like any other", () => {
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const getter = Object.defineProperty({}, "value", { enumerable: true, get: () => { throw new Error("called"); } });
    for (const value of [cycle, proxy, getter, Array.from({ length: 1e5 }, () => ({}))]) expect(hashValue(value)).toBeTypeOf("number");
  });
});

test("a result is the same whichever part came first, and knows whose each value is", () => {
  const hashOf = (...parts: readonly (readonly [number, unknown])[]): number => {
    const result = new Result();
    for (const [whose, value] of parts) result.add(whose, value);
    return result.hash;
  };
  expect(hashOf([1, "a"], [2, "b"])).toBe(hashOf([2, "b"], [1, "a"]));
  expect(hashOf([1, "a"], [2, "b"])).not.toBe(hashOf([1, "b"], [2, "a"]));
  expect(hashOf([1, undefined])).toBe(hashOf());
});
