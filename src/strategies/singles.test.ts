import { expect, test } from "vitest";
import { singleDeviations, spread } from "./singles.ts";

test("a spread list has every number once, and its beginnings lie all over", () => {
  for (const count of [0, 1, 2, 3, 7, 8, 100]) {
    expect([...spread(count)].sort((left, right) => left - right)).toEqual(Array.from({ length: count }, (_one, index) => index));
  }
  expect(spread(8)).toEqual([0, 4, 2, 6, 1, 5, 3, 7]);
});

test("every skip and every starve of a head comes once", () => {
  const legal = [3, 2, 4];
  const found = [...singleDeviations(legal)].map(([one]) => `${one!.kind} ${one!.decision} ${one!.index}`);
  expect(new Set(found).size).toBe(found.length);
  expect(found.filter((text) => text.startsWith("starve"))).toHaveLength(3);
  expect(found.filter((text) => text.startsWith("skip"))).toHaveLength(2 + 1 + 3);
});
