import { captureStack } from "../host/stack.ts";
import { greenLine, isQuiet } from "../harness/green-line.ts";
import { raceAt } from "../harness/race.ts";
import { placeOf, runningAt } from "../harness/race-identity.ts";
import type { ExploreOptions } from "../harness/options.ts";
import type { Body } from "../subjects/body-context.ts";

/** What a race test may be told: `timeout` is the runner's, in ms. */
export type RaceTestOptions = ExploreOptions & { readonly timeout?: number };

/** Registers a test that runs its body under many schedules. */
export interface RaceFunction {
  (name: string, body: Body, options?: RaceTestOptions): void;
  (name: string, options: RaceTestOptions, body: Body): void;
}

/** The same, with what the runner's `test` has of that kind. */
export interface RaceTest extends RaceFunction {
  readonly only: RaceFunction;
  readonly skip: RaceFunction;
}

/** What `run` is given by the runner, as far as it has it. */
export interface Running {
  readonly signal?: AbortSignal;
  /** Shows a line about a race that passed. */
  readonly tell?: (line: string, isWarning: boolean) => void;
}

/** Registers a test with the runner: `run` explores. */
export type Register = (name: string, run: (running?: Running) => Promise<void>, timeout: number | undefined) => void;

/** Makes `test.race` of a runner's three ways to register a test. */
export function raceTest(register: { readonly test: Register; readonly only: Register; readonly skip: Register }): RaceTest {
  const { test, only, skip } = register;
  return Object.assign(raceFunction(test), { only: raceFunction(only), skip: raceFunction(skip) });
}

function raceFunction(register: Register): RaceFunction {
  return function race(name: string, one: Body | RaceTestOptions, other?: Body | RaceTestOptions): void {
    const [body, given] = typeof one === "function" ? [one, other] : [other, one];
    const { timeout, ...options } = (given ?? {}) as RaceTestOptions;
    const place = placeOf(captureStack(race));
    register(name, async ({ signal, tell } = {}) => {
      const exploration = await raceAt(runningAt(place), body as Body, signal === undefined ? options : { signal, ...options });
      if (!isQuiet()) tell?.(greenLine(name, exploration), exploration.isVacuous);
    }, timeout);
  };
}

/** A runner's `test` with `race`, and all else that it has. */
export function extended<Test extends object>(test: Test, race: RaceTest): Test & { readonly race: RaceTest } {
  return new Proxy(test, {
    get: (target, key) => (key === "race" ? race : (Reflect.get(target, key) as unknown)),
    has: (target, key) => key === "race" || Reflect.has(target, key),
  }) as Test & { readonly race: RaceTest };
}
