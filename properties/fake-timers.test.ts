/**
 * Fake timers within an execution do what they do natively: programs that set timers, wait, and tell the clock to go on have
 * one course in plain JavaScript and in a schedule without deviations.
 */
import FakeTimersOfHeddle from "@sinonjs/fake-timers";
import fc from "fast-check";
import { explore, type OrderName } from "heddle";
import { expect, test } from "vitest";
import { cases, law } from "./support/cases.ts";

type Clock = ReturnType<typeof FakeTimersOfHeddle.install>;
type Log = (what: string) => void;

/** What a timer of the program does when it fires. */
type Effect =
  | { readonly does: "log" }
  | { readonly does: "awaits"; readonly times: number }
  | { readonly does: "sets"; readonly delayMs: number }
  | { readonly does: "ticks" };

type Action =
  | { readonly kind: "timer" | "interval"; readonly delayMs: number; readonly effect: Effect }
  | { readonly kind: "immediate" | "microtask" | "clear" | "next" | "nextAsync" | "runAll" | "runAllAsync" | "runToLastAsync" | "await" | "real turn" }
  | { readonly kind: "tick" | "tickAsync" | "set time"; readonly ms: number };

const delays = fc.integer({ min: 0, max: 60 });
const effects: fc.Arbitrary<Effect> = fc.oneof(
  fc.constant({ does: "log" } as const),
  fc.record({ does: fc.constant("awaits" as const), times: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ does: fc.constant("sets" as const), delayMs: delays }),
  fc.constant({ does: "ticks" } as const),
);
const actions: fc.Arbitrary<Action> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constantFrom("timer" as const, "timer" as const, "interval" as const), delayMs: delays, effect: effects }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom("tick" as const, "tickAsync" as const, "tickAsync" as const, "set time" as const), ms: delays }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom("immediate" as const, "microtask" as const, "clear" as const, "next" as const, "nextAsync" as const, "runAll" as const, "runAllAsync" as const, "runToLastAsync" as const, "await" as const, "real turn" as const) }) },
);

/** @param turn - a turn of the event loop, by the function that stood there before the clock was installed. */
async function run(program: readonly Action[], toFake: readonly string[], log: Log, turn: () => Promise<void>): Promise<void> {
  const clock: Clock = FakeTimersOfHeddle.install({ now: 1000, toFake: toFake as never, loopLimit: 50 });
  const handles: unknown[] = [];
  const told: Promise<unknown>[] = [];
  const fire = async (name: string, effect: Effect): Promise<void> => {
    log(`${name} at ${clock.now}`);
    if (effect.does === "sets") setTimeout(() => log(`${name}'s at ${clock.now}`), effect.delayMs);
    if (effect.does === "ticks") process.nextTick(() => log(`${name}'s tick`));
    for (let time = 0; effect.does === "awaits" && time < effect.times; time += 1) {
      await Promise.resolve();
      log(`${name} went on ${time}`);
    }
  };
  const act = async (action: Action, name: string): Promise<void> => {
    switch (action.kind) {
      case "timer": handles.push(setTimeout(() => told.push(fire(name, action.effect)), action.delayMs)); return;
      case "interval": handles.push(setInterval(() => told.push(fire(name, action.effect)), action.delayMs + 5)); return;
      case "immediate": setImmediate(() => log(`${name} at ${clock.now}`)); return;
      case "microtask": queueMicrotask(() => log(name)); return;
      case "clear": clearTimeout(handles.pop() as never); return;
      case "tick": clock.tick(action.ms); return;
      case "tickAsync": await clock.tickAsync(action.ms); return;
      case "set time": clock.setSystemTime(1000 + action.ms); return;
      case "next": clock.next(); return;
      case "nextAsync": await clock.nextAsync(); return;
      case "runAll": clock.runAll(); return;
      case "runAllAsync": await clock.runAllAsync(); return;
      case "runToLastAsync": await clock.runToLastAsync(); return;
      case "real turn": await turn(); return;
      case "await": await Promise.resolve(); return;
    }
  };
  try {
    for (const [index, action] of program.entries()) {
      const name = `${action.kind} ${index}`;
      await act(action, name).catch((error: Error) => log(`${name} threw ${error.message.split("\n", 1)[0]}`));
      log(`${name} done at ${clock.now}`);
    }
    await Promise.all(told);
    await turn();
  } finally {
    clock.uninstall();
  }
}

const everything = ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "setImmediate", "clearImmediate", "Date"];
// `process.nextTick` is not among them: vitest puts the real one back whenever it sends a message of its own.
const sets = fc.constantFrom(everything, [...everything, "queueMicrotask"], [...everything, "performance", "hrtime"], ["setTimeout", "clearTimeout", "setInterval", "Date"]);

async function course(program: readonly Action[], toFake: readonly string[]): Promise<readonly string[]> {
  const { setImmediate } = globalThis;
  const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
  const lines: string[] = [];
  await run(program, toFake, (line) => lines.push(line), turn);
  return lines;
}

/** Under `latency` they run natively, and so before awaits that were registered earlier (`fifo.test.ts`). */
function hasNativeQueues(program: readonly Action[]): boolean {
  return program.some((action) => action.kind === "microtask" || ("effect" in action && action.effect.does === "ticks"));
}

test.each<OrderName>(["production", "latency"])("fake timers have one course, natively and under %s", law(60_000), async (order) => {
  await fc.assert(
    fc.asyncProperty(fc.array(actions, { minLength: 1, maxLength: 12 }), sets, async (program, toFake) => {
      fc.pre(order === "production" || !hasNativeQueues(program));
      const native = await course(program, toFake);
      const courses: (readonly string[])[] = [];
      const { failure, uncontrolled } = await explore(async () => void courses.push(await course(program, toFake)), { strategy: "fifo", order, runs: 2 });
      expect([failure?.error, uncontrolled]).toEqual([undefined, []]);
      for (const one of courses) expect(one).toEqual(native);
      expect(courses.length).toBeGreaterThan(0);
    }),
    cases(150),
  );
});
