import nodeTest from "node:test";
import { extended, raceTest, type RaceTest, type Register } from "./race-test.ts";

export type { RaceFunction, RaceTest, RaceTestOptions } from "./race-test.ts";

function by(options: { readonly only?: boolean; readonly skip?: boolean }): Register {
  return (name, run, timeout) => void nodeTest(name, { ...options, ...(timeout === undefined ? {} : { timeout }) }, (context) => run({ signal: context.signal, tell: (line) => context.diagnostic(line) }));
}

/**
 * `test` of `node:test`, with `test.race`: a test that runs its body under many schedules.
 *
 * @example
 * ```ts
 * import { test } from "heddle/node-test";
 *
 * test.race("two withdrawals", async ({ spawn, io }) => { … });
 * ```
 */
export const test: typeof nodeTest & { readonly race: RaceTest } = extended(nodeTest, raceTest({ test: by({}), only: by({ only: true }), skip: by({ skip: true }) }));

/** The same as `test`. */
export const it: typeof nodeTest & { readonly race: RaceTest } = test;
