/** Timers that are late: once in an execution a process may be held up, and what was to fire meanwhile fires behind that, in order. */
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { decodeSeed } from "../src/engine/seed.ts";
import { LATE_MS } from "../src/engine/lateness.ts";
import { exploreBetween } from "../src/harness/explore.ts";
import type { ExploreOptions } from "../src/harness/options.ts";
import type { Exploration } from "../src/harness/exploration.ts";
import { cases, law } from "./support/cases.ts";

const explore = (body: () => Promise<void>, options: ExploreOptions = {}): Promise<Exploration> => exploreBetween(body, { order: "latency", ...options }, () => undefined);

/** Timers of so many ms, each set when the one before fires. */
type Chain = readonly number[];

/** Sets the chains, and says which timers have fired, in order, and when. */
function run(chains: readonly Chain[]): Promise<string> {
  return new Promise((resolve) => {
    const fired: string[] = [];
    const begunAt = Date.now();
    let left = chains.length;
    const next = (chain: number, place: number): void => {
      setTimeout(() => {
        fired.push(`${chain}.${place}`);
        if (place + 1 < chains[chain]!.length) return next(chain, place + 1);
        left -= 1;
        if (left === 0) resolve(`${fired.join(" ")} at ${Date.now() - begunAt}`);
      }, chains[chain]![place]);
    };
    for (const chain of chains.keys()) next(chain, 0);
  });
}

/** The same by hand, with the timer of one firing late; `undefined`: none is. */
function simulate(chains: readonly Chain[], late: number | undefined): string {
  let [now, sequence, firings] = [0, 0, 0];
  const armed: { readonly chain: number; readonly place: number; readonly dueMs: number; readonly sequence: number }[] = [];
  const arm = (chain: number, place: number): void => void armed.push({ chain, place, dueMs: now + chains[chain]![place]!, sequence: (sequence += 1) });
  for (const chain of chains.keys()) arm(chain, 0);
  const fired: string[] = [];
  while (armed.length > 0) {
    armed.sort((one, other) => one.dueMs - other.dueMs || one.sequence - other.sequence);
    const isLate = firings === late;
    const { chain, place, dueMs } = armed.shift()!;
    now = Math.max(now, isLate ? dueMs + LATE_MS : dueMs);
    firings += 1;
    fired.push(`${chain}.${place}`);
    if (place + 1 < chains[chain]!.length) arm(chain, place + 1);
  }
  return `${fired.join(" ")} at ${now}`;
}

const chain: fc.Arbitrary<Chain> = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 3 });

describe("a timer that is late", () => {
  it("moves what is set after it, once in an execution, and nothing else is possible", law(), async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(chain, { minLength: 1, maxLength: 3 }), async (chains) => {
        const seen = new Set<string>();
        const { verdict, complete } = await explore(async () => void seen.add(await run(chains)), { strategy: "exhaustive", runs: 5000 });
        expect([verdict, complete]).toEqual(["passed", true]);
        const firings = chains.flat().length;
        const possible = [undefined, ...Array.from({ length: firings }, (_none, late) => late)].map((late) => simulate(chains, late));
        expect([...seen].sort()).toEqual([...new Set(possible)].sort());
      }),
      cases(60),
    );
  });

  /** The callbacks of a chain of two timers, and of one that looks at them. */
  const looksAfter = (limitMs: number) => (): Promise<void> =>
    new Promise((resolve, reject) => {
      let ended = false;
      setTimeout(() => setTimeout(() => (ended = true), 15), 5);
      setTimeout(() => (ended ? resolve() : reject(new Error("not ended"))), limitMs);
    });

  test("is found where a margin is small, and not where it is not", async () => {
    expect((await explore(looksAfter(25))).verdict).toBe("failed");
    expect((await explore(looksAfter(44))).verdict).toBe("failed");
    expect((await explore(looksAfter(46))).verdict).toBe("passed");
  });

  test("shows to who reads the clock, of a single timer too", async () => {
    const measures = (mostMs: number) => async (): Promise<void> => {
      const begunAt = Date.now();
      await new Promise((resolve) => setTimeout(resolve, 10));
      expect(Date.now() - begunAt).toBeLessThanOrEqual(mostMs);
    };
    expect((await explore(measures(34))).failure?.lateMs).toBe(LATE_MS);
    expect((await explore(measures(35))).verdict).toBe("passed");
  });

  test("is told, and in a seed that replays: one without it has no such decision", async () => {
    const { failure } = await explore(looksAfter(25));
    expect(failure?.lateMs).toBe(LATE_MS);
    expect(failure?.toString()).toContain(`timer of 5 ms fired ${LATE_MS} ms late`);
    expect(failure?.toString()).toContain(`happens once a timer is ${LATE_MS} ms late`);
    expect(decodeSeed(failure!.seed)).toMatchObject({ timersMayBeLate: true, schedule: [{ kind: "skip", index: 1 }] });
    expect((await explore(looksAfter(25), { seed: failure!.seed })).failure?.error).toEqual(new Error("not ended"));
    expect((await explore(looksAfter(46), { seed: failure!.seed })).verdict).toBe("passed");
  });

  test("is no business of production, nor of bodies that are no tests of a suite", async () => {
    expect((await explore(looksAfter(25), { order: "production" })).verdict).toBe("passed");
    const { explore: exploreBody } = await import("heddle");
    expect((await exploreBody(looksAfter(25), { order: "latency" })).verdict).toBe("passed");
  });
});
