/**
 * Promises/A+ (https://promisesaplus.com) with its own tests, `promises-aplus-tests`: each of them is a body, so that
 * its promises are heddle's and its timers virtual. The specification says nothing of the order of different promises,
 * so the tests hold in every order but `chaos`, which also swaps the reactions of one promise (2.2.6). Some tests give
 * promises 15 ms of time: the bound on latency is below that.
 */
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { explore, type ExploreOptions } from "heddle";
import { expect, test } from "vitest";
import { law, lawSeed, scaled } from "./support/cases.ts";
import { freshGlobals } from "./support/runs.ts";

type Run = (done: (error?: unknown) => void) => void;

interface Suite {
  readonly names: readonly string[];
  /** Of this suite and those around it. */
  readonly before: readonly (() => void)[];
  readonly after: readonly (() => void)[];
}

/** What the suite's files are written for: a promise whose rejection is nobody's is none of the suite's business. */
const adapter = {
  resolved: (value: unknown) => Promise.resolve(value),
  rejected: (reason: unknown) => quiet(Promise.reject(reason as Error)),
  deferred: () => {
    let [resolve, reject]: ((value: unknown) => void)[] = [];
    const promise = quiet(new Promise((...resolvers) => ([resolve, reject] = resolvers)));
    return { promise, resolve, reject };
  },
};

function quiet<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => undefined);
  return promise;
}

/** The suite's tests, with the hooks around them: what mocha would have run. */
function collect(): ReadonlyMap<string, Run> {
  const tests = new Map<string, Run>();
  let suite: Suite = { names: [], before: [], after: [] };
  const globals = {
    adapter,
    describe: (name: string, define: () => void): void => {
      const outer = suite;
      suite = { names: [...outer.names, name], before: [...outer.before], after: [...outer.after] };
      define();
      suite = outer;
    },
    // In this suite hooks stand before the tests that they are for.
    beforeEach: (hook: () => void): void => void (suite = { ...suite, before: [...suite.before, hook] }),
    afterEach: (hook: () => void): void => void (suite = { ...suite, after: [...suite.after, hook] }),
    specify: (name: string, run: Run): void => {
      const { names, before, after } = suite;
      // Some have the same name as their neighbour.
      tests.set(`${tests.size + 1}: ${[...names, name].join(" > ")}`, (done) => {
        for (const hook of before) hook();
        const end: typeof done = (error) => {
          for (const hook of after) hook();
          done(error);
        };
        run(end);
        if (run.length === 0) end();
      });
    },
  };
  const require = createRequire(import.meta.url);
  const folder = join(dirname(require.resolve("promises-aplus-tests")), "tests");
  Object.assign(globalThis, globals, { it: globals.specify });
  for (const file of readdirSync(folder)) if (file.endsWith(".js")) require(join(folder, file));
  for (const name of [...Object.keys(globals), "it"]) Reflect.deleteProperty(globalThis, name);
  return tests;
}

const tests = collect();
/** "One of which throws": nobody handles what comes of it, so that a process would end. That is no matter of the specification. */
const UNHANDLED = 6;

test.each<readonly [string, ExploreOptions]>([
  ["production, in plain JavaScript's order", { order: "production", strategy: "fifo" }],
  ["latency, in plain JavaScript's order", { order: "latency", strategy: "fifo" }],
  ["chaos, in plain JavaScript's order", { order: "chaos", strategy: "fifo" }],
  ["latency, in any order", { order: "latency", strategy: "random", runs: scaled(5), latencyMs: 10, ...lawSeed() }],
])("every test of Promises/A+ passes under %s", law(60_000), async (_how, options) => {
  freshGlobals();
  const failing: string[] = [];
  let unhandled = 0;
  for (const [name, run] of tests) {
    let isDone = false;
    const body = (): Promise<void> =>
      new Promise((resolve, reject) => {
        isDone = false;
        run((error) => {
          isDone = error === undefined;
          return error === undefined ? resolve() : reject(error as Error);
        });
      });
    const { failure } = await explore(body, { runs: 1, scope: "all", leaks: "ignore", ...options });
    if (failure?.kind === "unhandled-rejection" && isDone) unhandled += 1;
    else if (failure !== undefined) failing.push(`${failure.kind}: ${String(failure.error)}: ${name}`);
  }
  expect(failing).toEqual([]);
  expect({ tests: tests.size, unhandled }).toEqual({ tests: 872, unhandled: UNHANDLED });
});
