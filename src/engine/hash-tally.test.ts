import fc from "fast-check";
import { expect, it } from "vitest";
import { cases, law } from "../../properties/support/cases.ts";
import { HashTally } from "./hash-tally.ts";

it("counts as a Map does, zero and negative hashes too, and those that were drawn besides", law(), () => {
  const hash = fc.oneof(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.constantFrom(0, -1, 1, 2 ** 17, -(2 ** 17), 1 + 2 ** 17), fc.nat(50));
  const hashes = fc.array(fc.tuple(hash, fc.boolean()), { maxLength: 400 });
  fc.assert(
    fc.property(hashes, (all) => {
      const [mine, drawn] = [new HashTally(), new Map<number, number>()];
      for (const [one, isDrawn] of all) {
        const isNew = !drawn.has(one);
        drawn.set(one, (drawn.get(one) ?? 0) + (isDrawn ? 1 : 0));
        expect(mine.add(one, isDrawn)).toBe(isNew);
        const drawnOnce = [...drawn.values()].filter((count) => count === 1).length;
        const drawnTwice = [...drawn.values()].filter((count) => count === 2).length;
        expect({ size: mine.size, drawnOnce: mine.drawnOnce, drawnTwice: mine.drawnTwice }).toEqual({ size: drawn.size, drawnOnce, drawnTwice });
      }
      expect(mine.isExact).toBe(true);
    }),
    cases(),
  );
});

it("counts alike what wraps round the end of its table, also after it has grown", () => {
  const tally = new HashTally();
  const slots = 2 ** 17;
  for (let round = 1; round <= 300; round += 1) tally.add(round * slots - 1, true);
  for (let round = 1; round <= 299; round += 1) tally.add(round * slots - 1, true);
  expect({ size: tally.size, drawnOnce: tally.drawnOnce }).toEqual({ size: 300, drawnOnce: 1 });
});

it("takes a hash and its unsigned form for the same", () => {
  const tally = new HashTally();
  tally.add(-5, true);
  tally.add(-5 >>> 0, true);
  expect({ size: tally.size, drawnOnce: tally.drawnOnce }).toEqual({ size: 1, drawnOnce: 0 });
});

it("stops counting at 65,536, and says so; what is beyond is never taken for known", () => {
  const tally = new HashTally();
  const hash = (index: number): number => Math.imul(index, 0x9e3779b1);
  for (let index = 0; index < 100_000; index += 1) tally.add(hash(index));
  expect({ size: tally.size, isExact: tally.isExact }).toEqual({ size: 65_536, isExact: false });
  expect([tally.add(hash(1)), tally.add(hash(99_999)), tally.add(hash(99_999))]).toEqual([true, true, true]);
});
