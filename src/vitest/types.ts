import type { TestAPI, TestContext, TestOptions } from "vitest";
import type { SuiteReport, SuiteSettings } from "./suite/settings.ts";
import type { PresentedFailure } from "./present-failure.ts";
import type { ArbitraryLike } from "../fast-check/arbitrary-like.ts";
import type { LinearizableSpecification, Operations } from "../fast-check/operations/specification.ts";
import type { BodyContext, ExploreOptions } from "../index.ts";

/**
 * What the body of a `test.race` is given: heddle's own context, and beneath it the members of vitest's test context
 * (`expect`, `task`, `annotate`, `onTestFinished`, …) and the fixtures of `test.extend`. Where both have a name,
 * heddle's counts.
 *
 * WARNING: fixtures are made once, before the first execution, and torn down after the last: what a fixture holds is
 * shared by all executions. State that tasks race for belongs into the body.
 */
export type RaceContext<Extra = object> = BodyContext & Omit<TestContext & Extra, keyof BodyContext>;

/** The function under test: builds fresh state and starts tasks. It is run many times. */
export type RaceBody<Extra = object> = (context: RaceContext<Extra>) => unknown;

/** The body of a `test.race.each`: the context first, the values of the case after it. */
export type RaceEachBody<Values extends readonly unknown[], Extra = object> = (context: RaceContext<Extra>, ...values: Values) => unknown;

/** Options of vitest's own that a race takes. */
export type RaceVitestOptions = Pick<TestOptions, "timeout" | "skip" | "only" | "todo" | "fails" | "tags" | "meta"> & {
  /** No line says what the green race is worth. For all races of a run: `HEDDLE_SUMMARY=0`. */
  readonly quiet?: boolean;
};

/**
 * What `test.race` takes: the options of `explore`; vitest's `timeout` (real ms), `skip`, `only`, `todo`, `fails`, `tags`,
 * `meta`; and `quiet`.
 */
export type RaceOptions = ExploreOptions & RaceVitestOptions;

/** What can be called to register a race, in the argument orders of vitest. */
export interface RaceCallable<Body> {
  /** `options` may be a number, as in vitest: the test's time limit in ms. */
  (name: string | Function, body: Body, options?: RaceOptions | number): void;
  (name: string | Function, options: RaceOptions, body: Body): void;
}

/** The values of a case one by one: of each place, what stands there in any of the cases. */
export type RaceCaseValues<Case extends readonly unknown[], Done extends readonly unknown[] = readonly []> = number extends Case["length"]
  ? readonly Case[number][]
  : Done["length"] extends Case["length"]
    ? Done
    : RaceCaseValues<Case, readonly [...Done, Case[Done["length"] & keyof Case]]>;

/**
 * `test.race.each(cases)(name, body, options)`: a race for each case, with vitest's title formatting (`%s`, `$name`).
 * The body gets the context first and the values of the case after it: arrays are spread, if all cases are arrays.
 */
export interface RaceEach<Extra = object> {
  <Case extends readonly unknown[] | readonly [unknown]>(cases: readonly Case[]): RaceCallable<RaceEachBody<RaceCaseValues<Case>, Extra>>;
  <Case>(cases: readonly Case[]): RaceCallable<RaceEachBody<readonly [Case], Extra>>;
  <Row = Readonly<Record<string, unknown>>>(
    header: TemplateStringsArray,
    ...values: readonly unknown[]
  ): RaceCallable<RaceEachBody<readonly [Row], Extra>>;
}

/**
 * Registers a test that runs `race(body)`: many executions of the body, each under another schedule.
 *
 * The hooks around it (`beforeEach`, `afterEach`, `aroundEach`, fixtures) run natively and once, around the whole
 * exploration, not around each execution: what an execution needs fresh is built in the body.
 *
 * A race is never concurrent with another: it has the thread's clock and promises to itself. In a
 * `describe.concurrent` it runs alone in its suite, and waits for races of other suites to end.
 * It is never retried or repeated: every attempt would try the same schedules.
 *
 * The search ends by itself before the test's time limit is reached, and says so in an annotation.
 *
 * @throws HeddleError `BAD_OPTION` when the arguments are neither `(name, body, options?)` nor `(name, options, body)`.
 */
export interface RaceFunction<Extra = object> extends RaceCallable<RaceBody<Extra>> {
  /** Runs this race, and no other test of the file that isn't marked so. */
  readonly only: RaceFunction<Extra>;
  readonly skip: RaceFunction<Extra>;
  readonly todo: RaceFunction<Extra> & ((name: string | Function) => void);
  /** Passes if, and only if, a race is found: a mistake in the use of heddle, or a body that isn't deterministic, fails. */
  readonly fails: RaceFunction<Extra>;
  /** Not to be had: a race has the thread's one clock to itself. Throws HeddleError `UNSUPPORTED`. */
  readonly concurrent: never;
  skipIf(condition: unknown): RaceFunction<Extra>;
  runIf(condition: unknown): RaceFunction<Extra>;
  readonly each: RaceEach<Extra>;
  readonly prop: RaceProp<Extra>;
  readonly linearizable: RaceLinearizable;
}

/**
 * `test.race.linearizable(name, specification, options?)`: a test that calls the operations of a shared object side by
 * side, in generated programs under many schedules, and fails where what came out is what no order of the same operations
 * gives, one after another. See `linearizable` of `heddle/fast-check`, which says what a specification is.
 * It needs fast-check 4.
 * @throws HeddleError `BAD_OPTION` where there is no specification; `UNSUPPORTED`, in the test, where there is no fast-check.
 */
export type RaceLinearizable = <Subject, State, Own extends Operations>(
  name: string | Function,
  specification: LinearizableSpecification<Subject, State, Own>,
  options?: RacePropOptions<readonly unknown[]> | number,
) => void;

/** An arbitrary of fast-check's, whose types need not be installed. */
export type RaceArbitrary<Value> = ArbitraryLike<Value>;

/** Parameters of fast-check's for a property. */
export interface RacePropertyParameters<Values extends readonly unknown[] = readonly unknown[]> {
  /** Inputs to generate. Default 100. */
  readonly numRuns?: number;
  /** A number: fast-check's seed, of the inputs. By default it comes from the name of the test. */
  readonly seed?: number | string;
  /** fast-check's path to a failing input, of a report. */
  readonly path?: string;
  /** Inputs that are tried first. */
  readonly examples?: readonly NoInfer<Values>[];
  readonly verbose?: boolean | number;
  readonly reporter?: (details: never) => void;
  readonly asyncReporter?: (details: never) => Promise<void>;
  readonly maxSkipsPerRun?: number;
  readonly endOnFailure?: boolean;
  readonly skipAllAfterTimeLimit?: number;
  readonly interruptAfterTimeLimit?: number;
  readonly markInterruptAsFailure?: boolean;
  readonly skipEqualValues?: boolean;
  readonly ignoreEqualValues?: boolean;
  readonly unbiased?: boolean;
}

/** Options of `test.race.prop`: those of `test.race`, and fast-check's. `runs` is for all inputs together. */
export type RacePropOptions<Values extends readonly unknown[]> = Omit<RaceOptions, "seed" | "workers" | "shard"> & RacePropertyParameters<Values>;

/** What registers a property, and its links: as those of `test.race`, with the generated values behind the context. */
export interface RacePropFunction<Values extends readonly unknown[], Extra = object> extends RaceCallable<RaceEachBody<Values, Extra>> {
  readonly only: RacePropFunction<Values, Extra>;
  readonly skip: RacePropFunction<Values, Extra>;
  readonly todo: RacePropFunction<Values, Extra> & ((name: string | Function) => void);
  readonly fails: RacePropFunction<Values, Extra>;
  readonly concurrent: never;
  skipIf(condition: unknown): RacePropFunction<Values, Extra>;
  runIf(condition: unknown): RacePropFunction<Values, Extra>;
  /** The body gets the context, the generated values, and then those of the case. */
  readonly each: RacePropEach<Values, Extra>;
}

/** `test.race.prop(arbitraries).each(cases)(name, body)`. */
export interface RacePropEach<Values extends readonly unknown[], Extra = object> {
  <Case extends readonly unknown[] | readonly [unknown]>(cases: readonly Case[]): RaceCallable<RaceEachBody<readonly [...Values, ...RaceCaseValues<Case>], Extra>>;
  <Case>(cases: readonly Case[]): RaceCallable<RaceEachBody<readonly [...Values, Case], Extra>>;
}

/**
 * `test.race.prop(arbitraries, options?)(name, body)`: the body is run with many generated inputs, and with each under
 * many schedules. Arbitraries are a list (`(context, ...values) => …`) or a record (`(context, { name }) => …`).
 * It needs fast-check 4.
 * @throws HeddleError `BAD_OPTION` for what are no arbitraries; `UNSUPPORTED`, in the test, where there is no fast-check.
 */
export interface RaceProp<Extra = object> {
  <Values extends readonly [unknown, ...unknown[]]>(
    arbitraries: { readonly [Index in keyof Values]: RaceArbitrary<Values[Index]> },
    options?: RacePropOptions<Values>,
  ): RacePropFunction<Values, Extra>;
  <Fields extends object>(
    arbitraries: { readonly [Name in keyof Fields]: RaceArbitrary<Fields[Name]> },
    options?: RacePropOptions<readonly [Fields]>,
  ): RacePropFunction<readonly [Fields], Extra>;
}

/** vitest's `test`, with all its members, and `race`. */
export type RaceTestAPI<Extra = object> = TestAPI<Extra> & { readonly race: RaceFunction<Extra> };

/** What an exploration came to, in `task.meta.heddle`: for reporters, and in the JSON reporter's output. */
export interface RaceMeta extends PresentedFailure {
  readonly verdict: "passed" | "failed";
  readonly complete: boolean;
  readonly runs: number;
  readonly distinct: number;
  /** The base seed, or the seed that replays the failure. */
  readonly seed: string;
  /** What the verdict is worth. */
  readonly summary: string;
}

declare module "vitest" {
  interface TaskMeta {
    heddle?: RaceMeta;
    heddleSuite?: SuiteReport;
  }
  interface ProvidedContext {
    heddle: SuiteSettings;
  }
}
