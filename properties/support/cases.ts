/**
 * How many cases a law is tried on, and from which seed: the one place that says so, for laws that draw their cases
 * with fast-check and for those that have loops of their own. `npm run soak` sets the variables.
 *
 * | variable | what it does |
 * |---|---|
 * | `HEDDLE_LAW_SEED` | an integer that all laws draw from; without it each run draws anew |
 * | `HEDDLE_LAW_CASES` | a factor, at least 1: how many times the usual number of cases |
 * | `HEDDLE_LAW_REPORT` | a file that is told of each law, as lines of JSON (`LawReport`) |
 */
import { appendFileSync } from "node:fs";
import fc from "fast-check";
import { expect, type TestOptions } from "vitest";

/** One law's cases, or some of them where a test asks for several lots. */
export interface LawReport {
  /** With the names of what it stands in, and ` > ` between them. */
  readonly law?: string | undefined;
  readonly cases: number;
  readonly seed: number | undefined;
  /** Where the failing case lies in what the seed draws: fast-check takes it as `path`. */
  readonly path?: string;
  /** The failing case, as code. */
  readonly counterexample?: string;
}

const SEED = integerFrom("HEDDLE_LAW_SEED");
const FACTOR = Math.max(1, Number(process.env["HEDDLE_LAW_CASES"] ?? 1) || 1);
const REPORT = process.env["HEDDLE_LAW_REPORT"];

/** Whether a soak is under way. */
export const isSoak: boolean = REPORT !== undefined;

/** A case of an async law that takes longer than this has got stuck. Only a soak looks at the clock. */
const CASE_LIMIT_MS = 60_000;

/**
 * What makes a test a law, as the options of `test` or `it`: a law holds for every program that is drawn, so that more
 * cases and other seeds make sense. `npm run soak` runs the tests that have this tag, and no others.
 *
 * @param timeoutMs - for the usual number of cases; a soak has limits of its own.
 */
export function law(timeoutMs = 30_000): TestOptions {
  return { tags: ["law"], timeout: REPORT === undefined && FACTOR === 1 ? timeoutMs : 0 };
}

/** What takes long without drawing anything, such as whole commands, as the options of a test: a soak runs it, `npm test` does not. */
export function lawOfSoak(timeoutMs?: number): TestOptions {
  return { ...law(timeoutMs), skip: !isSoak };
}

/**
 * Parameters for fast-check.
 *
 * @param usual - the number of cases in `npm test`.
 * @param more - a `seed` given here is the usual one: a soak draws from its own.
 */
export function cases<T>(usual = 100, more: Omit<fc.Parameters<T>, "numRuns"> = {}): fc.Parameters<T> {
  const parameters: fc.Parameters<T> = { ...more, ...lawSeed(), numRuns: scaled(usual) };
  if (REPORT === undefined) return parameters;
  return { timeout: CASE_LIMIT_MS, ...parameters, reporter: (details) => tellOf(details) };
}

/** Draws cases for a law that does not go through `fc.assert`. */
export function draw<T>(arbitrary: fc.Arbitrary<T>, usual: number, more: { readonly seed?: number } = {}): T[] {
  return fc.sample(arbitrary, { ...more, ...lawSeed(), numRuns: count(usual) });
}

/** How often a law's own loop goes round. */
export function count(usual: number): number {
  const cases = scaled(usual);
  tell({ cases, seed: SEED });
  return cases;
}

/** The seed for an exploration within a law, where one is set; as an option that can be spread. */
export function lawSeed(): { readonly seed?: number } {
  return SEED === undefined ? {} : { seed: SEED };
}

/** @returns the usual number of cases, times the factor; tells nobody. */
export function scaled(usual: number): number {
  return Math.ceil(usual * FACTOR);
}

function tellOf<T>(details: fc.RunDetails<T>): void {
  const { numRuns, seed, failed, counterexample, counterexamplePath } = details;
  tell({
    cases: numRuns,
    seed,
    ...(counterexamplePath === null ? {} : { path: counterexamplePath }),
    ...(counterexample === null ? {} : { counterexample: fc.stringify(counterexample) }),
  });
  if (!failed) return;
  const { errorInstance: error } = details;
  const own = error instanceof Error ? error.stack : `threw ${String(error)}`;
  throw new Error(`${fc.defaultReportMessage(details)}${error === null ? "" : `\n${own}`}`, { cause: error });
}

function tell(report: LawReport): void {
  if (REPORT !== undefined) appendFileSync(REPORT, `${JSON.stringify({ law: expect.getState().currentTestName, ...report })}\n`);
}

function integerFrom(variable: string): number | undefined {
  const text = process.env[variable];
  if (text === undefined || text === "") return undefined;
  const value = Number(text);
  if (!Number.isInteger(value)) throw new Error(`${variable} is ${JSON.stringify(text)}; give an integer`);
  return value;
}
