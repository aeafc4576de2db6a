import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cases, law } from "../../properties/support/cases.ts";
import { countOrders, ForestProgram, forests, sizeOf, type Tree } from "../../properties/support/forests.ts";
import { observe, simulate } from "../../properties/support/simulation.ts";
import { randomSource } from "../engine/random-source.ts";
import type { Strategy } from "../engine/strategy.ts";
import { auto } from "./auto.ts";
import { pct } from "./pct.ts";
import { pctcp } from "./pctcp.ts";
import { pos } from "./pos.ts";
import { random } from "./random.ts";
import { surw } from "./surw.ts";
import { urw } from "./urw.ts";

const randomised: readonly (readonly [string, (seed: string) => Strategy])[] = [
  ["random", random],
  ["pct", (seed) => pct(seed)],
  ["pctcp", (seed) => pctcp(seed)],
  ["pos", (seed) => pos(seed)],
  ["surw", (seed) => surw(seed)],
  ["urw", (seed) => urw(seed)],
  ["auto", (seed) => auto(seed, 200, Number.POSITIVE_INFINITY)],
];

/** The orders of all executions, one after another. */
function ordersOf(strategy: Strategy, forest: readonly Tree[], runs: number): string[] {
  const orders: string[] = [];
  let program = new ForestProgram(forest);
  const observed = observe(
    strategy,
    () => orders.push(program.order.join()),
    (legal, picked) => {
      expect(legal.length).toBeGreaterThan(1);
      expect(legal).toContain(picked);
    },
  );
  const result = simulate(() => (program = new ForestProgram(forest)), observed, { order: "latency", runs });
  expect(result.found).toBeUndefined();
  return orders;
}

describe.each(randomised)("%s", (_name, make) => {
  it("picks legal events, and runs every event once, a cause before its effect", law(), () => {
    fc.assert(
      fc.property(forests(10), fc.nat(), (forest, seed) => {
        for (const order of ordersOf(make(String(seed)), forest, 10)) {
          const numbers = order.split(",").map(Number);
          expect(numbers).toHaveLength(sizeOf(forest));
          const at = new Map(numbers.map((event, index) => [event, index]));
          const check = (trees: readonly Tree[], from: number, parent: number | undefined): void => {
            let number = from;
            for (const tree of trees) {
              if (parent !== undefined) expect(at.get(number)).toBeGreaterThan(at.get(parent)!);
              check(tree.children, number + 1, number);
              number += sizeOf([tree]);
            }
          };
          check(forest, 0, undefined);
        }
      }),
      cases(60),
    );
  });

  it("does the same for the same seed, also when it begins anew", law(), () => {
    fc.assert(
      fc.property(forests(8), fc.nat(), (forest, seed) => {
        const strategy = make(String(seed));
        const first = ordersOf(strategy, forest, 20);
        expect(ordersOf(make(String(seed)), forest, 20)).toEqual(first);
        expect(ordersOf(strategy, forest, 20)).toEqual(first);
      }),
      cases(40),
    );
  });

  it("does something else for another seed", () => {
    const forest = Array.from({ length: 8 }, () => ({ children: [] }));
    const orders = new Set(["a", "b", "c", "d"].map((seed) => ordersOf(make(seed), forest, 120).slice(-20).join(" ")));
    expect(orders.size).toBe(4);
  });
});

describe("the random walk", () => {
  it("takes each legal event with the same probability", () => {
    const forest = [1, 2, 3].map(() => ({ children: [] }));
    const counts = new Map<string, number>();
    for (const order of ordersOf(random("fair"), forest, 6000)) counts.set(order, (counts.get(order) ?? 0) + 1);
    // Six orders, 1,000 each; five standard deviations are about 145. The seed is fixed.
    expect(counts.size).toBe(countOrders(forest));
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(145);
  });
});

describe.each([["random", random], ["urw", (seed: string) => urw(seed)]] as const)("%s", (_name, make) => {
  it("estimates the number of schedules, of lopsided trees too", () => {
    const chain = (length: number): Tree => ({ children: length === 1 ? [] : [chain(length - 1)] });
    for (const forest of [[chain(1), chain(7)], [chain(3), chain(3), chain(2)], [{ children: [chain(2), chain(1)] }, chain(4)]]) {
      const strategy = make("size");
      expect(strategy.estimate).toBeUndefined();
      ordersOf(strategy, forest, 3000);
      expect(strategy.estimate! / countOrders(forest)).toBeGreaterThan(0.85);
      expect(strategy.estimate! / countOrders(forest)).toBeLessThan(1.15);
    }
  });
});

describe("seeded randomness", () => {
  it("is the same for the same seed, and within its bounds", law(), () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 1000 }), (seed, bound) => {
        const [one, two] = [randomSource(seed), randomSource(seed)];
        for (let count = 0; count < 20; count += 1) {
          const number = one.below(bound);
          expect(two.below(bound)).toBe(number);
          expect(Number.isInteger(number) && number >= 0 && number < bound).toBe(true);
          const unit = one.unit();
          expect(two.unit()).toBe(unit);
          expect(unit >= 0 && unit < 1).toBe(true);
        }
      }),
      cases(),
    );
  });
});
