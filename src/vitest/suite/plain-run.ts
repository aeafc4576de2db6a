/** What is done alike with a test that is explored and with one whose failures are counted. */
import type { RunnerTestCase } from "vitest";
import type { ExploreOptions } from "../../harness/options.ts";
import { pathFromHere } from "../../runners/paths.ts";
import { messageOf } from "../../values/thrown.ts";
import { namePath } from "../replay-command.ts";
import type { Result } from "./explored-test.ts";
import type { FreshFile } from "./fresh-file.ts";
import { within } from "./limits.ts";
import type { SuiteReport, SuiteSettings } from "./settings.ts";

/** Those of vitest's configuration, in real ms. */
export interface TimeLimits {
  readonly testMs: number;
  readonly hookMs: number;
}

/** What is done with one test of a suite. */
export interface TestWork {
  /** How far it is. */
  readonly progress: SuiteReport;
  /**
   * Whether what came of it may come of what one execution has left for the next in the modules of its file: then it is done once
   * more, with the file evaluated afresh for each execution.
   */
  readonly mayPassAfresh: boolean;
  run(): Promise<SuiteReport>;
  /** @param before - what came of it with the file as it was. */
  exploreAfresh(file: FreshFile, before: SuiteReport): Promise<SuiteReport>;
}

/** How many hooks' time limits the whole of a plain run may take beside its test's. */
const HOOKS = 4;

/**
 * One run of a test as it is, with its hooks.
 * @param run - vitest's own.
 * @returns its result, or why there is none.
 */
export async function plainRun(test: RunnerTestCase, run: () => Promise<unknown>, limits: TimeLimits): Promise<Result | { readonly skipped: string }> {
  const { timeout } = test;
  const testMs = timeout > 0 ? timeout : limits.testMs;
  const limitMs = testMs + HOOKS * limits.hookMs;
  // A `test.race` keeps within the limit that it reads here.
  test.timeout = testMs;
  try {
    await within(limitMs, run(), `not ended after ${limitMs} ms`);
  } catch (error) {
    test.result = { state: "fail", errors: [{ message: messageOf(error), name: "Error", stack: "" }] };
  } finally {
    test.timeout = timeout;
  }
  const { result } = test as { result?: Result };
  if (result === undefined || result.state === "skip" || result.pending === true) return { skipped: result?.note ?? "it skips itself" };
  return result;
}

/** Does something with a test that is neither tried again nor repeated meanwhile. */
export async function withoutRetries<Answer>(test: RunnerTestCase, action: () => Promise<Answer>): Promise<Answer> {
  const { retry, repeats, mode } = test;
  test.retry = 0;
  test.repeats = 0;
  try {
    return await action();
  } finally {
    Object.assign(test, { retry, repeats, mode });
  }
}

/** Options of each of a test's explorations. */
export function commonOptions(test: RunnerTestCase, { latencyMs, replayOptions = "" }: SuiteSettings): ExploreOptions {
  return {
    name: namePath(test).join(" > "),
    latencyMs,
    replayCommand: `npx heddle replay {seed} ${pathFromHere(test.file.filepath)}${replayOptions}`,
    leaks: "ignore",
  };
}

/** Real ms until the whole search ends. */
export function leftUntilEnd({ endsAt }: SuiteSettings): number {
  // oxlint-disable-next-line no-restricted-properties -- real time, as another process measures it; no execution runs.
  return endsAt === undefined ? Number.POSITIVE_INFINITY : endsAt - Date.now();
}

/**
 * What came of a test whose file was evaluated afresh, and that did not help.
 * @param why - it could not be: in words.
 */
export function afreshInVain(before: SuiteReport, why: string = "with its file evaluated afresh for each execution, too"): SuiteReport {
  return before.verdict === "skipped" ? { ...before, summary: `${before.summary} (${why})` } : before;
}

export function firstLine(text: string | undefined): string {
  return (text ?? "no error").split("\n", 1)[0]!;
}
