import fc from "fast-check";
import { expect, it } from "vitest";
import { HashSet } from "./hash-set.ts";

it("counts as a Set does, zero and negative hashes too", () => {
  const hashes = fc.array(fc.oneof(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.constantFrom(0, -1, 1, 2 ** 17, -(2 ** 17), 1 + 2 ** 17)), { maxLength: 300 });
  fc.assert(
    fc.property(hashes, (all) => {
      const [mine, reference] = [new HashSet(), new Set<number>()];
      for (const hash of all) {
        mine.add(hash);
        reference.add(hash);
        expect(mine.size).toBe(reference.size);
      }
      expect(mine.isExact).toBe(true);
    }),
  );
});

it("counts alike what wraps round the end of its table", () => {
  const set = new HashSet();
  const slots = 2 ** 17;
  for (let round = 1; round <= 5; round += 1) set.add(round * slots - 1);
  for (let round = 1; round <= 5; round += 1) set.add(round * slots - 1);
  expect(set.size).toBe(5);
});

it("takes a hash and its unsigned form for the same", () => {
  const set = new HashSet();
  set.add(-5);
  set.add(-5 >>> 0);
  expect(set.size).toBe(1);
});

it("stops counting at 65,536, and says so", () => {
  const set = new HashSet();
  for (let hash = 0; hash < 100_000; hash += 1) set.add(Math.imul(hash, 0x9e3779b1));
  expect(set.size).toBe(65_536);
  expect(set.isExact).toBe(false);
});
