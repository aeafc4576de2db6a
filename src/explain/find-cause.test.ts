import { describe, expect, it } from "vitest";
import { countable } from "../../properties/support/reference-programs-simulated.ts";
import { Machine, type SimulatedThreads } from "../../properties/support/reference-programs-machine.ts";
import { drivePlan, simulate } from "../../properties/support/simulation.ts";
import { random } from "../strategies/random.ts";
import { replay } from "../strategies/replay.ts";
import type { Plan } from "../engine/plan.ts";
import type { FailingSchedule } from "../engine/shrink.ts";
import { findCause, type MeasuredCause } from "./find-cause.ts";

const order = "chaos";

function causeOf(threads: SimulatedThreads, limits: { readonly runs?: number; readonly hasTime?: () => boolean } = {}): MeasuredCause {
  const program = (): Machine => new Machine(threads);
  const { found } = simulate(program, random("a"), { order });
  return drivePlan(findCause(found!.shrunk, { order, runs: limits.runs ?? 20_000, hasTime: limits.hasTime ?? (() => true), size: 200 }), program)!;
}

const told = ({ orders }: MeasuredCause): string[] => orders.map(({ before, after }) => `${before.id} < ${after.id}`).sort();
const percents = ({ shares }: MeasuredCause): number[] => [...shares.values()].map(({ failed, of }) => Math.round((100 * failed) / of));

describe("the share of executions that fail", () => {
  it.each([
    // Thread 0 reads under one lock, thread 1 writes under another one in between.
    ["wronglock_2", ["t1#3"]],
    // A setter was overtaken by the checker's three reads, one after another.
    ["reorder_4", ["t3#2", "t3#3"]],
    ["account", ["t1#1", "t2#1"]],
  ])("jumps in %s where it was decided", (name, deciding) => {
    const cause = causeOf(countable[name]!);
    expect(cause.deciding).toEqual(expect.arrayContaining(deciding));
    expect(cause.deciding.length).toBeLessThanOrEqual(deciding.length + 2);
    expect(percents(cause).at(-1)).toBe(100);
    expect(cause.base.failed / cause.base.of).toBeLessThan(0.5);
    expect(cause.isCutShort).toBe(false);
  });

  it("rises to all of them in twostage_3, by several steps", () => {
    const shares = percents(causeOf(countable["twostage_3"]!));
    expect(shares[0]).toBeLessThan(12);
    expect(shares.slice(-3)).toEqual([100, 100, 100]);
  });
});

describe("the orders that make a failure", () => {
  it.each([
    // Between the two reads of thread 0 comes the write of thread 1.
    ["wronglock_2", ["t0#2 < t1#3", "t1#3 < t0#3"]],
    // The checker is over before any of the setters has written its second value.
    ["reorder_3", ["t2#3 < t0#2", "t2#3 < t1#2"]],
    ["lostUpdate_2x1", ["t0#1 < t1#2", "t1#1 < t0#2"]],
    ["account", ["t1#1 < t0#1", "t2#1 < t0#1"]],
  ])("are those of the accesses in %s, though nothing is declared", (name, orders) => {
    const cause = causeOf(countable[name]!);
    expect(told(cause)).toEqual(orders);
    // Executions that keep all of them fail; of those that break one hardly any does.
    expect(cause.kept).toEqual({ failed: 200, of: 200 });
    for (const { broken } of cause.orders) expect(broken.failed / broken.of).toBeLessThan(0.1);
  });
});

describe("the passing order", () => {
  it.each(["wronglock_2", "reorder_4", "lostUpdate_2x1", "staleResponse_3"])("of %s passes", (name) => {
    const threads = countable[name]!;
    const { passing } = causeOf(threads);
    function* once(): Plan<boolean> {
      const outcome = yield { strategy: replay(passing!, false), order };
      return outcome.failure === undefined;
    }
    expect(drivePlan(once(), () => new Machine(threads))).toBe(true);
  });

  it("is none where every order fails", () => {
    const always: SimulatedThreads = { threads: countable["lostUpdate_2x1"]!.threads, end: () => false };
    const cause = causeOf(always);
    expect(cause.passing).toBeUndefined();
    expect(cause.orders).toEqual([]);
    expect(cause.base.failed).toBe(cause.base.of);
  });
});

describe("what it may spend", () => {
  it("is kept, and said where the time was up", () => {
    const cause = causeOf(countable["twostage_3"]!, { runs: 300 });
    expect(cause.runs).toBeLessThan(310);
    expect(cause.isCutShort).toBe(false);
    let looks = 0;
    const short = causeOf(countable["twostage_3"]!, { hasTime: () => (looks += 1) < 100 });
    expect(short.runs).toBeLessThan(110);
    expect(short.isCutShort).toBe(true);
  });

  it("is nothing where the schedule does not fail again", () => {
    const threads = countable["account"]!;
    const { found } = simulate(() => new Machine(threads), random("a"), { order });
    const other: FailingSchedule = { schedule: [], outcome: { ...found!.shrunk.outcome, choices: [] } };
    expect(drivePlan(findCause(other, { order, runs: 100, hasTime: () => true, size: 10 }), () => new Machine(threads))).toBeUndefined();
  });
});
