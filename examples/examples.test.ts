import { explore, type FailureKind } from "heddle";
import { describe, expect, test } from "vitest";
import { examples, type ExampleName } from "./all.ts";

interface Expected {
  readonly kind: FailureKind;
  /** Executions of the default search within which it has to be found. */
  readonly within: number;
  /** The least latency (virtual ms) that it needs. */
  readonly latencyMs: number;
  /** In the error that the user's own code throws. */
  readonly error: RegExp;
}

/** Each of them is green in plain JavaScript's order, needs one deviation, and can happen in production. */
const expected: Record<ExampleName, Expected> = {
  wallet: { kind: "error", within: 10, latencyMs: 0, error: /160 !== 100/ },
  "bank-transfer": { kind: "error", within: 5, latencyMs: 10, error: /deeply equal|deep-equal/ },
  "stream-readers": { kind: "error", within: 10, latencyMs: 0, error: /no frames of type 104/ },
  "token-refresh": { kind: "error", within: 10, latencyMs: 60, error: /not the one that the server takes/ },
  deadlock: { kind: "deadlock", within: 5, latencyMs: 10, error: /deadlock/ },
};

describe.each(Object.entries(expected))("%s", (key, { kind, within, latencyMs, error }) => {
  test("is green in the order plain JavaScript takes", async () => {
    const { example } = await examples[key as ExampleName]();
    const { verdict, summary } = await explore(example.buggy, { name: example.name, strategy: "fifo", order: "production" });
    expect(verdict, summary).toBe("passed");
  });

  test("needs one deviation, and no more time than it says", async () => {
    const { example } = await examples[key as ExampleName]();
    const { failure, runs } = await explore(example.buggy, { name: example.name, strategy: "deviations" });
    expect(failure).toMatchObject({ kind, order: "production", reproduced: "5 of 5", latencyMs });
    expect(runs).toBeLessThanOrEqual(within);
    expect(failure?.deviations).toHaveLength(1);
    expect(String(failure?.error)).toMatch(error);
  });

  test("is found by the default search, under production", async () => {
    const { example } = await examples[key as ExampleName]();
    const { failure, runs } = await explore(example.buggy, { name: example.name });
    expect(failure).toMatchObject({ kind, order: "production", reproduced: "5 of 5" });
    expect(runs).toBeLessThanOrEqual(within * 2);
    expect(String(failure?.error)).toMatch(error);
  });

  test("replays from its seed, shrunk and as it was found", async () => {
    const { example } = await examples[key as ExampleName]();
    const { failure } = await explore(example.buggy, { name: example.name });
    for (const seed of [failure!.seed, failure!.originalSeed]) {
      const replayed = await explore(example.buggy, { name: example.name, seed });
      expect(replayed.failure?.kind).toBe(kind);
      expect(replayed.runs).toBe(1);
      expect(String(replayed.failure?.error)).toBe(String(failure!.error));
    }
  });

  test("its fixed twin passes", async () => {
    const { example } = await examples[key as ExampleName]();
    const { verdict, failure, uncontrolled } = await explore(example.fixed, { name: example.name, ...example.options });
    expect(verdict, failure?.toString()).toBe("passed");
    expect(uncontrolled).toEqual([]);
  });
});
