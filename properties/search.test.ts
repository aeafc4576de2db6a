/** The power of the search: in how many executions each strategy finds the bugs of the literature. */
import { describe, expect, test } from "vitest";
import { explore } from "heddle";
import { execute, executionsToBug, measure } from "../bench/search/measure.ts";
import type { Strategy } from "../src/engine/strategy.ts";
import { auto } from "../src/strategies/auto.ts";
import { exhaustive } from "../src/strategies/exhaustive.ts";
import { fifo } from "../src/strategies/fifo.ts";
import { pct } from "../src/strategies/pct.ts";
import { pos } from "../src/strategies/pos.ts";
import { random } from "../src/strategies/random.ts";
import { surw } from "../src/strategies/surw.ts";
import { urw } from "../src/strategies/urw.ts";
import { asynchronous, lastOfAllAsync } from "./support/reference-programs-async.ts";
import { POINT, type Code, type SimulatedThreads } from "./support/reference-programs-machine.ts";
import { lastOfAll, simulated } from "./support/reference-programs-simulated.ts";

const MOST = 2000;
const automatic = (seed: string): Strategy => auto(seed, MOST, Number.POSITIVE_INFINITY);
const mean = (program: string, make: (seed: string) => Strategy, seeds: number): number =>
  measure((seed) => executionsToBug(simulated[program]!, make(seed), MOST), seeds, MOST, Number.POSITIVE_INFINITY).mean;
const passing = Object.keys(simulated).filter((program) => executionsToBug(simulated[program]!, fifo(), 1) === undefined);

describe("the simulations are the programs of the literature", () => {
  const interleavings = {
    lostUpdate_2x1: 6, lostUpdate_3x1: 90, reorder_3: 162, reorder_4: 6573, twostage_2: 22, wronglock_2: 199, account: 6, token_ring: 24, deadlock01: 6,
    dining_3: 168, bluetooth: 73, stack_3: 18, stack_10: 68_677, stringbuffer: 6, uneven_1v10: 11, chain_depth4: 70, staleResponse_2: 20, staleResponse_3: 1680,
    useAfterClose_3: 715,
  };
  for (const [program, count] of Object.entries(interleavings)) {
    test(`${program} has ${count} interleavings`, () => {
      const strategy = exhaustive(Number.POSITIVE_INFINITY);
      let run = 0;
      for (; strategy.begin!(run) !== false; run += 1) execute(simulated[program]!, strategy);
      expect(run).toBe(count);
    });
  }
});

describe("each strategy is about as good as its paper's", () => {
  // Means over 100 seeds, with three standard deviations of room above the reference figure (its distribution is nearly geometric).
  const figures: readonly (readonly [string, (seed: string) => Strategy, Readonly<Record<string, number>>])[] = [
    ["random", random, { reorder_3: 20, reorder_5: 33, reorder_10: 75, twostage_2: 32, wronglock_2: 4.4, token_ring: 5.9, bluetooth: 24, chain_depth4: 136 }],
    ["pct", (seed) => pct(seed), { reorder_3: 13, reorder_5: 31, bluetooth: 12, uneven_1v10: 20, uneven_1v25: 46, account: 3, token_ring: 5.9 }],
    ["pos", (seed) => pos(seed), { reorder_3: 10, reorder_5: 15, reorder_10: 31, reorder_20: 68, twostage_2: 10, twostage_20: 74, wronglock_2: 4.9, bluetooth: 14, chain_depth4: 150 }],
    ["urw", (seed) => urw(seed), { reorder_5: 17, reorder_10: 38, reorder_20: 81, twostage_20: 112, uneven_1v10: 11, uneven_1v25: 25, chain_depth4: 78, dining_5: 4.4 }],
    ["surw", (seed) => surw(seed), { reorder_3: 7.6, reorder_5: 12, reorder_10: 22, reorder_20: 40, twostage_2: 12, twostage_20: 75, bluetooth: 10, uneven_1v25: 26, chain_depth4: 71 }],
  ];
  for (const [name, make, programs] of figures) {
    test(name, () => {
      for (const [program, figure] of Object.entries(programs)) {
        expect.soft(mean(program, make, 100), program).toBeLessThan(figure * 1.3 + 0.5);
      }
    });
  }
});

describe("auto", () => {
  test("geometric mean at most 9, worst at most 200, none missed", () => {
    let logarithms = 0;
    for (const program of passing) {
      const { mean: found, missed } = measure((seed) => executionsToBug(simulated[program]!, automatic(seed), MOST), 30, MOST, Number.POSITIVE_INFINITY);
      expect.soft(missed, program).toBe(0);
      expect.soft(found, program).toBeLessThan(60);
      logarithms += Math.log(found);
    }
    expect(Math.exp(logarithms / passing.length)).toBeLessThan(7);
    expect(passing.length).toBeGreaterThanOrEqual(20);
  });

  test("holds one task back for as long as it takes", async () => {
    for (let length = 1; length <= 50; length += 1) {
      for (const seed of ["one", "two", "three"]) {
        expect(executionsToBug(lastOfAll(length), automatic(seed), MOST)).toBeLessThanOrEqual(2 * length + 20);
      }
      const { failure, runs } = await explore(lastOfAllAsync(length), { order: "latency", scope: "all", seed: length, shrinkMs: 0 });
      expect(failure).toBeDefined();
      expect(runs).toBeLessThanOrEqual(2 * length + 20);
    }
  });

  test("finds the bugs of the async programs too", async () => {
    for (const program of ["reorder_3", "reorder_10", "reorder_20", "twostage_2", "wronglock_2", "wronglock_8", "account", "token_ring", "bluetooth", "stack_3", "uneven_1v25", "staleResponse_3"]) {
      let sum = 0;
      for (const seed of ["one", "two", "three"]) {
        const { failure, runs } = await explore(asynchronous[program]!, { order: "latency", scope: "all", runs: MOST, seed, shrinkMs: 0 });
        expect(failure, program).toBeDefined();
        sum += runs;
      }
      expect.soft(sum / 3, program).toBeLessThan(120);
    }
  });

  test("is complete exactly where the exhaustive part has ended", () => {
    for (const [steps, others, isComplete] of [[1, 1, true], [3, 3, true], [4, 5, true], [8, 8, false]] as const) {
      const strategy = auto("complete", 600, Number.POSITIVE_INFINITY);
      const seen = new Set<string>();
      let run = 0;
      let goesOn = true;
      for (; run < 600 && goesOn; run += 1) {
        goesOn = strategy.begin!(run) !== false;
        if (goesOn) seen.add(execute(independent(steps, others), strategy).choices.join());
      }
      expect(!goesOn).toBe(isComplete);
      if (isComplete) expect(seen.size).toBe(binomial(steps + others, steps));
    }
  });

  test("makes the same executions for the same seed", () => {
    const courses = (seed: string): number[] => {
      const strategy = automatic(seed);
      return Array.from({ length: 200 }, (_one, run) => {
        strategy.begin!(run);
        return execute(independent(8, 8), strategy).trace;
      });
    };
    expect(courses("a")).toEqual(courses("a"));
    expect(courses("a")).not.toEqual(courses("b"));
  });
});

test("urw estimates the size of the tree", () => {
  const strategy = urw("size");
  let sum = 0;
  for (let run = 0; run < 101; run += 1) {
    strategy.begin!(run);
    execute(independent(8, 8), strategy);
    if (run > 0) sum += strategy.schedules;
  }
  expect(sum / 100 / binomial(16, 8)).toBeCloseTo(1, 2);
});

function independent(one: number, other: number): SimulatedThreads {
  const steps = (count: number): Code =>
    function* () {
      for (let index = 0; index < count; index += 1) yield POINT;
    };
  return { threads: [steps(one), steps(other)] };
}

function binomial(of: number, choose: number): number {
  let result = 1;
  for (let index = 1; index <= choose; index += 1) result = (result * (of - choose + index)) / index;
  return Math.round(result);
}
