/**
 * Libraries that schedule for themselves: promises of their own, queues of callbacks, schedulers over timers. Used
 * rightly they are blamed in no order; used wrongly they are found, and the seed replays.
 */
import { explore } from "heddle";
import { describe, expect, test } from "vitest";
import { scenarios as asyncLock } from "./libraries/async-lock.ts";
import { scenarios as async } from "./libraries/async.ts";
import { scenarios as bluebird } from "./libraries/bluebird.ts";
import { scenarios as rxjs } from "./libraries/rxjs.ts";
import { count, law, lawSeed } from "./support/cases.ts";

const RUNS = 200;
const scenarios = [...rxjs, ...async, ...bluebird, ...asyncLock];

describe.each(scenarios.map((scenario) => [scenario.package, scenario.promise, scenario] as const))("%s: %s", (_name, name, { kept, broken }) => {
  test.each(["production", "latency"] as const)("is kept under %s", law(), async (order) => {
    const most = count(RUNS);
    const { verdict, failure, runs, complete, uncontrolled } = await explore(kept, { name, order, runs: most, ...lawSeed() });
    expect(verdict, failure?.toString()).toBe("passed");
    expect(complete || runs === most).toBe(true);
    expect(uncontrolled).toEqual([]);
  });

  test("is found broken under production where one thing is wrong, and replays", async () => {
    const { failure } = await explore(broken, { name });
    expect(failure).toMatchObject({ order: "production", reproduced: "5 of 5" });
    const replayed = await explore(broken, { name, seed: failure!.seed });
    expect(String(replayed.failure?.error)).toBe(String(failure!.error));
  });
});
