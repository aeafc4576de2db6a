/**
 * `production` is what Node could do, no less and no more:
 *
 * - no less: whatever order Node takes, with I/O of real and random latency, is among those that `production` reaches;
 * - no more: every order that it tries keeps the rules of Node's event loop.
 *
 * Programs with a great many orders are left out: to say that one is not reached all must have been tried. So are native
 * runs in which the machine was late by itself: that a busy machine fires two timers in the wrong order is no order of
 * I/O.
 *
 * `npm run soak -- --only soundness` tries more of them.
 */
import { stat } from "node:fs";
import * as promises from "node:fs/promises";
import fc from "fast-check";
import { explore, type OrderName } from "heddle";
import { describe, expect, it } from "vitest";
import { draw, law } from "./support/cases.ts";
import { violations } from "./support/happens-before.ts";
import { lineOf, loopPrograms, play, type Entry, type LoopProgram, type Operation } from "./support/loop-program.ts";
import { LATENCY_MS, runNatively } from "./support/native-loop.ts";
import { freshGlobals } from "./support/runs.ts";

const PROGRAMS = 120;
/** Programs that run at once: more of them, and the machine is late. */
const AT_ONCE = 80;
const NATIVE_RUNS = 4;
/** Of one program. */
const MOST_ORDERS = 600;

interface Explored {
  readonly complete: boolean;
  readonly runs: readonly (readonly Entry[])[];
}

/** @param now - the clock that the program reads at each entry; by default none, as code that reads it settles when I/O was over. */
async function exploreOrders(program: LoopProgram, order: OrderName, runs: number, now: () => number = () => 0): Promise<Explored> {
  freshGlobals();
  const played: (readonly Entry[])[] = [];
  const { complete, failure } = await explore(
    async ({ io }) => {
      const entries = await play(program, {
        io: (id, act) => io(id, act)(),
        file: () => promises.stat(process.execPath),
        fileCallback: (callback) => stat(process.execPath, callback),
        now,
      });
      played.push(entries);
    },
    { order, strategy: "exhaustive", runs, latencyMs: LATENCY_MS },
  );
  expect(failure, JSON.stringify(program)).toBeUndefined();
  return { complete, runs: played };
}

/** Holds programs against Node. Gives how many could be, and the native orders that were seen of them. */
async function holdAgainstNode(programs: readonly LoopProgram[]): Promise<{ readonly held: number; readonly orders: number; readonly punctual: number }> {
  let [held, orders, punctual] = [0, 0, 0];
  for (let from = 0; from < programs.length; from += AT_ONCE) {
    const some = programs.slice(from, from + AT_ONCE);
    const native = await runNatively(some, NATIVE_RUNS);
    for (const [index, program] of some.entries()) {
      const { complete, runs } = await exploreOrders(program, "production", MOST_ORDERS);
      for (const run of runs) expect(violations(run), `${JSON.stringify(program)}\n${lineOf(run)}`).toEqual([]);
      punctual += native[index]!.length;
      if (!complete) continue;
      held += 1;
      const reached = new Set(runs.map(lineOf));
      const seen = new Set(native[index]!.map(lineOf));
      orders += seen.size;
      expect([...seen].filter((line) => !reached.has(line)), `not reached: ${JSON.stringify(program)}`).toEqual([]);
    }
  }
  return { held, orders, punctual };
}

function isAnswer({ type }: Operation): boolean {
  return type === "io" || type === "message";
}

/** What no clock of a real machine would show, if an answer takes a millisecond. */
function clockFaults(entries: readonly Entry[]): readonly string[] {
  const faults: string[] = [];
  const setAt = new Map<string, number>();
  let shownMs = 0;
  for (const { what, id, operation, atMs } of entries) {
    if (atMs < shownMs) faults.push(`${what} ${id} at ${atMs}, after ${shownMs}`);
    if (what === "run" && isAnswer(operation) && atMs === shownMs) faults.push(`${id} is answered in the millisecond ${atMs} of the step before`);
    const tookMs = atMs - (setAt.get(id) ?? atMs);
    if (what === "run" && "delayMs" in operation && tookMs < operation.delayMs) faults.push(`timer ${id} of ${operation.delayMs} ms fires after ${tookMs}`);
    if (what === "run" && operation.type === "io" && tookMs > 2 * LATENCY_MS + entries.length) faults.push(`${id} takes ${tookMs} ms`);
    if (what === "set" || what === "run") setAt.set(id, atMs);
    shownMs = atMs;
  }
  return faults;
}

describe("production", () => {
  it.each([
    [false, PROGRAMS],
    [true, Math.ceil(PROGRAMS / 4)],
  ])("reaches every order that Node takes, and none that Node's rules forbid (real files: %s)", law(300_000), async (files, usual) => {
    const programs = draw(loopPrograms(files), usual);
    const { held, orders, punctual } = await holdAgainstNode(programs);
    // Else nothing was held against anything.
    expect(held).toBeGreaterThan(programs.length / 2);
    expect(orders).toBeGreaterThan(held);
    expect(punctual).toBeGreaterThan(programs.length);
  });

  it("keeps the rules in native runs too, or they would be no rules", async () => {
    const programs = fc.sample(loopPrograms(false), AT_ONCE);
    for (const [index, runs] of (await runNatively(programs, NATIVE_RUNS)).entries()) {
      for (const run of runs) expect(violations(run), `${JSON.stringify(programs[index])}\n${lineOf(run)}`).toEqual([]);
    }
  });

  it("shows a clock that never goes back, tells answers apart, and is past each timer's deadline", law(120_000), async () => {
    let answers = 0;
    for (const program of draw(loopPrograms(false), PROGRAMS / 2)) {
      const { runs } = await exploreOrders(program, "production", 60, () => Date.now());
      for (const run of runs) {
        expect(violations(run), `${JSON.stringify(program)}\n${lineOf(run)}`).toEqual([]);
        expect(clockFaults(run), `${JSON.stringify(program)}\n${lineOf(run)}`).toEqual([]);
        answers += run.filter(({ what, operation }) => what === "run" && isAnswer(operation)).length;
      }
    }
    expect(answers).toBeGreaterThan(PROGRAMS);
  });

  it("is told from an order that is not Node's: chaos breaks the rules", async () => {
    const broken = new Set<string>();
    // A hundred break eight or more; of 25, one draw in fifteen broke only four.
    for (const program of fc.sample(loopPrograms(false), 100)) {
      const { runs } = await exploreOrders(program, "chaos", 30);
      for (const run of runs) for (const rule of violations(run)) broken.add(rule.replace(/[\d./]+/g, "_").replace(/_[^a-z]*/g, "_ "));
    }
    expect(broken.size).toBeGreaterThan(4);
  });
});

describe("the rules", () => {
  const log = (...lines: readonly (readonly [Entry["what"], string, Operation])[]): Entry[] => lines.map(([what, id, operation]) => ({ what, id, operation, atMs: 0 }));
  const [io, immediate, tick, microtask, message]: Operation[] = [{ type: "io" }, { type: "immediate" }, { type: "tick" }, { type: "microtask" }, { type: "message" }];
  const timer = (delayMs: number): Operation => ({ type: "timer", delayMs });

  it.each<readonly [string, Entry[], RegExp]>([
    ["registration before run", log(["run", "a", immediate!]), /a runs and was not set/],
    ["once", log(["set", "a", immediate!], ["run", "a", immediate!], ["run", "a", immediate!]), /or has run/],
    ["a tick before the next step", log(["set", "a", tick!], ["set", "b", immediate!], ["run", "b", immediate!]), /b runs before the tick a/],
    ["ticks FIFO", log(["set", "a", tick!], ["set", "b", tick!], ["run", "b", tick!]), /tick b runs before a/],
    ["microtasks FIFO", log(["set", "a", microtask!], ["set", "b", microtask!], ["run", "b", microtask!]), /microtask b runs before a/],
    ["a tick before microtasks, in a callback", log(["set", "a", immediate!], ["run", "a", immediate!], ["set", "b", tick!], ["set", "c", microtask!], ["run", "c", microtask!]), /runs before the tick b/],
    ["immediates FIFO", log(["set", "a", immediate!], ["set", "b", immediate!], ["run", "b", immediate!]), /immediate b runs before a/],
    ["immediates together", log(["set", "a", immediate!], ["set", "b", immediate!], ["set", "c", io!], ["act", "c", io!], ["run", "a", immediate!], ["run", "c", io!]), /c runs between immediates/],
    ["immediates before timers, once I/O was told", log(["set", "a", io!], ["set", "b", timer(1)], ["act", "a", io!], ["run", "a", io!], ["set", "c", immediate!], ["run", "b", timer(1)]), /timer b fires before immediates/],
    ["messages before immediates", log(["set", "a", immediate!], ["set", "b", message!], ["run", "a", immediate!]), /immediate a runs before the message b/],
    ["timers of a step by deadline", log(["set", "a", timer(2)], ["set", "b", timer(1)], ["run", "a", timer(2)]), /a fires before b, which is due first/],
    ["timers of one deadline FIFO", log(["set", "a", timer(1)], ["set", "b", timer(1)], ["run", "b", timer(1)]), /b fires before a, which was set first/],
    ["settle before reaction", log(["set", "a", io!], ["react", "a", io!]), /react of a before it is settled/],
    ["an I/O acts before it answers", log(["set", "a", io!], ["run", "a", io!]), /answered before it has acted/],
    ["all waits for all", log(["set", "a", { type: "combinator", name: "all", parts: [tick!] }], ["set", "a/0", tick!], ["run", "a", { type: "combinator", name: "all", parts: [tick!] }]), /all a is settled with 0 of 1/],
    ["nothing is lost", log(["set", "a", timer(1)]), /a never ran/],
  ])("%s", (_rule, entries, expected) => {
    expect(violations(entries).join("\n")).toMatch(expected);
  });
});
