/** The parts of an exploration add up to the whole, and do not overlap. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { explore, type Body, type ExploreOptions } from "heddle";
import { execute } from "../bench/search/measure.ts";
import type { Strategy } from "../src/engine/strategy.ts";
import { auto } from "../src/strategies/auto.ts";
import { deviations } from "../src/strategies/deviations.ts";
import { exhaustive } from "../src/strategies/exhaustive.ts";
import { pct } from "../src/strategies/pct.ts";
import { pctcp } from "../src/strategies/pctcp.ts";
import { pos } from "../src/strategies/pos.ts";
import { random } from "../src/strategies/random.ts";
import { runsOfShard, seedOfShard, WHOLE, type Shard } from "../src/strategies/shard.ts";
import { surw } from "../src/strategies/surw.ts";
import { urw } from "../src/strategies/urw.ts";
import { cases, law } from "./support/cases.ts";
import { ForestProgram, forests, type Tree } from "./support/forests.ts";
import { simulated } from "./support/reference-programs-simulated.ts";
import { observe, simulate } from "./support/simulation.ts";

const UNBOUNDED = Number.POSITIVE_INFINITY;

const shardsOf = (count: number): Shard[] => Array.from({ length: count }, (_one, index) => ({ index, count }));

/** The orders of a strategy's executions, in the order in which it made them. */
function ordersOf(forest: readonly Tree[], strategy: Strategy): { readonly orders: string[]; readonly complete: boolean } {
  const orders: string[] = [];
  let program = new ForestProgram(forest);
  const observed = observe(strategy, () => orders.push(program.order.join()));
  const { orders: summaries } = simulate(() => (program = new ForestProgram(forest)), observed, { order: "latency" });
  return { orders, complete: summaries[0]!.complete };
}

describe("exhaustive", () => {
  test("each order is in one part, but for FIFO, which all make, and one that a part looks into and leaves", law(), () => {
    fc.assert(
      fc.property(forests(6), fc.integer({ min: 2, max: 7 }), fc.constantFrom(0, 1, 2, UNBOUNDED), (forest, count, bound) => {
        const whole = ordersOf(forest, exhaustive(bound));
        const parts = shardsOf(count).map((shard) => ordersOf(forest, exhaustive(bound, shard)));
        const [fifo] = whole.orders;
        for (const part of parts) expect([part.complete, part.orders[0]]).toEqual([true, fifo]);
        const all = parts.flatMap(({ orders }) => [...new Set(orders)]);
        expect(new Set(all)).toEqual(new Set(whole.orders));
        // A part makes no order twice but FIFO, and at most two that are another's.
        for (const { orders } of parts) expect(orders.length - new Set(orders).size).toBeLessThanOrEqual(1);
        expect(all.length).toBeLessThanOrEqual(whole.orders.length + 2 * count);
      }),
      cases(200),
    );
  });

  test("of the reference programs no part is nearly the whole, and together they are it", () => {
    for (const program of ["reorder_4", "uneven_1v10", "staleResponse_3", "wronglock_2", "bluetooth", "chain_depth4"]) {
      const sizes = [1, 2, 4].map((count) => shardsOf(count).map((shard) => choicesOf(program, exhaustive(UNBOUNDED, shard))));
      const [[whole], ...split] = sizes as [[string[]], ...string[][][]];
      for (const parts of split) {
        expect(new Set(parts.flat()), program).toEqual(new Set(whole));
        const largest = Math.max(...parts.map((part) => part.length));
        expect.soft(largest / whole.length, `${program} in ${parts.length}`).toBeLessThan(0.85);
        // Nothing is made twice but what all begin with.
        expect(parts.flat().length, program).toBeLessThanOrEqual(whole.length + 2 * parts.length);
      }
    }
  });
});

/** The schedules that a strategy makes of a simulated program until it ends. */
function choicesOf(program: string, strategy: Strategy): string[] {
  const found: string[] = [];
  for (let run = 0; strategy.begin!(run) !== false; run += 1) found.push(execute(simulated[program]!, strategy).choices.join());
  return found;
}

describe("deviations", () => {
  test("the parts try every schedule of the whole, each but FIFO in one of them", law(), () => {
    fc.assert(
      fc.property(forests(5), fc.integer({ min: 2, max: 5 }), fc.nat(2), (forest, count, bound) => {
        const whole = ordersOf(forest, deviations(bound));
        const parts = shardsOf(count).map((shard) => ordersOf(forest, deviations(bound, shard)));
        const all = parts.flatMap(({ orders }) => orders);
        expect(new Set(all)).toEqual(new Set(whole.orders));
        expect(all.length - count).toBe(whole.orders.length - 1);
      }),
      cases(100),
    );
  });
});

describe("auto", () => {
  test("the parts end complete together, with every order", law(), () => {
    fc.assert(
      fc.property(forests(5), fc.integer({ min: 2, max: 4 }), fc.nat(), (forest, count, seed) => {
        const whole = new Set(ordersOf(forest, exhaustive(UNBOUNDED)).orders);
        const parts = shardsOf(count).map((shard) => ordersOf(forest, auto(String(seed), 5000, UNBOUNDED, shard)));
        expect(parts.every(({ complete }) => complete)).toBe(true);
        expect(new Set(parts.flatMap(({ orders }) => orders))).toEqual(whole);
      }),
      cases(60),
    );
  });
});

test.each(["random", "urw", "surw", "pos", "pct", "pctcp"] as const)("%s: each part draws from a stream of its own, always the same", (strategy) => {
  const make = { random, urw, surw, pos, pct, pctcp }[strategy];
  const forest = Array.from({ length: 9 }, () => ({ children: [] }));
  const drawn = (shard: Shard): string => {
    const own: Strategy = make(seedOfShard("seed", shard));
    const bounded: Strategy = Object.assign(Object.create(own), { begin: (run: number) => run < 40 && own.begin?.(run) });
    return ordersOf(forest, bounded).orders.slice(1).join(" ");
  };
  const streams = [WHOLE, ...shardsOf(3)].map((shard) => drawn(shard));
  expect(new Set(streams).size).toBe(4);
  expect(drawn({ index: 1, count: 3 })).toBe(streams[2]);
});

test("the executions of all parts are those that were asked for", law(), () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 0, max: 1000 }), (count, more) => {
      const runs = count + more;
      expect(shardsOf(count).reduce((sum, shard) => sum + runsOfShard(runs, shard), 0)).toBe(runs);
    }),
    cases(),
  );
});

describe("explore", () => {
  /** 20 interleavings. */
  const body: Body = ({ spawn }) => {
    for (const name of ["a", "b"]) {
      spawn(name, async () => {
        for (let step = 0; step < 3; step += 1) await Promise.resolve();
      });
    }
  };
  const ofShard = (shard: string, options: ExploreOptions = {}) => explore(body, { order: "latency", shard, ...options });

  test("a shard is never complete, and its sentence is about its part", async () => {
    const [one, two] = [await ofShard("1/2", { strategy: "exhaustive" }), await ofShard("2/2", { strategy: "exhaustive" })];
    for (const [shard, { verdict, complete, orders, summary }] of [["1/2", one], ["2/2", two]] as const) {
      expect({ verdict, complete, part: orders[0]!.complete }).toEqual({ verdict: "passed", complete: false, part: true });
      expect(summary).toMatch(new RegExp(`^shard ${shard}: latency: its part is complete, none of its \\d+ interleavings failed; the other shards have the rest$`));
    }
    const whole = await explore(body, { order: "latency", strategy: "exhaustive" });
    // FIFO is in both.
    expect(one.distinct + two.distinct).toBe(whole.distinct + 1);
  });

  test.each(["random", "urw", "surw", "pos", "pct", "pctcp", "auto", "deviations"] as const)("%s: the executions of the parts are shared out", async (strategy) => {
    const wide: Body = ({ spawn }) => {
      for (const name of "abcdef") {
        spawn(name, async () => {
          for (let step = 0; step < 4; step += 1) await Promise.resolve();
        });
      }
    };
    const options = { order: "latency", strategy, runs: 61 } as const;
    const parts = [await explore(wide, { ...options, shard: "1/2" }), await explore(wide, { ...options, shard: "2/2" })];
    expect(parts.map(({ runs }) => runs)).toEqual([31, 30]);
    expect(parts[0]!.summary).toMatch(/^shard 1\/2: latency: none of 31 executions failed/);
  });

  test("a bug that only the second part holds is found there, and replays without `shard`", async () => {
    const racy: Body = async ({ spawn }) => {
      const order: string[] = [];
      const write = (name: string) => spawn(name, async () => { await Promise.resolve(); order.push(name); });
      await Promise.all([write("a"), write("b"), write("c"), write("d")]);
      if (order.join("") === "dcba") throw new Error("backwards");
    };
    const options = { order: "latency", strategy: "exhaustive" } as const;
    const [one, two] = [await explore(racy, { ...options, shard: "1/2" }), await explore(racy, { ...options, shard: "2/2" })];
    expect([one.verdict, two.verdict]).toEqual(["passed", "failed"]);
    expect((await explore(racy, { seed: two.failure!.seed })).failure?.sentence).toBe(two.failure!.sentence);
  });

  test("a `sometimes` does not fail a part, which names it", async () => {
    const { verdict, tips } = await explore(async ({ sometimes, sleep }) => {
      sometimes("never", () => false);
      await sleep(1);
    }, { shard: "1/3" });
    expect(verdict).toBe("passed");
    expect(tips).toContainEqual(expect.stringMatching(/sometimes "never" never held in this shard/));
  });
});
