import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cases, law } from "../../properties/support/cases.ts";
import { drivePlan, simulate } from "../../properties/support/simulation.ts";
import { countOrders, ForestProgram, forests, sizeOf } from "../../properties/support/forests.ts";
import { fifo } from "../strategies/fifo.ts";
import { random } from "../strategies/random.ts";
import { replay } from "../strategies/replay.ts";
import type { FoundFailure } from "./exploration.ts";
import type { Outcome } from "./outcome.ts";
import type { ExecutionRequest, Plan } from "./plan.ts";
import { scheduleOf, type Schedule } from "./schedule.ts";
import { failsAlike, Shrinker } from "./shrink.ts";
import type { Strategy } from "./strategy.ts";

/** Fails where the events numbered in `pairs` have changed places, against the order of FIFO. */
function judgeOf(pairs: readonly (readonly [number, number])[]): (order: readonly number[]) => void {
  return (order) => {
    const at = new Map(order.map((event, index) => [event, index]));
    const isBroken = pairs.length > 0 && pairs.every(([one, two]) => at.has(one) && at.has(two) && at.get(two)! < at.get(one)!);
    if (isBroken) throw new Error("the order is broken");
  };
}

function fifoOrder(forest: Parameters<typeof sizeOf>[0]): readonly number[] {
  let program = new ForestProgram(forest);
  simulate(() => (program = new ForestProgram(forest)), fifo(), { order: "latency" });
  return program.order;
}

interface Case {
  readonly found: FoundFailure;
  readonly program: () => ForestProgram;
}

const searches = fc.record({ forest: forests(9), picks: fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 3 }), seed: fc.nat() });

/** A random schedule's failure, shrunk; `undefined` where none was found. */
function find({ forest, picks, seed }: typeof searches extends fc.Arbitrary<infer Value> ? Value : never, runs = 400): Case | undefined {
  const order = fifoOrder(forest);
  const pairs = picks.flatMap(([first, second]): [number, number][] => {
    const at = first % order.length;
    const later = at + 1 + (second % Math.max(1, order.length - at - 1));
    return later < order.length ? [[order[at]!, order[later]!]] : [];
  });
  const program = (): ForestProgram => new ForestProgram(forest, judgeOf(pairs));
  const { found } = simulate(program, random(String(seed)), { order: "latency", runs: 300, shrinkRuns: runs });
  return found === undefined ? undefined : { found, program };
}

function runSchedule(schedule: Schedule, strict: boolean, program: () => ForestProgram): Outcome {
  function* plan(): Plan<Outcome> {
    const request: ExecutionRequest = { strategy: replay(schedule, strict), order: "latency" };
    return yield request;
  }
  // `drive` leaves `begin` to the plan, and a fresh replay stands at its start.
  return drivePlan(plan(), program);
}

describe("shrinking", () => {
  it("leaves a schedule that fails alike, from which nothing can be taken, within its budget", law(), () => {
    const sizes: number[] = [];
    fc.assert(
      fc.property(searches, (one) => {
        const result = find(one);
        if (result === undefined) return;
        const { found, program } = result;
        const { schedule } = found.shrunk;
        sizes.push(schedule.length);
        expect(found.nondeterministic).toBe(false);
        expect(found.reproduced).toBe(found.confirmations);
        expect(found.shrinkRuns).toBeLessThanOrEqual(400);
        expect(schedule.length).toBeLessThanOrEqual(found.original.schedule.length);
        expect(failsAlike(runSchedule(schedule, true, program), found.original.outcome)).toBe(true);
        for (const deviation of schedule) {
          const less = runSchedule(schedule.filter((other) => other !== deviation), false, program);
          expect(failsAlike(less, found.original.outcome)).toBe(false);
        }
      }),
      cases(400),
    );
    expect(sizes.length).toBeGreaterThan(100);
    expect(Math.max(...sizes)).toBeGreaterThan(1);
  });

  it("spends no more than it may, and still gives a failing schedule", law(), () => {
    fc.assert(
      fc.property(searches, fc.nat(12), (one, budget) => {
        const result = find(one, budget);
        if (result === undefined) return;
        expect(result.found.shrinkRuns).toBeLessThanOrEqual(budget);
        const { shrunk, original } = result.found;
        expect(failsAlike(runSchedule(shrunk.schedule, true, result.program), original.outcome)).toBe(true);
      }),
      cases(100),
    );
  });

  /** So many chains of so many events each. */
  function chains(lengths: readonly number[]): Parameters<typeof sizeOf>[0] {
    return lengths.map((length) => {
      let tree: { children: { children: never[] }[] } = { children: [] };
      for (let left = 1; left < length; left += 1) tree = { children: [tree as never] };
      return tree;
    });
  }

  it("makes one deviation of one task's running far ahead, and one of the other's catching up", () => {
    // Events 0 to 9, and 10 to 19. The second chain's ninth comes before the first's third, and its last after the ninth.
    const judge = (order: readonly number[]): void => {
      const at = (event: number): number => order.indexOf(event);
      if (order.length === 20 && at(1) < at(10) && at(18) < at(2) && at(8) < at(19)) throw new Error("far ahead");
    };
    const program = (): ForestProgram => new ForestProgram(chains([10, 10]), judge);
    const turns = "AABBBBBBBBBAAAAAAABA";
    const inTurns: Strategy = {
      name: "in turns",
      pick: (legal, decision) => legal.find(({ task }) => (task.path === "main") === (turns[decision] === "A"))!,
    };
    function* found(): Plan<Outcome> {
      return yield { strategy: inTurns, order: "latency" };
    }
    const outcome = drivePlan(found(), program);
    const first = { schedule: scheduleOf(outcome.choices), outcome };
    expect(first.schedule.length).toBeGreaterThan(8);
    const { schedule } = drivePlan(new Shrinker(first, { order: "latency", replay, runs: 2000, hasTime: () => true }).run(), program);
    expect(failsAlike(runSchedule(schedule, true, program), outcome)).toBe(true);
    expect(schedule.some(({ until }) => until !== undefined)).toBe(true);
    expect(schedule.length).toBeLessThanOrEqual(3);
  });

  it("makes one deviation of an event that ran first where it should have run last, and of one held back", () => {
    // A chain of one and a chain of ten: the short one has to wait for all of the long one.
    const forest = chains([1, 10]);
    const program = (): ForestProgram => new ForestProgram(forest, judgeOf([[0, 10]]));
    const { found } = simulate(program, random("1"), { order: "latency", runs: 50_000 });
    expect(found?.shrunk.schedule).toHaveLength(1);
    expect(found?.shrunk.schedule[0]).toMatchObject({ kind: "starve", decision: 0, index: 0 });
    expect(countOrders(forest)).toBe(11);
  });

  it("gives up where FIFO itself fails: nothing deviates", () => {
    const program = (): ForestProgram =>
      new ForestProgram([{ children: [] }, { children: [] }, { children: [] }], (order) => {
        if (order.length === 3) throw new Error("always");
      });
    const outcome = runSchedule([{ kind: "skip", decision: 0, index: 1, check: undefined }], false, program);
    const shrinker = new Shrinker(
      { schedule: [{ kind: "skip", decision: 0, index: 1, check: undefined }], outcome },
      { order: "latency", replay, runs: 100, hasTime: () => true },
    );
    expect(drivePlan(shrinker.run(), program).schedule).toEqual([]);
    expect(shrinker.spent).toBe(1);
  });

  it("stops at once when the time is up", () => {
    const program = (): ForestProgram => new ForestProgram([{ children: [] }, { children: [] }], judgeOf([[0, 1]]));
    const schedule: Schedule = [{ kind: "skip", decision: 0, index: 1, check: undefined }];
    const first = { schedule, outcome: runSchedule(schedule, false, program) };
    const shrinker = new Shrinker(first, { order: "latency", replay, runs: 100, hasTime: () => false });
    expect(drivePlan(shrinker.run(), program)).toBe(first);
    expect(shrinker.spent).toBe(0);
  });
});

describe("failing alike", () => {
  const failing = (error: unknown, kind: "error" | "invariant" = "error"): Outcome => ({
    failure: { kind, error }, steps: 1, decisions: 0, switches: 0, latencyMs: 0, nextLatencyMs: Number.POSITIVE_INFINITY, delaysAddUp: false, timersMayBeLate: false, lateMs: 0, choices: [], trace: 0, result: 0, leaks: [], diverged: undefined,
  });

  it("is the same kind and the same words, whatever the numbers", () => {
    expect(failsAlike(failing(new Error("balance -20 of 3")), failing(new Error("balance -4000 of 12")))).toBe(true);
    expect(failsAlike(failing(new Error("balance")), failing(new Error("stock")))).toBe(false);
    expect(failsAlike(failing(new Error("a")), failing(new TypeError("a")))).toBe(false);
    expect(failsAlike(failing(new Error("a")), failing(new Error("a"), "invariant"))).toBe(false);
    expect(failsAlike(failing("thrown"), failing("other"))).toBe(true);
    expect(failsAlike(failing("thrown"), failing(1))).toBe(false);
  });

  it("is the same line where the words go on otherwise: two assertions may begin alike", () => {
    const unequal = (found: string): Error => new Error(`values are not equal:\n  found ${found}`);
    const elsewhere = (found: string): Error => new Error(`values are not equal:\n  found ${found}`);
    expect(failsAlike(failing(unequal("one")), failing(unequal("another")))).toBe(true);
    expect(failsAlike(failing(unequal("one")), failing(elsewhere("another")))).toBe(false);
    expect(failsAlike(failing(unequal("1")), failing(elsewhere("2")))).toBe(true);
  });

  it("is the same refusal of the system, whatever the path", () => {
    const refused = (code: string, syscall: string, path: string): Error => Object.assign(new Error(`${code}: ${syscall} '${path}'`), { code, syscall });
    expect(failsAlike(failing(refused("ENOENT", "unlink", "/tmp/x-aBc/1")), failing(refused("ENOENT", "unlink", "/tmp/x-dEf/1")))).toBe(true);
    expect(failsAlike(failing(refused("ENOENT", "unlink", "/a")), failing(refused("ENOENT", "open", "/a")))).toBe(false);
    expect(failsAlike(failing(refused("ENOENT", "open", "/a")), failing(refused("EACCES", "open", "/a")))).toBe(false);
  });

  it("is not failing and passing", () => {
    const passing = { ...failing(undefined), failure: undefined };
    expect(failsAlike(passing, passing)).toBe(true);
    expect(failsAlike(passing, failing(new Error("a")))).toBe(false);
  });
});
