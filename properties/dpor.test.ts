/** The reduced search: each order of dependent steps once, and nothing missed. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { execute } from "../bench/search/measure.ts";
import { dpor } from "../src/strategies/dpor/dpor.ts";
import { exhaustive } from "../src/strategies/exhaustive.ts";
import { cases, law, scaled } from "./support/cases.ts";
import { randomPrograms, search, type Operation, type RandomProgram, type Searched } from "./support/random-programs.ts";
import { countable } from "./support/reference-programs-simulated.ts";
import { traceCounts } from "./support/trace-counts.ts";

describe("the programs of the literature have exactly the traces that it says, simulated", () => {
  test.each(Object.entries(traceCounts))("%s", (program, { traces, buggy }) => {
    const strategy = dpor();
    const [failing, runs] = [new Set<number>(), 50_000];
    let isComplete = false;
    for (let run = 0; run < runs && !isComplete; run += 1) {
      if (strategy.begin!(run) === false) {
        isComplete = true;
      } else if (execute(countable[program]!, strategy).failure !== undefined) {
        // What is given up as a repetition counts for nothing.
        failing.add(strategy.reduction!.orders);
      }
    }
    expect({ traces: strategy.reduction!.orders, buggy: failing.size, isComplete }).toEqual({ traces, buggy: buggy ?? failing.size, isComplete: true });
  });
});

describe("how many orders there are is told in advance", () => {
  const some = ["lostUpdate_4x1", "reorder_4", "twostage_4", "dining_7", "lastzero_10", "readers_8"];

  test.each(some)("of %s, from a quarter of them on within a factor of four, mostly", (program) => {
    const strategy = dpor();
    const { traces } = traceCounts[program]!;
    const told: number[] = [];
    for (let run = 0; strategy.begin!(run) !== false; run += 1) {
      execute(countable[program]!, strategy);
      if (strategy.reduction!.orders >= traces / 4) told.push(strategy.estimate! / traces);
    }
    expect(Math.min(...told)).toBeGreaterThan(1 / 4);
    expect([...told].sort((one, other) => one - other)[told.length >> 1]).toBeLessThan(4);
    expect(told.at(-1)).toBe(1);
  });
});

/** Programs with more interleavings are left out. */
const MOST = 2000;
const PLAIN: readonly Operation["kind"][] = ["read", "write", "write", "lock", "unlock", "settle", "await", "spawn"];

/** Reads of the clock move it where I/O was told, and a timer that is set meanwhile is due so much later. */
const clockMoves: RandomProgram = {
  threads: [
    [{ kind: "arm", of: 0 }, { kind: "read", of: 0 }],
    [{ kind: "now", of: 0 }, { kind: "now", of: 0 }, { kind: "now", of: 0 }],
    [{ kind: "ask", of: 0 }],
  ],
  started: 3,
  floats: false,
  watched: [],
};

/** What nobody waits for starts a thread that is waited for: unless the others have ended by then. */
const lateSpawn: RandomProgram = {
  threads: [[{ kind: "read", of: 0 }], [{ kind: "spawn", of: 2 }, { kind: "read", of: 0 }], [{ kind: "read", of: 0 }], [{ kind: "spawn", of: 1 }, { kind: "await", of: 0 }]],
  started: 2,
  floats: true,
  watched: [],
};

function bothWays(program: RandomProgram, order: "chaos" | "latency"): { readonly all: Searched; readonly reduced: Searched } {
  const all = search(program, exhaustive(Number.POSITIVE_INFINITY), order, MOST);
  fc.pre(all.isComplete);
  return { all, reduced: search(program, dpor(), order, MOST) };
}

describe("random programs, held against the search of every interleaving", () => {
  test("with locks, promises, shared variables and spawned threads: the same traces, each once, and the same results", law(), () => {
    const compared = { programs: 0, interleavings: 0, traces: 0, executions: 0 };
    fc.assert(
      fc.property(randomPrograms(PLAIN), (program) => {
        const { all, reduced } = bothWays(program, "chaos");
        expect(reduced.isComplete).toBe(true);
        expect([...reduced.traces.keys()].sort()).toEqual([...all.traces.keys()].sort());
        expect(Math.max(...reduced.traces.values())).toBe(1);
        expect(reduced.results).toEqual(all.results);
        compared.programs += 1;
        compared.interleavings += all.runs;
        compared.traces += all.traces.size;
        compared.executions += reduced.runs;
      }),
      cases(1000),
    );
    expect(compared.programs).toBe(scaled(1000));
    expect(compared.interleavings).toBeGreaterThan(10 * compared.traces);
    // Those given up as a repetition are few.
    expect(compared.executions).toBeLessThan(compared.traces * 1.1);
  });

  test("that end without waiting for all that they started: the same results", law(), () => {
    fc.assert(
      fc.property(randomPrograms(["read", "write", "write", "settle", "await", "spawn"], { floats: true }), (program) => {
        const { all, reduced } = bothWays(program, "chaos");
        expect(reduced.results).toEqual(all.results);
      }),
      cases(300, { examples: [[lateSpawn]] }),
    );
  });

  test("with an invariant: it sees the same", law(), () => {
    fc.assert(
      fc.property(randomPrograms(["read", "write", "write", "write", "lock", "unlock"], { watches: true }), (program) => {
        const { all, reduced } = bothWays(program, "chaos");
        expect(reduced.seen).toEqual(all.seen);
        expect(reduced.results).toEqual(all.results);
      }),
      cases(300),
    );
  });

  test.each(["latency", "chaos"] as const)("with timers, immediates and I/O, set, cleared and cut off, under %s: the same results", law(), (order) => {
    fc.assert(
      fc.property(randomPrograms(["read", "write", "arm", "arm", "clear", "now", "immediate", "ask", "ask", "settle", "await"], { floats: true }), (program) => {
        const { all, reduced } = bothWays(program, order);
        expect(reduced.results).toEqual(all.results);
      }),
      cases(150, { examples: [[clockMoves]] }),
    );
  });
});
