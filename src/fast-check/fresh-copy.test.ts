import * as fc from "fast-check";
import { expect, test } from "vitest";
import { cases, law } from "../../properties/support/cases.ts";
import { freshCopy } from "./fresh-copy.ts";

/** Everything that an execution could change, changed. */
function spoil(value: unknown, seen: Set<unknown> = new Set()): void {
  if (typeof value !== "object" || value === null || seen.has(value)) return;
  seen.add(value);
  if (value instanceof Map) {
    for (const entry of value) for (const inner of entry) spoil(inner, seen);
    value.clear();
  } else if (value instanceof Set) {
    for (const inner of value) spoil(inner, seen);
    value.add("spoiled");
  } else if (value instanceof Date) {
    value.setTime(value.getTime() + 1);
  } else {
    for (const key of Reflect.ownKeys(value)) spoil((value as Record<PropertyKey, unknown>)[key], seen);
    if (Array.isArray(value)) value.push("spoiled");
    else if (!ArrayBuffer.isView(value)) Reflect.set(value, "spoiled", true);
  }
}

test("a copy is equal to the input, and what is done to it does not reach the input", law(), () => {
  const inputs = fc.anything({ withDate: true, withMap: true, withSet: true, withTypedArray: true, withNullPrototype: true, withSparseArray: true, withBigInt: true });
  fc.assert(
    fc.property(fc.clone(inputs, 2), ([input, same]) => {
      const copy = freshCopy(input);
      expect(copy).toStrictEqual(input);
      spoil(copy);
      expect(fc.stringify(input)).toBe(fc.stringify(same));
    }),
    cases(200),
  );
});

test("what is one object stays one, in circles too; other classes and functions are handed out", () => {
  class Own {}
  const inner = { list: [1] };
  const circle: Record<string, unknown> = { inner, again: inner, own: new Own(), call: () => 1 };
  circle["self"] = circle;
  const copy = freshCopy(circle);
  expect(copy["self"]).toBe(copy);
  expect(copy["again"]).toBe(copy["inner"]);
  expect(copy["inner"]).not.toBe(inner);
  expect(copy["own"]).toBe(circle["own"]);
  expect(copy["call"]).toBe(circle["call"]);
});
