import { expect, test } from "vitest";
import { isTelling, tellingOrders } from "./telling-orders.ts";

function order(name: string, kept: readonly [failed: number, of: number], broken: readonly [failed: number, of: number]) {
  return { name, kept: { failed: kept[0], of: kept[1] }, broken: { failed: broken[0], of: broken[1] } };
}

function told(...orders: readonly ReturnType<typeof order>[]): string[] {
  return tellingOrders(orders).map(({ name }) => name);
}

test("an order counts if executions that keep it fail more often than those that break it", () => {
  expect(told(order("noise", [22, 33], [18, 33]), order("race", [24, 33], [0, 33]))).toEqual(["race"]);
  expect(told(order("one", [43, 60], [0, 60]), order("other", [34, 60], [0, 60]))).toEqual(["one", "other"]);
  expect(told(order("one of three pairs", [60, 60], [39, 60]), order("the other way round", [60, 60], [42, 60]))).toHaveLength(2);
});

test("where none does, the nearest to it", () => {
  expect(told(order("noise", [4, 60], [15, 60]), order("more noise", [8, 26], [14, 60]), order("race", [10, 27], [8, 36]))).toEqual(["race"]);
});

test("what was not measured is not left out, nor the only one", () => {
  expect(told(order("race", [24, 33], [0, 33]), order("not measured", [0, 0], [0, 0]))).toEqual(["race", "not measured"]);
  expect(told(order("only", [5, 8], [4, 8]))).toEqual(["only"]);
  expect(told(order("all fail", [9, 9], [9, 9]), order("so they do", [9, 9], [9, 9]))).toEqual(["all fail", "so they do"]);
});

test("an order that executions break and fail all the same is none by which a failure is told", () => {
  expect(isTelling(order("chance", [3, 13], [13, 60]))).toBe(false);
  expect(isTelling(order("race", [24, 33], [0, 33]))).toBe(true);
  expect(isTelling(order("not measured", [0, 0], [0, 1]))).toBe(true);
});
