import { explore, type Exploration } from "heddle";
import { describe, expect, test } from "vitest";
import { run } from "../vitest/child-vitest.test-helper.ts";
import { Finish } from "./finish.ts";

/**
 * Explores fixtures in a process of its own, by the built package: what a worker loads, the runtime itself has to be
 * able to load. Prints one line of JSON for each exploration.
 */
async function exploreInWorkers(...calls: readonly (readonly [fixture: string, options: string])[]): Promise<Record<string, unknown>[]> {
  const script = `
    import { explore } from "./dist/index.js";
    import { resolve } from "node:path";
    import { pathToFileURL } from "node:url";
    const report = ({ verdict, complete, runs, distinct, outcomes, saturated, orders, summary, failure, elapsedMs }) => ({
      verdict, complete, runs, distinct, outcomes, saturated, orders, summary, elapsedMs,
      failure: failure && { seed: failure.seed, sentence: failure.sentence, reproduced: failure.reproduced, foundAt: failure.foundAt, isError: failure.error instanceof RangeError },
    });
    for (const [fixture, options] of [${calls.map(([fixture, options]) => `["${fixture}", () => (${options})]`).join(", ")}]) {
      const module = pathToFileURL(resolve("src/harness/fixtures", fixture + ".fixture.js"));
      const outcome = await explore(module, options()).then(report, ({ code, message }) => ({ code, message }));
      console.log(JSON.stringify(outcome));
    }`;
  const { output } = await run(process.execPath, ["--input-type=module", "-e", script]);
  const lines = output.split("\n").filter((line) => line.startsWith("{"));
  expect(lines, output).toHaveLength(calls.length);
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

const LATENCY = 'order: "latency"';

describe("workers", () => {
  test("end complete together, with the same words as one thread", async () => {
    const options = `${LATENCY}, strategy: "exhaustive"`;
    const [alone, two, four] = await exploreInWorkers(["safe", `{ ${options} }`], ["safe", `{ ${options}, workers: 2 }`], ["safe", `{ ${options}, workers: 4 }`]);
    expect(alone).toMatchObject({ verdict: "passed", complete: true });
    for (const split of [two, four]) {
      const { verdict, complete, distinct, outcomes, summary } = alone!;
      expect(split).toMatchObject({ verdict, complete, distinct, outcomes, summary });
    }
  }, 30_000);

  test("find the same failure whatever their speed, and it is replayed by its seed", async () => {
    const options = `{ ${LATENCY}, strategy: "random", runs: 400, seed: 3, workers: 2 }`;
    const found = await exploreInWorkers(...Array.from({ length: 4 }, () => ["reversed", options] as const));
    const { seed, foundAt } = found[0]!["failure"] as { seed: string; foundAt: number };
    expect(foundAt).toBeGreaterThan(2);
    for (const { verdict, failure } of found) expect({ verdict, failure }).toMatchObject({ verdict: "failed", failure: { seed, foundAt, isError: true, reproduced: "5 of 5" } });
    const [replayed] = await exploreInWorkers(["reversed", `{ seed: "${seed}", workers: 2 }`]);
    expect(replayed).toMatchObject({ verdict: "failed", failure: { seed } });
  }, 30_000);

  test("share out the executions, and what they draw at random counts together", async () => {
    const [split] = await exploreInWorkers(["safe", `{ ${LATENCY}, strategy: "random", runs: 301, workers: 2 }`]);
    expect(split).toMatchObject({ runs: 301, distinct: 20, orders: [{ runs: 301, drawn: 301 }] });
    expect(split!["summary"]).toMatch(/^latency: none of 301 executions failed.*1 time in 100 on average/);
  }, 30_000);

  test("hold a `sometimes` if one of them has seen it", async () => {
    const [split] = await exploreInWorkers(["safe", `{ ${LATENCY}, strategy: "exhaustive", workers: 3 }`]);
    expect(split).toMatchObject({ verdict: "passed" });
  }, 30_000);

  test("stop when the time is up", async () => {
    const [split] = await exploreInWorkers(["safe", `{ ${LATENCY}, strategy: "random", runs: 1e9, timeMs: 200, workers: 2 }`]);
    expect(split).toMatchObject({ verdict: "passed", complete: false, orders: [{ ended: "time" }] });
  }, 30_000);

  test("tell the mistakes that they meet", async () => {
    const [missing, nothing, exits] = await exploreInWorkers(["missing", "{ workers: 2 }"], ["nothing", "{ workers: 2 }"], ["exits", "{ workers: 2 }"]);
    expect(missing).toMatchObject({ code: "BAD_OPTION", message: expect.stringMatching(/missing\.fixture\.js, cannot be loaded: .*The runtime itself loads it, without a bundler/) });
    expect(nothing).toMatchObject({ code: "BAD_OPTION", message: expect.stringMatching(/nothing\.fixture\.js, has no function for its default export/) });
    expect(exits!["message"]).toMatch(/a worker of the exploration ended with code 3 before it was done/);
  }, 30_000);

  test("refuse a function, and a strategy of one's own: neither can be sent to them", async () => {
    const misuse = async (exploration: Promise<Exploration>): Promise<string> => exploration.then(() => "none", (error: unknown) => String(error));
    expect(await misuse(explore(() => undefined, { workers: 2 }))).toMatch(/`workers` is 2, and a function cannot be sent to another thread: make the body the default export of a module.*new URL\("\.\/body\.js", import\.meta\.url\).*BAD_OPTION/);
    const strategy = { name: "own", pick: <Event>(legal: readonly Event[]) => legal[0]! };
    expect(await misuse(explore(() => undefined, { workers: 2, strategy }))).toMatch(/`workers` is 2, and the strategy "own" is one of your own/);
    expect((await explore(() => undefined, { workers: 1 })).verdict).toBe("passed");
  });

  test("a module without workers is explored in this thread", async () => {
    const exploration = await explore(new URL("./fixtures/safe.fixture.js", import.meta.url), { order: "latency", strategy: "exhaustive" });
    expect(exploration).toMatchObject({ verdict: "passed", complete: true, distinct: 20, outcomes: 20 });
  });
});

test("the earliest failure wins, whoever tells of his first", () => {
  const failures = [[0, 7], [1, 3], [2, 3], [3, 9]] as const;
  const told = (order: readonly number[]): boolean[] => {
    const memory = Finish.memory(4);
    const views = [0, 1, 2, 3].map((worker) => new Finish(memory, worker));
    for (const index of order) views[failures[index]![0]]!.failed(failures[index]![1]);
    // Whether each may still make its third execution.
    return views.map((view) => {
      view.made(2);
      return view.isBehind(true);
    });
  };
  for (const order of [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [1, 3, 0, 2]]) expect(told(order)).toEqual([false, false, true, true]);
});

describe("a worker that does not end by itself when the time is up", () => {
  test.concurrent("hangs in a body without end: the verdict says so, and is not green", async () => {
    const [outcome] = await exploreInWorkers(["endless", '{ order: "production", workers: 2, timeMs: 6000, runs: 4000 }']);
    expect(outcome).toMatchObject({ verdict: "failed", complete: false });
    expect((outcome!["failure"] as { sentence: string }).sentence).toMatch(/^livelock: worker [12] of 2 hung in execution \d+ of its own(?:, worker 2 of 2 .*)?, gave no sign of life after its time was up \(timeMs: 6000\), and was ended/);
  }, 60_000);

  test.concurrent.each(["never-loaded", "never-loaded-anywhere"])("does not get done loading the body (%s): that is the error", async (fixture) => {
    const [outcome] = await exploreInWorkers([fixture, "{ workers: 2, timeMs: 200 }"]);
    expect(outcome).toMatchObject({ code: "STUCK_WORKER", message: expect.stringMatching(/time was up \(timeMs: 200\)/) as string });
  }, 60_000);

  test("has no time at all: it makes one execution", async () => {
    const [fails, passes] = await exploreInWorkers(["always-fails", "{ workers: 2, timeMs: 0 }"], ["endless", "{ workers: 2, timeMs: 0, order: 'production' }"]);
    expect(fails).toMatchObject({ verdict: "failed", failure: { isError: true } });
    expect(passes).toMatchObject({ verdict: "passed" });
    expect(passes!["runs"]).toBeGreaterThan(0);
  }, 60_000);
});
