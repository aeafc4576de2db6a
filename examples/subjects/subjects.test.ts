import { explore, type Body, type ExploreOptions, type FailureKind, type OrderName } from "heddle";
import { describe, expect, test } from "vitest";
import * as asyncGenerator from "./async-generator.ts";
import * as atomicSection from "./atomic-section.ts";
import * as databaseConnection from "./database-connection.ts";
import * as fileDescriptor from "./file-descriptor.ts";
import * as httpSession from "./http-session.ts";
import * as messagePort from "./message-port.ts";
import * as nodeStream from "./node-stream.ts";
import * as promiseOfMany from "./promise-of-many.ts";
import * as webStream from "./web-stream.ts";

interface Subject {
  readonly name: string;
  readonly unsafe: Body;
  readonly safe: Body;
  /** The order that the failure needs. */
  readonly order: OrderName;
  readonly error: RegExp;
  readonly kind?: FailureKind;
  /** Executions within which `auto` `deviations` and a random walk have to find it. */
  readonly within: number;
  /** What the searches of the safe version may spend: real files are slow. */
  readonly runs?: number;
  /** Executions within which all orders of the safe version under `production` are tried. */
  readonly completeWithin?: number;
}

const subjects: readonly Subject[] = [
  { name: "a database connection", ...databaseConnection, order: "production", within: 10, error: /both orders have the number 2/, completeWithin: 30 },
  { name: "an HTTP session", ...httpSession, order: "production", within: 10, error: /403 Forbidden/ },
  { name: "a promise of many", ...promiseOfMany, order: "production", within: 20, error: /deadlock/, kind: "deadlock" },
  { name: "an atomic section", ...atomicSection, order: "production", within: 10, error: /two tasks are in the section|the total is/ },
  { name: "a Node stream", ...nodeStream, order: "latency", within: 600, error: /chunks taken: .*null/ },
  { name: "a WHATWG stream", ...webStream, order: "production", within: 20, error: /locked/ },
  { name: "an async generator", ...asyncGenerator, order: "production", within: 10, error: /seen: page 1,page 1/ },
  { name: "a file descriptor", ...fileDescriptor, order: "production", within: 20, error: /in the file: "record of [AB]\\n"/, runs: 40, completeWithin: 80 },
  { name: "a message port", ...messagePort, order: "production", within: 20, error: /were told: answer to B,answer to A/ },
];

/**
 * `deviations` tries the nearest to plain JavaScript's order first, so what it finds is minimal. What the others find
 * is shrunk until no deviation can be left out, which may be another, longer way to the same failure.
 */
const searches: readonly (readonly [options: ExploreOptions, deviations: number])[] = [
  [{ strategy: "deviations" }, 1],
  [{}, 4],
  [{ strategy: "random" }, 4],
];

describe.each(subjects)("$name", ({ name, unsafe, safe, order, error, kind = "error", within, runs = 300, completeWithin }) => {
  test("unsafe: green in plain JavaScript's order", async () => {
    for (const fixed of ["production", "latency"] as const) {
      const { verdict, failure } = await explore(unsafe, { name, strategy: "fifo", order: fixed });
      expect(verdict, failure?.toString()).toBe("passed");
    }
  });

  test.each(searches)(`unsafe: found within ${within} executions, and shrunk: %o, at most %d deviations`, async (options, deviations) => {
    const { failure, runs: spent } = await explore(unsafe, { name, ...options });
    expect(failure, `not found in ${spent}`).toBeDefined();
    expect(failure).toMatchObject({ kind, order, reproduced: "5 of 5" });
    expect(spent).toBeLessThanOrEqual(within);
    expect(failure!.deviations.length).toBeGreaterThan(0);
    expect(failure!.deviations.length).toBeLessThanOrEqual(deviations);
    expect(String(failure!.error)).toMatch(error);

    const replayed = await explore(unsafe, { name, seed: failure!.seed });
    expect(String(replayed.failure?.error)).toBe(String(failure!.error));
  });

  test("safe: no schedule fails", async () => {
    for (const [options] of searches) {
      const { verdict, failure } = await explore(safe, { name, runs, ...options });
      expect(verdict, failure?.toString()).toBe("passed");
    }
  });

  test.runIf(completeWithin !== undefined)("safe: all orders are tried, on the real thing", async () => {
    const { complete, verdict, uncontrolled } = await explore(safe, { name, order: "production", strategy: "exhaustive", runs: completeWithin! });
    expect({ complete, verdict, uncontrolled }).toEqual({ complete: true, verdict: "passed", uncontrolled: [] });
  });
});

test("code between awaits is atomic under chaos too", async () => {
  const { verdict, failure } = await explore(atomicSection.safe, { order: "chaos", scope: "all", strategy: "random", runs: 500 });
  expect(verdict, failure?.toString()).toBe("passed");
});
