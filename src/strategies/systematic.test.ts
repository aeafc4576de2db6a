import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cases, law } from "../../properties/support/cases.ts";
import { countOrders, ForestProgram, forests } from "../../properties/support/forests.ts";
import { observe, simulate } from "../../properties/support/simulation.ts";
import { HeddleError } from "../engine/errors.ts";
import type { Schedule } from "../engine/schedule.ts";
import type { Strategy } from "../engine/strategy.ts";
import { auto } from "./auto.ts";
import { deviations } from "./deviations.ts";
import { exhaustive } from "./exhaustive.ts";
import { fifo } from "./fifo.ts";
import { replay } from "./replay.ts";

/** Orders of a forest that a strategy came to, and how many of its schedules deviated how often. */
function explore(forest: Parameters<typeof countOrders>[0], strategy: Strategy, runs = 100_000) {
  const orders = new Set<string>();
  const deviating: number[] = [];
  let program = new ForestProgram(forest);
  const observed = observe(strategy, (outcome) => {
    orders.add(program.order.join());
    deviating.push(outcome.choices.length / 2);
  });
  const result = simulate(() => (program = new ForestProgram(forest)), observed, { order: "latency", runs });
  const [summary] = result.orders;
  return { orders, deviating, runs: summary?.runs, complete: summary?.complete, distinct: result.distinct, estimated: summary?.estimated };
}

const UNBOUNDED = Number.POSITIVE_INFINITY;

describe("exhaustive", () => {
  it("takes every order of a forest once, and knows the end", law(), () => {
    fc.assert(
      fc.property(forests(6), (forest) => {
        const expected = countOrders(forest);
        const { orders, runs, complete, distinct, estimated } = explore(forest, exhaustive(UNBOUNDED));
        expect({ orders: orders.size, runs, complete, distinct }).toEqual({ orders: expected, runs: expected, complete: true, distinct: expected });
        // The estimate is exact once all is known.
        expect(Math.round(estimated!)).toBe(expected);
      }),
      cases(150),
    );
  });

  it("with a bound takes exactly the schedules that deviate no more often", law(), () => {
    fc.assert(
      fc.property(forests(6), fc.nat(4), (forest, bound) => {
        const all = explore(forest, exhaustive(UNBOUNDED));
        const bounded = explore(forest, exhaustive(bound));
        expect(bounded.runs).toBe(all.deviating.filter((count) => count <= bound).length);
        expect(Math.max(...bounded.deviating)).toBeLessThanOrEqual(bound);
        expect(bounded.complete).toBe(true);
      }),
      cases(100),
    );
  });

  it("starts anew with run 0", () => {
    const strategy = exhaustive(UNBOUNDED);
    const forest = [{ children: [] }, { children: [] }, { children: [] }];
    expect(explore(forest, strategy, 4).complete).toBe(false);
    expect(explore(forest, strategy)).toMatchObject({ runs: 6, complete: true });
  });

  it("says that a body is not deterministic when the number of choices changes", () => {
    const events = [1, 2, 3].map(() => ({}) as never);
    const fresh = exhaustive(UNBOUNDED);
    fresh.begin?.(0);
    fresh.pick(events, 0);
    fresh.begin?.(1);
    expect(() => fresh.pick(events.slice(1), 0)).toThrow(/not deterministic: at decision 0 there were 3 legal events, and now 2.*REPLAY_DIVERGED/);
  });
});

describe("deviations", () => {
  it("without a bound come to every order of a forest, and to their end", law(), () => {
    fc.assert(
      fc.property(forests(4), (forest) => {
        const { orders, complete } = explore(forest, deviations(UNBOUNDED), 300_000);
        expect({ orders: orders.size, complete }).toEqual({ orders: countOrders(forest), complete: true });
      }),
      cases(60),
    );
  });

  it("begin with FIFO, and with a bound of 0 are FIFO only", law(), () => {
    fc.assert(
      fc.property(forests(6), (forest) => {
        const [plain, none] = [explore(forest, fifo()), explore(forest, deviations(0))];
        expect(none.runs).toBe(1);
        expect([...none.orders]).toEqual([...plain.orders]);
        expect([...explore(forest, deviations(1)).orders][0]).toBe([...plain.orders][0]);
      }),
      cases(50),
    );
  });

  it("of one try each event at each decision: skipped to, and starved", law(), () => {
    fc.assert(
      fc.property(forests(6), (forest) => {
        const { orders } = explore(forest, deviations(1));
        const all = explore(forest, exhaustive(1));
        // A skip is one choice that is not FIFO: so every schedule with one such choice is among them.
        for (const order of all.orders) expect(orders).toContain(order);
      }),
      cases(100),
    );
  });
});

describe("deviations with a bound", () => {
  const schedules = (most: number): fc.Arbitrary<Schedule> =>
    fc.uniqueArray(fc.record({ kind: fc.constantFrom("skip" as const, "starve" as const), decision: fc.nat(5), index: fc.nat(4), check: fc.constant(undefined) }), {
      maxLength: most,
      selector: ({ kind, decision, index }) => `${decision} ${kind} ${index}`,
    }).map((all) => all.sort((left, right) => left.decision - right.decision));

  it("leave out no schedule with that many deviations, several at one decision included", law(), () => {
    fc.assert(
      fc.property(forests(6), schedules(2), (forest, schedule) => {
        const { orders, complete } = explore(forest, deviations(schedule.length));
        const replayed = explore(forest, { ...replay(schedule, false), exhaustive: false }, 1);
        expect(complete).toBe(true);
        expect(orders).toContain([...replayed.orders][0]);
      }),
      cases(400),
    );
  });

  it("are what auto makes with a bound", law(), () => {
    fc.assert(
      fc.property(forests(5), fc.nat(2), (forest, bound) => {
        const [one, two] = [explore(forest, auto("any", 1000, bound)), explore(forest, deviations(bound))];
        expect([one.complete, [...one.orders]]).toEqual([true, [...two.orders]]);
      }),
      cases(60),
    );
  });
});

describe("auto", () => {
  it("ends complete on small forests, with every order", law(), () => {
    fc.assert(
      fc.property(forests(5), fc.nat(), (forest, seed) => {
        const expected = countOrders(forest);
        const runs = 10 * expected + 30;
        const { orders, complete } = explore(forest, auto(String(seed), runs, UNBOUNDED), runs);
        expect({ orders: orders.size, complete }).toEqual({ orders: expected, complete: true });
      }),
      cases(100),
    );
  });

  it("is never complete where it has not seen every order", law(), () => {
    fc.assert(
      fc.property(forests(6), fc.nat(), fc.integer({ min: 1, max: 200 }), (forest, seed, runs) => {
        const { orders, complete } = explore(forest, auto(String(seed), runs, UNBOUNDED), runs);
        if (complete === true) expect(orders.size).toBe(countOrders(forest));
      }),
      cases(200),
    );
  });
});

describe("a bound", () => {
  it.each([-1, Number.NaN])("of %f is refused", (bound) => {
    expect(() => exhaustive(bound)).toThrow(HeddleError);
    expect(() => deviations(bound)).toThrow(HeddleError);
  });
});
