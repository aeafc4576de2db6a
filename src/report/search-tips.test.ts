import { expect, test } from "vitest";
import type { OrderSummary } from "../engine/exploration.ts";
import { adviseOnSearch, isSaturated, type AdvisedSearch } from "./search-tips.ts";

const searched: OrderSummary = {
  order: "latency", runs: 1000, distinct: 900, distinctIsExact: true, drawn: 870, unseen: 0.4, estimated: 4e9, complete: false, covers: undefined, reduction: undefined, vacuous: false, ended: "runs",
};
const vacuous: OrderSummary = { ...searched, order: "production", runs: 1, distinct: 1, drawn: 0, unseen: undefined, estimated: 1, complete: true, vacuous: true, ended: "exhausted" };
const advise = (orders: readonly OrderSummary[], facts: Partial<AdvisedSearch> = {}): string[] =>
  adviseOnSearch({ orders, untried: [], bound: Number.POSITIVE_INFINITY, shard: undefined, uncontrolled: [], strategy: "auto", runs: 1000, missing: [], mayReduce: false, ...facts });

test("nothing to decide under production: io()", () => {
  expect(advise([vacuous, { ...searched, complete: true, ended: "exhausted" }])).toEqual([
    "nothing to decide under `production`: declare I/O with io(name, fn), and its answers are put in any order",
  ]);
});

test("nothing to decide at all: spawn()", () => {
  expect(advise([vacuous, { ...vacuous, order: "latency" }])).toEqual([
    "nothing ran beside anything else: start two tasks with spawn(name, fn), and declare what takes time with io(name, fn)",
  ]);
});

test("a tree that could be finished: runs", () => {
  expect(advise([{ ...searched, estimated: 6573 }])).toEqual([
    "about 6,600 interleavings under `latency`: with `runs` some way above that (it is 1,000) the search would end complete",
  ]);
});

test("one that could not: runs or bound, and how much is left", () => {
  expect(advise([searched])).toEqual([
    "raise `runs` (1,000) to look for rarer failures under `latency`, or set `bound: 2` to try all that is near plain JavaScript's order; about 40 of 100 further draws would take a course not seen yet",
  ]);
  expect(advise([{ ...searched, drawn: 0, unseen: undefined, estimated: undefined }])[0]).toMatch(/^raise `runs` \(1,000\).*plain JavaScript's order$/);
});

test("and where nothing speaks against it: independence", () => {
  expect(advise([searched], { mayReduce: true })).toEqual([expect.stringMatching(/^raise `runs`/), expect.stringMatching(/shared\(\) or behind io\(\), set `independence: "declared"`/)]);
  expect(advise([{ ...searched, order: "production" }], { mayReduce: true })).toHaveLength(1);
});

test("a bound: raise it", () => {
  expect(advise([{ ...searched, complete: true, ended: "exhausted" }], { bound: 2 })).toEqual([
    "schedules with more deviations were not tried: raise `bound` (2), or leave it out",
  ]);
});

test("no time: timeMs", () => {
  expect(advise([{ ...searched, runs: 312, ended: "time" }])).toEqual([
    "the time was up after 312 executions under `latency`: raise `timeMs` (or the test's `timeout`), or lower `runs` (1,000)",
  ]);
});

test("saturated: more runs are of no use", () => {
  expect(advise([{ ...searched, unseen: 0, estimated: undefined }])).toEqual([
    "every course that was drawn under `latency` came again: more `runs` of the same will hardly show another",
  ]);
  expect([isSaturated({ ...searched, unseen: 0 }), isSaturated({ ...searched, unseen: 0, drawn: 99 }), isSaturated(searched), isSaturated({ ...searched, unseen: undefined })]).toEqual([
    true, false, false, false,
  ]);
});

test("fifo: leave it out", () => {
  expect(advise([{ ...searched, ended: "exhausted" }], { strategy: "fifo" })).toEqual(["`fifo` tries plain JavaScript's order only: leave `strategy` out to search the others"]);
});

test("complete: nothing to advise", () => {
  expect(advise([{ ...searched, complete: true, ended: "exhausted" }])).toEqual([]);
});

test("a `sometimes` that a shard never saw is named, as no shard can fail for it", () => {
  expect(advise([{ ...searched, complete: true, ended: "exhausted" }], { shard: { index: 1, count: 2 }, missing: ["full"] })).toEqual([
    'sometimes "full" never held in this shard: look whether it did in another, as none can tell for all',
  ]);
});
