import { extended, raceTest, type RaceTest, type Register } from "./race-test.ts";

export type { RaceFunction, RaceTest, RaceTestOptions } from "./race-test.ts";

type Register3 = (name: string, run: () => Promise<void>, timeout?: number) => unknown;

/** As much of Jest's `test` as is needed: the global one, or that of `@jest/globals`. */
export interface JestTest extends Register3 {
  readonly only: Register3;
  readonly skip: Register3;
}

/**
 * Adds `race` to a `test` of Jest's.
 *
 * @example
 * ```ts
 * import { test as base } from "@jest/globals";
 * import { withRace } from "heddle/jest";
 *
 * const test = withRace(base);
 * test.race("two withdrawals", async ({ spawn, io }) => { … });
 * ```
 */
export function withRace<Test extends object>(test: Test): Test & { readonly race: RaceTest } {
  // Jest's types say more of a test's function than is to be said here.
  const jestTest = test as unknown as JestTest;
  const by = (register: Register3): Register => (name, run, timeout) => void register(name, () => run({ tell: warn }), timeout);
  return extended(test, raceTest({ test: by(jestTest), only: by(jestTest.only), skip: by(jestTest.skip) }));
}

/** Jest's global `test`, with `test.race`: a test that runs its body under many schedules. Under `injectGlobals: false` see `withRace`. */
export const test: JestTest & { readonly race: RaceTest } = withRace((globalThis as { test?: JestTest }).test ?? noGlobals());

/** The same as `test`. */
export const it: JestTest & { readonly race: RaceTest } = test;

/** Jest shows where each line was printed, too much for each green race. */
function warn(line: string, isWarning: boolean): void {
  if (isWarning) console.warn(line);
}

/** Outside of Jest, or without its globals, there is nobody to register a test with. */
function noGlobals(): JestTest {
  const register = (): never => {
    throw new Error("heddle/jest: there is no global `test` here. In Jest, with `injectGlobals: false`: const test = withRace(base), with `test` of @jest/globals for base");
  };
  return Object.assign(register, { only: register, skip: register });
}
