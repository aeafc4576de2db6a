/**
 * Who calls a `then` is told from when it was read; only in doubt from the stack. Once somebody has read
 * `Promise.prototype.then` itself all is in doubt: so the same programs are run before that and after, and must take
 * the same courses.
 */
import { expect, it } from "vitest";
import type { OrderName } from "../src/index.ts";
import { draw, law } from "./support/cases.ts";
import { constructs, programs } from "./support/program.ts";
import { runUnderHeddle } from "./support/runs.ts";
import { compile, sourceOf } from "./support/source.ts";

const RUNS = 8;

async function coursesOf(source: string, order: OrderName): Promise<unknown> {
  const { exploration, logs } = await runUnderHeddle(compile(source), { strategy: "random", order, scope: "all", runs: RUNS, seed: 1 });
  return { logs, steps: exploration.steps, distinct: exploration.distinct, failure: exploration.failure?.kind };
}

it("is told without the stack as it is with it", law(), async () => {
  const sources = [...new Set(draw(programs(constructs), 150, { seed: 7 }).map(sourceOf))];
  const told = [];
  for (const source of sources) told.push([await coursesOf(source, "latency"), await coursesOf(source, "chaos")]);
  expect(typeof Promise.prototype.then).toBe("function");
  for (const [index, source] of sources.entries()) {
    expect([await coursesOf(source, "latency"), await coursesOf(source, "chaos")], source).toEqual(told[index]);
  }
  expect(sources.length).toBeGreaterThan(100);
});
