import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cases, law } from "../../properties/support/cases.ts";
import { ForestProgram, forests, type Tree } from "../../properties/support/forests.ts";
import { drivePlan, simulate } from "../../properties/support/simulation.ts";
import type { Outcome } from "../engine/outcome.ts";
import type { ExecutionRequest, Plan } from "../engine/plan.ts";
import { scheduleOf, type Schedule } from "../engine/schedule.ts";
import type { ReplayStrategy, Strategy } from "../engine/strategy.ts";
import { random } from "./random.ts";
import { replay } from "./replay.ts";

function run(strategy: Strategy, forest: readonly Tree[]): { readonly outcome: Outcome; readonly order: readonly number[] } {
  const program = new ForestProgram(forest);
  function* plan(): Plan<Outcome> {
    strategy.begin?.(0);
    const request: ExecutionRequest = { strategy, order: "latency" };
    return yield request;
  }
  return { outcome: drivePlan(plan(), () => program), order: program.order };
}

/** A random schedule, with the checks of its events. */
function checkedSchedule(forest: readonly Tree[], seed: number): { readonly outcome: Outcome; readonly order: readonly number[]; readonly schedule: Schedule } {
  const { outcome, order } = run(random(String(seed)), forest);
  const lenient: ReplayStrategy = replay(scheduleOf(outcome.choices), false);
  run(lenient, forest);
  return { outcome, order, schedule: lenient.effective() };
}

describe("replay", () => {
  it("of any schedule, checked or not, takes the same course", law(), () => {
    fc.assert(
      fc.property(forests(12), fc.nat(), (forest, seed) => {
        const { outcome, order, schedule } = checkedSchedule(forest, seed);
        for (const strategy of [replay(scheduleOf(outcome.choices), false), replay(scheduleOf(outcome.choices), true), replay(schedule, true)]) {
          const again = run(strategy, forest);
          expect(again.order).toEqual(order);
          expect(again.outcome.trace).toBe(outcome.trace);
          expect(again.outcome.diverged).toBeUndefined();
          // And the same object once more: nothing of the first time is left in it.
          expect(run(strategy, forest).order).toEqual(order);
        }
        expect(schedule).toHaveLength(outcome.choices.length / 2);
      }),
      cases(300),
    );
  });

  it("of what was held back, and until when, takes the same course as what went first instead", law(), () => {
    let isHeldForATime = false;
    fc.assert(
      fc.property(forests(12), fc.nat(), (forest, seed) => {
        const { outcome, order } = run(random(String(seed)), forest);
        const first = replay(scheduleOf(outcome.choices), true);
        first.noteHeldBack();
        run(first, forest);
        const held = first.heldBack();
        isHeldForATime ||= held.some(({ until }) => until !== undefined);
        const again = replay(held, true);
        again.noteHeldBack();
        const { outcome: same, order: sameOrder } = run(again, forest);
        expect(sameOrder).toEqual(order);
        expect(same.trace).toBe(outcome.trace);
        expect(again.effective()).toEqual(held);
        expect(again.heldBack()).toEqual(held);
      }),
      cases(500),
    );
    expect(isHeldForATime).toBe(true);
  });

  it("that is strict refuses a schedule made for another program, and says what it found", law(), () => {
    let refused = 0;
    fc.assert(
      fc.property(forests(10), forests(10), fc.nat(), (forest, other, seed) => {
        const { schedule, outcome } = checkedSchedule(forest, seed);
        if (schedule.length === 0) return;
        const strict = replay(schedule, true);
        const again = run(strict, other);
        const { diverged } = again.outcome;
        if (diverged === undefined) {
          // The other program has the same events at every deviation, and comes to them all.
          expect(strict.effective()).toEqual(schedule);
          return;
        }
        refused += 1;
        expect(diverged).toMatchObject({ code: "REPLAY_DIVERGED" });
        expect(diverged.message).toMatch(
          /at decision \d+ it expects an await \(id \w+\) at position \d+, where there is (none|await )|the body ended after \d+ decisions?, and the seed goes on at decision \d+/,
        );
        expect(outcome.diverged).toBeUndefined();
      }),
      cases(300),
    );
    expect(refused).toBeGreaterThan(50);
  });

  it("starves an event until nothing else can run", () => {
    const chain: Tree = { children: [{ children: [{ children: [] }] }] };
    const { order } = run(replay([{ kind: "starve", decision: 0, index: 0, check: undefined }], true), [{ children: [] }, chain]);
    expect(order).toEqual([1, 2, 3, 0]);
  });

  it("skips to a later event, and leaves the older ones where they stood", () => {
    const { order } = run(replay([{ kind: "skip", decision: 0, index: 2, check: undefined }], true), [1, 2, 3, 4].map(() => ({ children: [] })));
    expect(order).toEqual([2, 0, 1, 3]);
  });

  it("starves two at one decision", () => {
    const schedule: Schedule = [0, 1].map((index) => ({ kind: "starve", decision: 0, index, check: undefined }));
    const { order } = run(replay(schedule, true), [1, 2, 3].map(() => ({ children: [] })));
    expect(order).toEqual([2, 0, 1]);
  });

  it("that is not strict passes over what does not fit, and tells what came of it", () => {
    const strategy = replay([{ kind: "skip", decision: 0, index: 9, check: undefined }, { kind: "skip", decision: 1, index: 1, check: undefined }, { kind: "skip", decision: 70, index: 1, check: undefined }], false);
    const { order, outcome } = run(strategy, [1, 2, 3].map(() => ({ children: [] })));
    expect(order).toEqual([0, 2, 1]);
    expect(strategy.effective()).toHaveLength(1);
    expect(outcome.diverged).toBeUndefined();
  });

  it("finds the failure again that a search has found", () => {
    const forest = [1, 2, 3, 4].map(() => ({ children: [{ children: [] }] }));
    const program = (): ForestProgram =>
      new ForestProgram(forest, (order) => {
        if (order.indexOf(7) >= 0 && !order.includes(0)) throw new Error("overtaken");
      });
    const { found } = simulate(program, random("3"), { order: "latency" });
    expect(found?.shrunk.schedule.length).toBeGreaterThan(0);
    const again = simulate(program, replay(found!.shrunk.schedule, true), { order: "latency", runs: 1, shrinkRuns: 0 });
    expect(again.found?.original.outcome.trace).toBe(found?.shrunk.outcome.trace);
  });
});
