/** Faults and aborts are choices: none in plain order, each counted once, and carried by seeds. */
import fc from "fast-check";
import { explore, type BodyContext, type FaultKind } from "heddle";
import { describe, expect, it } from "vitest";
import { cases, law } from "./support/cases.ts";

const kinds: readonly FaultKind[] = ["reject", "lost-answer", "hang", "duplicate"];

/** Calls that each task makes, one after another; and whether the body may be aborted. */
interface Program {
  readonly calls: readonly number[];
  readonly faults: readonly FaultKind[];
  readonly isAbortable: boolean;
}

/** What faults and aborts there were, in the order in which they were seen. */
type Seen = string[];

function bodyOf({ calls, faults, isAbortable }: Program, seen: Seen): (context: BodyContext) => Promise<void> {
  return async ({ io, spawn, abortable }) => {
    if (isAbortable) abortable().addEventListener("abort", () => seen.push("abort"));
    for (const [task, times] of calls.entries()) {
      void spawn(`task ${task}`, async () => {
        for (let time = 0; time < times; time += 1) {
          let acted = 0;
          await io(`call ${task}.${time}`, () => (acted += 1), { faults })().catch((error: unknown) => seen.push((error as Error).message));
          if (acted > 1) seen.push("duplicate");
        }
      });
    }
  };
}

const programs = fc.record({
  calls: fc.array(fc.integer({ min: 1, max: 2 }), { minLength: 1, maxLength: 2 }),
  faults: fc.subarray([...kinds]),
  isAbortable: fc.boolean(),
});

/** Ways to merge sequences of these lengths. */
function merges(lengths: readonly number[]): number {
  let [all, ways] = [0, 1];
  for (const length of lengths) {
    for (let place = 1; place <= length; place += 1) {
      all += 1;
      ways = (ways * all) / place;
    }
  }
  return Math.round(ways);
}

describe("faults and aborts", () => {
  it("never happen in plain JavaScript's order", law(), async () => {
    await fc.assert(
      fc.asyncProperty(programs, fc.constantFrom("production", "latency", "chaos"), async (program, order) => {
        const seen: Seen = [];
        await explore(bodyOf(program, seen), { strategy: "fifo", order });
        expect(seen).toEqual([]);
      }),
      cases(60),
    );
  });

  it("are as many as brute force counts", law(), async () => {
    const rejecting = fc.subarray(["reject", "lost-answer"] as const);
    await fc.assert(
      fc.asyncProperty(programs, rejecting, async ({ calls }, faults) => {
        const exploration = await explore(bodyOf({ calls, faults, isAbortable: false }, []), { strategy: "exhaustive", order: "production", runs: 10_000 });
        const total = calls.reduce((sum, times) => sum + times, 0);
        // Each schedule without a fault, and the same with one of the faults in place of one of the requests.
        const expected = merges(calls.map((times) => 2 * times)) * (1 + total * faults.length);
        expect(exploration).toMatchObject({ verdict: "passed", complete: true });
        expect(exploration.distinct).toBe(expected);
      }),
      cases(30),
    );
  });

  it("aborts are as many as there are steps, in each schedule", law(), async () => {
    await fc.assert(
      fc.asyncProperty(programs, async ({ calls }) => {
        const exploration = await explore(bodyOf({ calls, faults: [], isAbortable: true }, []), { strategy: "exhaustive", order: "production", runs: 10_000 });
        const steps = calls.reduce((sum, times) => sum + 2 * times, 0);
        expect(exploration.complete).toBe(true);
        expect(exploration.distinct).toBe(merges(calls.map((times) => 2 * times)) * (1 + steps));
      }),
      cases(20),
    );
  });

  it("of a failure replay from its seeds, shrunk or not", law(60_000), async () => {
    let replays = 0;
    await fc.assert(
      fc.asyncProperty(programs, fc.constantFrom("production", "latency", "chaos"), fc.integer(), async (program, order, seed) => {
        const body = async (context: BodyContext): Promise<void> => {
          const seen: Seen = [];
          await bodyOf(program, seen)(context);
          context.invariant("nothing goes wrong", () => seen.length === 0);
        };
        const { failure } = await explore(body, { order, strategy: "random", seed, runs: 30, explain: false });
        if (failure === undefined) return;
        expect(failure.reproduced).toBe("5 of 5");
        for (const one of [failure.seed, failure.originalSeed]) {
          for (let time = 0; time < 5; time += 1) {
            const again = await explore(body, { seed: one, explain: false });
            expect(again.failure?.kind).toBe(failure.kind);
            replays += 1;
          }
        }
      }),
      cases(20),
    );
    expect(replays).toBeGreaterThanOrEqual(100);
  });

  it("are not missed by a search that takes independent steps for one", law(120_000), async () => {
    await fc.assert(
      fc.asyncProperty(programs, async (program) => {
        const [all, reduced]: [Seen, Seen] = [[], []];
        const options = { strategy: "exhaustive", order: "latency", runs: 2000 } as const;
        const whole = await explore(bodyOf(program, all), options);
        const less = await explore(bodyOf(program, reduced), { ...options, independence: "declared" });
        // Some programs are too large to be searched whole.
        if (!whole.complete) return;
        expect(less.complete).toBe(true);
        expect([...new Set(reduced)].sort()).toEqual([...new Set(all)].sort());
      }),
      cases(10),
    );
  });
});
