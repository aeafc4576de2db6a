import { expect, test } from "vitest";
import { ForestProgram, type Tree } from "../../properties/support/forests.ts";
import { observe, simulate } from "../../properties/support/simulation.ts";
import type { Schedule } from "../engine/schedule.ts";
import { exhaustive } from "./exhaustive.ts";
import { nearby } from "./nearby.ts";
import { replay } from "./replay.ts";

const leaf: Tree = { children: [] };
const forest: readonly Tree[] = [{ children: [leaf, leaf] }, { children: [leaf] }, leaf];
const schedule: Schedule = [
  { kind: "skip", decision: 1, index: 1, check: undefined },
  { kind: "starve", decision: 3, index: 0, check: undefined },
];

function orders(strategy: ReturnType<typeof nearby>, runs: number) {
  const found: string[] = [];
  let program = new ForestProgram(forest);
  const observed = observe(strategy, () => void found.push(program.order.join()));
  const result = simulate(() => (program = new ForestProgram(forest)), observed, { order: "latency", runs });
  return { found, summary: result.orders[0] };
}

test("the schedule comes first, and those near it next, before the other strategy begins", () => {
  const [given] = orders(replay(schedule, false), 1).found;
  const plain = orders(exhaustive(Number.POSITIVE_INFINITY), 1).found[0];
  const { found } = orders(nearby(schedule, exhaustive(Number.POSITIVE_INFINITY)), 60);
  expect(found[0]).toBe(given);
  expect(found[0]).not.toBe(plain);
  const begins = found.indexOf(plain!);
  expect(begins).toBeGreaterThan(5);
  expect(new Set(found.slice(0, begins)).size).toBeGreaterThan(5);
});

test("what follows it is as complete as it is alone", () => {
  const alone = orders(exhaustive(Number.POSITIVE_INFINITY), 10_000);
  const behind = orders(nearby(schedule, exhaustive(Number.POSITIVE_INFINITY)), 10_000);
  expect(behind.summary?.complete).toBe(true);
  expect(new Set(behind.found)).toEqual(new Set(alone.found));
});
