/** Packages used concurrently as their READMEs say: no false alarm, and no assertion that cannot fail. */
import { explore } from "heddle";
import { describe, expect, test } from "vitest";
import { scenarios } from "./packages/all.ts";

describe.each(scenarios.map((scenario) => [scenario.package, scenario.promise, scenario] as const))("%s: %s", (_name, promise, { kept, broken, underLatency }) => {
  test("is kept under production", async () => {
    const { verdict, failure, runs, complete } = await explore(kept, { name: promise, order: "production", runs: 300 });
    expect(verdict, failure?.toString()).toBe("passed");
    expect(complete || runs === 300).toBe(true);
  });

  test(underLatency === undefined ? "is kept under latency" : `is blamed under latency: ${underLatency}`, async () => {
    const { failure } = await explore(kept, { name: promise, order: "latency", runs: 200 });
    expect(failure === undefined, failure?.toString()).toBe(underLatency === undefined);
  });

  test("is found broken where one thing is wrong, and replays", async () => {
    const { failure } = await explore(broken, { name: promise, order: "production" });
    expect(failure).toMatchObject({ order: "production", reproduced: "5 of 5" });
    const replayed = await explore(broken, { name: promise, seed: failure!.seed });
    expect(replayed.failure?.kind).toBe(failure!.kind);
  });
});
