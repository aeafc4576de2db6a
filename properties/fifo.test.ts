/**
 * Decision 0 always means FIFO: a schedule without deviations is the order in which plain JavaScript runs the program.
 *
 * Under `production` that is exact for every construct there is: continuations, ticks and microtasks run natively.
 *
 * Under `latency` each await and each then is an event of its own, and the list of events is kept breadth first, as
 * the microtask queue is. That is exact for what `exact` names. Elsewhere unrelated tasks may change places (the
 * order within one chain of causes is untouched: the last test), in this share of random programs:
 *
 * - by design, half of them: `queueMicrotask` and `process.nextTick` run natively at the end of their step, and so
 *   before awaits that were registered earlier. Under `chaos`, where they are events, they are exact too, but for the
 *   place of a continuation of a promise that a tick has settled;
 * - because nothing can be seen, half of them: `await plainValue`, `yield plainValue` (and so every async generator),
 *   thenables that are no promises. They make no observable call, and take a place in the queue that is not counted.
 *   The Vite plugin marks the awaits;
 * - because the runtime's own reactions stand between a cause and its continuation. They are counted, so that the
 *   continuation comes at the right depth of the queue; but a promise that settles through them is settled too early
 *   for whoever subscribes meanwhile, and two ways of different length from one step cannot always be told apart:
 *   `Promise.all/allSettled/race/any` and adoption (`resolve(promise)`) 15 to 20 %, `for await` over an array of
 *   promises 25 %, `Promise` subclasses 40 %, `return promise` in an async function and settling a shared promise
 *   with a promise 6 %, `finally` and `return promise` in a then handler 2 %.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cases, law } from "./support/cases.ts";
import { constructs, programs, type Construct } from "./support/program.ts";
import { runNatively, runUnderHeddle } from "./support/runs.ts";
import { compile, END, sourceOf, taskOfLine } from "./support/source.ts";

const exact: readonly Construct[] = [
  "resolved", "rejected", "slot", "call", "then", "then both", "catch", "settle value", "settle error", "overlap",
  "try finally", "later immediate", "later timer", "immediate", "timer",
];

async function sameAsNative(source: string, order: "production" | "latency" | "chaos", scope: "all" | "user"): Promise<void> {
  const program = compile(source);
  const native = await runNatively(program);
  expect(native.at(-1)).toBe(END);
  const { exploration, logs } = await runUnderHeddle(program, { strategy: "fifo", order, scope });
  expect(exploration.failure, source).toBeUndefined();
  expect(logs.length).toBeGreaterThan(0);
  for (const log of logs) expect(log, source).toEqual(native);
}

describe("FIFO is plain JavaScript", () => {
  it("under production, for every construct", law(), async () => {
    await fc.assert(
      fc.asyncProperty(programs(constructs), (tree) => sameAsNative(sourceOf(tree), "production", "all")),
      cases(300),
    );
  });

  it.each(["all", "user"] as const)("under latency with scope %s, for the exact constructs", law(), async (scope) => {
    await fc.assert(
      fc.asyncProperty(programs(exact, 6), (tree) => sameAsNative(sourceOf(tree), "latency", scope)),
      cases(300),
    );
  });

  it("under chaos for the same, and for ticks and microtasks besides", law(), async () => {
    const more: readonly Construct[] = [...exact, "microtask", "later microtask", "tick"];
    await fc.assert(
      fc.asyncProperty(programs(more, 6), (tree) => sameAsNative(sourceOf(tree), "chaos", "all")),
      cases(300),
    );
  });

  it("dormant trampolines change nothing, for every construct", law(), async () => {
    await fc.assert(
      fc.asyncProperty(programs(constructs), async (tree) => {
        const program = compile(sourceOf(tree));
        expect(await runNatively(program, true)).toEqual(await runNatively(program));
      }),
      cases(300),
    );
  });
});

describe("a program whose order is inexact under latency", () => {
  it("keeps each chain of causes in its order, in every schedule", law(), async () => {
    // Tasks that share nothing and start nothing that they do not wait for: each is one chain, and has one order.
    const forked: readonly Construct[] = [
      "slot", "settle value", "settle error", "settle promise", "overlap", "all", "allSettled", "race", "any", "microtask",
      "tick", "immediate", "timer", "for await of promises",
    ];
    const sequential = constructs.filter((construct) => !forked.includes(construct));
    await fc.assert(
      fc.asyncProperty(programs(sequential), fc.constantFrom("latency" as const, "chaos" as const), async (tree, order) => {
        const program = compile(sourceOf(tree));
        const native = await runNatively(program);
        const { exploration, logs } = await runUnderHeddle(program, { strategy: "random", order, scope: "all", runs: 3 });
        expect(exploration.failure).toBeUndefined();
        for (const log of logs) expect(byTask(log)).toEqual(byTask(native));
      }),
      cases(300),
    );
  });
});

function byTask(log: readonly string[]): ReadonlyMap<number, readonly string[]> {
  const lines = new Map<number, string[]>();
  for (const line of log) {
    const task = taskOfLine(line);
    lines.set(task, [...(lines.get(task) ?? []), line]);
  }
  return lines;
}
