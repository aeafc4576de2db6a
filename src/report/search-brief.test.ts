import { expect, test } from "vitest";
import type { OrderSummary } from "../engine/exploration.ts";
import { isWithoutChoice, tellBriefly } from "./search-brief.ts";
import type { SearchFacts } from "./search-sentence.ts";

const searched: OrderSummary = {
  order: "latency", runs: 1000, distinct: 900, distinctIsExact: true, drawn: 870, unseen: 0.4, estimated: 4.2e6, complete: false, covers: undefined, reduction: undefined, vacuous: false, ended: "runs",
};
const vacuous: Partial<OrderSummary> = { order: "production", runs: 1, distinct: 1, drawn: 0, estimated: undefined, complete: true, vacuous: true, ended: "exhausted" };
const complete: Partial<OrderSummary> = { complete: true, ended: "exhausted", runs: 140, distinct: 135 };
const tell = (orders: readonly Partial<OrderSummary>[], facts: Partial<SearchFacts> = {}): string =>
  tellBriefly({ orders: orders.map((one) => ({ ...searched, ...one })), untried: [], bound: Number.POSITIVE_INFINITY, shard: undefined, uncontrolled: [], ...facts });

test("what was tried to the end, how much of what is more, and what was not tried", () => {
  expect(tell([complete])).toBe("complete, 135 interleavings");
  expect(tell([vacuous, complete])).toBe("complete, 135 interleavings");
  expect(tell([{ ...complete, order: "production", distinct: 6 }, complete])).toBe("complete, 6 interleavings under production and 135 interleavings under latency");
  expect(tell([{}])).toBe("explored 900 of about 4·10⁶ interleavings");
  expect(tell([{ estimated: 20 }])).toBe("explored 1,000 executions");
  expect(tell([{ estimated: undefined, ended: "time" }])).toBe("explored 1,000 executions, then the time was up");
  expect(tell([{ ...complete, order: "production", distinct: 6 }, {}])).toBe("production: complete, 6 interleavings; latency: explored 900 of about 4·10⁶ interleavings");
  expect(tell([{ ...complete, order: "production", distinct: 6 }], { untried: ["latency"] })).toBe("production: complete, 6 interleavings; latency: not tried");
  expect(tell([{ ...complete, covers: "orders of the declared accesses", reduction: { orders: 36, repeated: 4 } }])).toBe("complete, 36 orders of the declared accesses");
  const reduced = { covers: "orders of the declared accesses", reduction: { orders: 870, repeated: 4 }, estimated: 4100, distinct: 990 };
  expect(tell([{ ...reduced, estimated: 41_000 }])).toBe("explored 870 of 4·10⁴ or more orders that matter");
  expect(tell([reduced])).toBe("explored 870 of 4,100 or more orders that matter");
  expect(tell([{ ...reduced, estimated: 2100 }])).toBe("explored 870 of about 2,100 orders that matter");
  expect(tell([complete], { bound: 2 })).toBe("complete within bound 2, 135 interleavings");
  expect(tell([{ ...complete, distinct: 1 }])).toBe("complete, the only one of the interleavings");
  expect(tell([complete], { shard: { index: 2, count: 4 } })).toBe("shard 2/4: complete, 135 interleavings");
});

test("a race with nothing concurrent in it is said to prove nothing", () => {
  expect(tell([vacuous, { ...vacuous, order: "latency" }])).toMatch(/^nothing ran beside anything else, so it proves nothing/);
  expect(isWithoutChoice({ orders: [] })).toBe(false);
});
