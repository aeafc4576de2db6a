/**
 * A search that passes over what meets nothing comes to all that a search of every interleaving comes to, and its
 * schedules replay. Held on simulated programs: tasks that call operations of one or several steps, some of them awaited.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Instant } from "../src/engine/clock.ts";
import { PendingEvent, type Task } from "../src/engine/event.ts";
import type { Execution } from "../src/engine/execution.ts";
import type { ExplorationResult } from "../src/engine/exploration.ts";
import type { Program } from "../src/engine/host.ts";
import { Meetings } from "../src/engine/meetings.ts";
import { scheduleOf, type Schedule } from "../src/engine/schedule.ts";
import { Accesses, type Doing } from "../src/host/io/accesses.ts";
import { exhaustive } from "../src/strategies/exhaustive.ts";
import { replay } from "../src/strategies/replay.ts";
import { cases, law } from "./support/cases.ts";
import { observe, simulate } from "./support/simulation.ts";

interface StepOf {
  readonly file: number;
  readonly isWrite: boolean;
}

interface Call {
  readonly steps: readonly StepOf[];
  readonly isAwaited: boolean;
}

type Script = readonly (readonly Call[])[];

class Step extends PendingEvent {
  private readonly action: () => void;

  constructor(kind: "request" | "outside", task: Task, isIndependent: boolean, action: () => void) {
    super(kind, task);
    this.isIndependent = isIndependent;
    this.action = action;
  }

  override run(): void {
    this.action();
  }
}

class Calling implements Doing {
  readonly calledAt: number;
  toldAt = Number.POSITIVE_INFINITY;
  readonly name: string;

  constructor(name: string, at: number) {
    this.name = name;
    this.calledAt = at;
  }
}

/** Each task makes its calls; what an operation has read is seen when its end is told. */
class Scripted implements Program<Execution> {
  private readonly script: Script;
  private readonly meetings: Meetings | undefined;
  private readonly accesses: Accesses<Calling> = new Accesses();
  private readonly files: Map<number, string> = new Map();
  private open = 0;
  readonly log: string[] = [];

  constructor(script: Script, meetings: Meetings | undefined) {
    this.script = script;
    this.meetings = meetings;
  }

  get finished(): boolean {
    return this.open === 0;
  }

  /** What can be told from outside: what each task was told and when, and what is in the files at the end. */
  get seen(): string {
    return `${this.log.join(" ")} | ${[...this.files].sort().join(" ")}`;
  }

  start(execution: Execution): void {
    for (const [index, calls] of this.script.entries()) this.next(execution, execution.root.spawn(`t${index}`), calls, 0);
  }

  private next(execution: Execution, task: Task, calls: readonly Call[], at: number): void {
    const call = calls[at];
    if (call === undefined) return;
    const name = `${task.path} ${at}`;
    const calling = new Calling(name, this.accesses.now());
    this.meetings?.see(name);
    this.open += 1;
    const goOn = (): void => this.next(execution, execution.task, calls, at + 1);
    this.step(execution, task, call, calling, 0, execution.clock.instant(), [], goOn);
    if (!call.isAwaited) goOn();
  }

  private step(execution: Execution, task: Task, call: Call, calling: Calling, at: number, asked: Instant, read: string[], goOn: () => void): void {
    const step = call.steps[at];
    const isIndependent = this.meetings?.isIndependent(calling.name) === true;
    if (step === undefined) {
      const told = new Step("outside", task, false, () => {
        calling.toldAt = this.accesses.now();
        this.open -= 1;
        this.log.push(`${calling.name}:${read.join(",")}`);
        if (call.isAwaited) goOn();
      });
      execution.readyCompletion(told, asked);
      return;
    }
    const request = new Step("request", task, isIndependent, () => {
      const met = this.accesses.note({ place: `file ${step.file}`, isWrite: step.isWrite }, calling);
      for (const one of met) this.meetings?.meet(one.name);
      if (step.isWrite) this.files.set(step.file, `${calling.name}.${at}`);
      else read.push(this.files.get(step.file) ?? "-");
      this.step(execution, request.task, call, calling, at + 1, asked, read, goOn);
    });
    execution.readyRequest(request, asked, at > 0);
  }
}

interface Searched {
  readonly result: ExplorationResult;
  readonly outcomes: Set<string>;
  readonly schedules: readonly (readonly [Schedule, string])[];
}

const RUNS = 20_000;

function search(script: Script, meetings: Meetings | undefined): Searched {
  const outcomes = new Set<string>();
  const schedules: [Schedule, string][] = [];
  let program: Scripted | undefined;
  const strategy = observe(exhaustive(Number.POSITIVE_INFINITY), ({ choices }) => {
    outcomes.add(program!.seen);
    schedules.push([scheduleOf(choices), program!.seen]);
  });
  const result = simulate(() => (program = new Scripted(script, meetings)), strategy, { order: "production", runs: RUNS, meetings });
  return { result, outcomes, schedules };
}

/** Few steps: every interleaving has to be tried. */
const scripts = (files: number): fc.Arbitrary<Script> => {
  const step = fc.record({ file: fc.nat(files - 1), isWrite: fc.boolean() });
  const call = fc.record({ steps: fc.array(step, { minLength: 1, maxLength: 2 }), isAwaited: fc.boolean() });
  return fc.array(fc.array(call, { minLength: 1, maxLength: 2 }), { minLength: 2, maxLength: 3 });
};

function stepsOf(script: Script): number {
  return script.flat().reduce((sum, { steps }) => sum + steps.length + 1, 0);
}

test("what is passed over makes no difference that can be told", law(120_000), () => {
  let [held, spared] = [0, 0];
  fc.assert(
    fc.property(scripts(3), (script) => {
      fc.pre(stepsOf(script) <= 9);
      const plain = search(script, undefined);
      const passing = search(script, new Meetings());
      if (!plain.result.orders[0]!.complete) return;
      expect(passing.result.orders[0]!.complete).toBe(true);
      expect(passing.outcomes).toEqual(plain.outcomes);
      held += 1;
      if (passing.result.runs < plain.result.runs) spared += 1;
    }),
    cases(100),
  );
  // Else nothing was held against anything, or nothing was passed over.
  expect(held).toBeGreaterThan(40);
  expect(spared).toBeGreaterThan(10);
});

test("schedules of a search that passes over decisions replay without passing over any", law(), () => {
  fc.assert(
    fc.property(scripts(4), (script) => {
      const { schedules } = search(script, new Meetings());
      for (const [schedule, seen] of schedules.slice(-20)) {
        let program: Scripted | undefined;
        const again = replay(schedule, true);
        simulate(() => (program = new Scripted(script, new Meetings())), again, { order: "production", runs: 1 });
        expect(program!.seen).toBe(seen);
      }
    }),
    cases(60),
  );
});

test("operations on files of their own are searched as if they had one step", () => {
  const own = (file: number): Call => ({ steps: [{ file, isWrite: true }, { file, isWrite: false }, { file, isWrite: true }], isAwaited: true });
  const { result } = search([[own(0)], [own(1)], [own(2)]], new Meetings());
  expect(result.orders[0]).toMatchObject({ complete: true, distinct: 6 });
});
