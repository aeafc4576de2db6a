import * as fc from "fast-check";
import { placeOf, type RacePlace } from "../harness/race-identity.ts";
import { captureStack } from "../host/stack.ts";
import { PropertyCheck, type Hooks, type InputSubject, type PropertyOutcome } from "./property-check.ts";
import { checkOptions, misuse, type RacePropertyBody, type RacePropertyOptions } from "./property-options.ts";

/** A property for `fc.assert` and `fc.check`, that runs its body with many inputs, and each under many schedules. */
export interface RaceProperty<Values extends unknown[]> extends fc.IAsyncPropertyWithHooks<Values> {
  /** What the last check was worth, in a sentence: inputs, executions, and of how many inputs all orders were tried. */
  readonly summary: string;
}

/**
 * An asynchronous property whose body is run with generated values, and with each of them under many schedules.
 *
 * `numRuns` of fast-check says how many inputs, `runs` how many executions in all. A failure shrinks over both: a smaller
 * input is tried under the schedule that failed, under schedules near it, and then by a short search. The line at the
 * end of the report (`HEDDLE_SEED=…`) brings back the input and the schedule; so do fast-check's `seed` and `path`, as
 * far as the search finds the failure again.
 *
 * Each execution gets a copy of its own of the values: arrays, plain objects, maps, sets, dates, buffers, and whatever
 * fast-check can clone. `beforeEach` and `afterEach` run around each execution, outside of it.
 *
 * @param args - arbitraries; then the body, `(context, ...values) => …`; then, if any, the options of `explore`, and
 *   `numRuns`, where `fc.assert` is told another number than 100.
 * @throws HeddleError `BAD_OPTION` where there is no body, or an option is not one of its own.
 *
 * @example
 * ```ts
 * await fc.assert(
 *   raceProperty(fc.array(fc.nat(100)), async ({ spawn }, amounts) => {
 *     const account = new Account(1000);
 *     await Promise.all(amounts.map((amount, index) => spawn(`withdrawal ${index}`, () => account.withdraw(amount))));
 *     if (account.balance < 0) throw new Error("overdrawn");
 *   }),
 * );
 * ```
 */
export function raceProperty<Values extends [unknown, ...unknown[]]>(
  ...args: [...arbitraries: { [Index in keyof Values]: fc.Arbitrary<Values[Index]> }, body: RacePropertyBody<Values>]
): RaceProperty<Values>;
export function raceProperty<Values extends [unknown, ...unknown[]]>(
  ...args: [...arbitraries: { [Index in keyof Values]: fc.Arbitrary<Values[Index]> }, body: RacePropertyBody<Values>, options: RacePropertyOptions]
): RaceProperty<Values>;
export function raceProperty(...args: unknown[]): RaceProperty<unknown[]> {
  const hasOptions = typeof args.at(-1) !== "function";
  const body = hasOptions ? args.at(-2) : args.at(-1);
  const arbitraries = args.slice(0, hasOptions ? -2 : -1);
  if (typeof body !== "function" || arbitraries.length === 0) throw misuse();
  const options = checkOptions(hasOptions ? args.at(-1) : {});
  return new CheckedProperty(arbitraries as fc.Arbitrary<unknown>[], () => ({ body: body as RacePropertyBody<unknown[]> }), options, placeOf(captureStack(raceProperty)));
}

type Hook = () => unknown;

/** What is behind a `RaceProperty`. */
export class CheckedProperty implements RaceProperty<unknown[]>, Hooks {
  private readonly inner: fc.IAsyncPropertyWithHooks<[unknown, ...unknown[]]>;
  private readonly check: PropertyCheck;
  private hasHooks = false;

  /** @param place - where it was made: without a name its seeds are known by that. */
  constructor(arbitraries: readonly fc.Arbitrary<unknown>[], subjectOf: (values: unknown[]) => InputSubject, options: RacePropertyOptions, place?: RacePlace) {
    const [first, ...rest] = arbitraries;
    // Generation, shrinking and hooks are fast-check's own; what it would run is never called.
    this.inner = fc.asyncProperty(first!, ...rest, () => Promise.resolve());
    const { asyncBeforeEach, asyncAfterEach, beforeEach, afterEach } = fc.readConfigureGlobal() as Record<string, unknown>;
    this.hasHooks = [asyncBeforeEach, asyncAfterEach, beforeEach, afterEach].some((hook) => hook !== undefined);
    this.check = new PropertyCheck(this.inner as unknown as fc.IAsyncProperty<unknown[]>, subjectOf, options, this, place);
  }

  get summary(): string {
    return this.outcome.summary;
  }

  get outcome(): PropertyOutcome {
    return this.check.outcome;
  }

  isAsync(): true {
    return true;
  }

  generate(random: fc.Random, run?: number): fc.Value<unknown[]> {
    return this.check.generate(random, run);
  }

  shrink(value: fc.Value<unknown[]>): fc.Stream<fc.Value<unknown[]>> {
    return this.check.shrink(value);
  }

  run(values: unknown[]): Promise<fc.PreconditionFailure | fc.PropertyFailure | null> {
    return this.check.run(values);
  }

  runBeforeEach(): Promise<void> {
    return this.inner.runBeforeEach();
  }

  runAfterEach(): Promise<void> {
    return this.inner.runAfterEach();
  }

  /** What runs between two executions of one input. */
  between(): Promise<unknown> | undefined {
    if (!this.hasHooks) return undefined;
    return this.inner.runAfterEach().then(() => this.inner.runBeforeEach());
  }

  beforeEach(hook: (previous: Hook) => unknown): this {
    this.hasHooks = true;
    this.inner.beforeEach(hook as Parameters<typeof this.inner.beforeEach>[0]);
    return this;
  }

  afterEach(hook: (previous: Hook) => unknown): this {
    this.hasHooks = true;
    this.inner.afterEach(hook as Parameters<typeof this.inner.afterEach>[0]);
    return this;
  }
}
