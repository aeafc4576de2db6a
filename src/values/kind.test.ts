import { runInNewContext, runInThisContext } from "node:vm";
import { expect, test } from "vitest";
import { structureOf } from "../histories/structure.ts";
import { homeOf, kindOf } from "./kind.ts";

const SOURCES: Readonly<Record<string, string>> = {
  Map: "new Map([[1, { a: [2] }], ['b', new Set([3])]])",
  Set: "new Set([1, 'b'])",
  Date: "new Date(7)",
  RegExp: "/a+/gi",
  Error: "Object.assign(new RangeError('no'), { code: 'E' })",
  ArrayBuffer: "new Uint8Array([1, 2, 3]).buffer",
  SharedArrayBuffer: "new SharedArrayBuffer(2)",
  WeakMap: "new WeakMap()",
  WeakSet: "new WeakSet()",
  WeakRef: "new WeakRef({})",
  Promise: "Promise.resolve(1)",
};
const PLAIN: readonly string[] = ["({ b: 1, a: [2, { c: null }] })", "[1, [2]]", "new Float32Array([1, 2])", "new DataView(new ArrayBuffer(2))", "Object.create(null)"];

const here = (source: string): object => runInThisContext(`(${source})`) as object;
const elsewhere = (source: string): object => runInNewContext(source) as object;

test.each(Object.entries(SOURCES))("%s is known for what it is, whatever realm it was made in, also by a class above it", (kind, source) => {
  for (const make of [here, elsewhere]) expect(kindOf(make(source))).toBe(kind);
  if (/^(?:Weak|Promise)/.test(kind)) return;
  const heir = here(`new (class Own extends ${kind} {})(${kind.endsWith("Buffer") ? 1 : ""})`);
  expect(kindOf(heir)).toBe(kind);
});

test.each([...Object.values(SOURCES).filter((source) => !/Weak|Promise/.test(source)), ...PLAIN])("%s has one structure in all realms", (source) => {
  expect(structureOf(elsewhere(source))).toBe(structureOf(here(source)));
  expect(structureOf(elsewhere(source))).toBe(structureOf(elsewhere(source)));
});

test("what only calls itself so is not of the kind", () => {
  const Own = { Map: class Map {} }.Map;
  expect(kindOf(new Own())).toBeUndefined();
  expect(kindOf({ [Symbol.toStringTag]: "Set" })).toBeUndefined();
  expect(kindOf(Object.create(Date.prototype) as object)).toBeUndefined();
  expect(homeOf(Own.prototype)).toBe(Own.prototype);
  expect(structureOf(new Own())).not.toBe(structureOf(new ({ Map: class Map {} }.Map)()));
});

test("structures differ where the values do, and nothing that is in them can throw", () => {
  const values = [...Object.values(SOURCES), ...PLAIN].map(here);
  expect(new Set(values.map(structureOf)).size).toBe(values.length);
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const thrower = Object.defineProperty({}, "a", { enumerable: true, get: () => { throw new Error("no"); } });
  const odd = Object.defineProperty(new Error("x"), "message", { get: () => { throw new Error("no"); } });
  for (const value of [proxy, thrower, odd, [proxy], { a: thrower }]) expect(structureOf(value)).toBe(structureOf(value));
  expect(structureOf([proxy, 1])).not.toBe(structureOf([thrower, 1]));
});
