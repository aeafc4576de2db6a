import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cases, law } from "../../properties/support/cases.ts";
import type { OrderSummary } from "../engine/exploration.ts";
import { roughly, tellSearch, type SearchFacts } from "./search-sentence.ts";

const searched: OrderSummary = {
  order: "latency", runs: 1000, distinct: 900, distinctIsExact: true, drawn: 870, unseen: 0.4, estimated: 4.2e6, complete: false, covers: undefined, reduction: undefined, vacuous: false, ended: "runs",
};
const tell = (summary: Partial<OrderSummary>, facts: Partial<SearchFacts> = {}): string =>
  tellSearch({ orders: [{ ...searched, ...summary }], untried: [], bound: Number.POSITIVE_INFINITY, shard: undefined, uncontrolled: [], ...facts });
const complete: Partial<OrderSummary> = { complete: true, ended: "exhausted", runs: 1310, distinct: 1068 };

describe("a search that tried everything", () => {
  test("says of how many interleavings, not executions", () => {
    expect(tell(complete)).toBe("latency: complete, none of all 1,068 interleavings failed");
  });

  test("says what else it covers all of", () => {
    expect(tell({ ...complete, distinct: 36, covers: "orders of the declared accesses" })).toBe("latency: complete, none of all 36 orders of the declared accesses failed");
    const reduction = { orders: 1068, repeated: 15 };
    expect(tell({ ...complete, distinct: 1083, covers: "orders of the declared accesses", reduction })).toBe("latency: complete, none of all 1,068 orders of the declared accesses failed");
  });

  test("within a bound says so", () => {
    const covers = "interleavings with at most 2 deviations";
    expect(tell({ ...complete, covers }, { bound: 2 })).toBe("latency: complete within bound 2, none of all 1,068 interleavings with at most 2 deviations failed");
  });

  test("that took more courses than can be counted gives the executions", () => {
    expect(tell({ ...complete, runs: 70_000, distinct: 65_536, distinctIsExact: false })).toBe("latency: complete, none of all interleavings, in 70,000 executions, failed");
  });

  test("of one says so", () => {
    expect(tell({ ...complete, distinct: 1, covers: "orders of the declared accesses" })).toBe("latency: complete, the only one of the orders of the declared accesses passed");
  });

  test("but for what escaped control", () => {
    expect(tell(complete, { uncontrolled: ["a socket", "a worker"] })).toBe("latency: complete, none of all 1,068 interleavings failed; escaped control: a socket, a worker");
  });

  test("in a shard claims its part only", () => {
    expect(tell(complete, { shard: { index: 2, count: 4 } })).toBe("shard 2/4: latency: its part is complete, none of its 1,068 interleavings failed; the other shards have the rest");
  });

  test("where there was nothing to decide says that instead", () => {
    expect(tell({ runs: 1, distinct: 1, drawn: 0, complete: true, ended: "exhausted", vacuous: true })).toBe("latency: nothing to decide (one order only)");
  });
});

describe("a search that did not", () => {
  test("says how many of the orders that differ in dependent steps it has tried, where it knows", () => {
    const reduced = { covers: "orders of the declared accesses", reduction: { orders: 870, repeated: 4 }, estimated: 4100, distinct: 990, drawn: 0 };
    expect(tell(reduced)).toBe("latency: none of 1,000 executions failed; they took 870 of an estimated 4,100 or more orders of the declared accesses");
  });

  test("says how many are left, and how rare a failure would have been found", () => {
    expect(tell({})).toBe(
      "latency: none of 1,000 executions failed, of an estimated 4·10⁶ interleavings; 870 of them were drawn at random: a bug that such a draw hits 1 time in 290 on average would have been found with 95 %",
    );
  });

  test("all at random", () => {
    expect(tell({ drawn: 1000, estimated: undefined })).toBe(
      "latency: none of 1,000 executions failed; all were drawn at random: a bug that such a draw hits 1 time in 333 on average would have been found with 95 %",
    );
  });

  test("and how likely one more draw is to show something new, at most", () => {
    expect(tell({ unseenAtMost: 0.0541 })).toMatch(/with 95 %, and one more such draw takes a course not drawn yet with at most 5\.5 % \(95 %\)$/u);
    expect(tell({ unseenAtMost: 0.401 })).toMatch(/at most 41 % \(95 %\)$/u);
    expect(tell({ drawn: 20, unseenAtMost: 0.9 })).not.toContain("one more such draw");
  });

  test("does not hold more executions against fewer interleavings", () => {
    expect(tell({ runs: 163, distinct: 80, drawn: 0, estimated: 86 })).toBe("latency: none of 163 executions failed; they took 80 of an estimated 86 interleavings");
  });

  test("with nothing drawn, or next to nothing, guarantees nothing", () => {
    for (const drawn of [0, 5]) expect(tell({ drawn, estimated: undefined })).toBe("latency: none of 1,000 executions failed");
  });

  test("leaves out an estimate that was proved wrong", () => {
    expect(tell({ drawn: 0, estimated: 899 })).toBe("latency: none of 1,000 executions failed");
  });

  test("because of the time says so, of the orders that it didn't come to as well", () => {
    expect(tell({ ended: "time", drawn: 0, estimated: undefined }, { untried: ["chaos"] })).toBe(
      "latency: none of 1,000 executions failed, when the time was up; chaos: not tried, the time was up",
    );
    expect(tell({ ended: "time", runs: 0, distinct: 0, drawn: 0, estimated: undefined, unseen: undefined })).toBe("latency: not tried, the time was up");
  });
});

test("the rule of three is never wrong: with the bug it names all draws miss with less than 5 %", () => {
  for (let drawn = 6; drawn < 5000; drawn += 1) {
    const [, rarity] = /1 time in ([\d,]+) /.exec(tell({ drawn }))!;
    const chance = 1 / Number(rarity!.replaceAll(",", ""));
    expect((1 - chance) ** drawn).toBeLessThan(0.05);
    // Whatever the single chances are, as long as their mean is that: the most uneven ones miss less often still.
    const uneven = Math.min(1, 2 * chance);
    expect((1 - uneven) ** Math.floor(drawn / 2)).toBeLessThan(0.0502);
  }
});

test.each([
  [1, "1"], [12, "12"], [147, "150"], [1068, "1,100"], [9949, "9,900"], [9999, "10,000"], [12_345, "10⁴"], [45_000, "5·10⁴"], [96_000, "10⁵"], [4.2e6, "4·10⁶"], [3e29, "3·10²⁹"],
  [1e300, "10³⁰ or more"], [Number.POSITIVE_INFINITY, "10³⁰ or more"],
])("roughly %d is %s", (amount, shown) => {
  expect(roughly(amount)).toBe(shown);
});

test("roughly is never off by more than half", law(), () => {
  fc.assert(
    fc.property(fc.double({ min: 1, max: 1e29, noNaN: true }), (amount) => {
      const [, digit = "1", exponent] = /^(?:([\d,]+)·)?10([⁰¹²³⁴⁵⁶⁷⁸⁹]+)$/.exec(roughly(amount)) ?? [];
      const shown = exponent === undefined ? Number(roughly(amount).replaceAll(",", "")) : Number(digit) * 10 ** Number([...exponent].map((one) => "⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(one)).join(""));
      expect(shown / amount).toBeGreaterThan(0.5);
      expect(shown / amount).toBeLessThan(1.51);
    }),
    cases(),
  );
});
