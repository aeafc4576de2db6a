import { test as vitestTest, type TestAPI } from "vitest";
import { raceOf } from "./chain.ts";
import type { RaceTestAPI } from "./types.ts";

export type { LinearizableSpecification, Operations } from "../fast-check/operations/specification.ts";
export type {
  RaceArbitrary,
  RaceBody,
  RaceCallable,
  RaceCaseValues,
  RaceContext,
  RaceEach,
  RaceEachBody,
  RaceFunction,
  RaceLinearizable,
  RaceMeta,
  RaceOptions,
  RaceProp,
  RacePropEach,
  RacePropFunction,
  RacePropOptions,
  RacePropertyParameters,
  RaceTestAPI,
  RaceVitestOptions,
} from "./types.ts";

/**
 * Adds `race` to a `test` of vitest's: to one that was extended with fixtures, which `race` then hands to its body.
 *
 * @example
 * ```ts
 * import { test as base } from "vitest";
 * import { withRace } from "heddle/vitest";
 *
 * const test = withRace(base.extend<{ port: number }>({ port: 8080 }));
 * test.race("two requests", async ({ port, spawn }) => { … });
 * ```
 */
export function withRace<Extra>(test: TestAPI<Extra>): RaceTestAPI<Extra> {
  const race = raceOf<Extra>(test);
  return new Proxy(test, {
    get: (target, key) => (key === "race" ? race : (Reflect.get(target, key) as unknown)),
    has: (target, key) => key === "race" || Reflect.has(target, key),
  }) as RaceTestAPI<Extra>;
}

/**
 * vitest's `test`, with everything it has, and `test.race`: a test that runs its body under many schedules.
 *
 * @example
 * ```ts
 * import { expect } from "vitest";
 * import { test } from "heddle/vitest";
 *
 * test.race("two withdrawals", async ({ spawn, io }) => {
 *   const db = io.wrap(new FakeDb({ balance: 100 }), "db");
 *   const wallet = new Wallet(db);
 *   await Promise.all([spawn("checkout", () => wallet.withdraw(60)), spawn("payout", () => wallet.withdraw(60))]);
 *   expect(await wallet.balance()).toBeGreaterThanOrEqual(0);
 * });
 * ```
 */
export const test: RaceTestAPI = withRace(vitestTest);

/** The same as `test`. */
export const it: RaceTestAPI = test;
