import type { SuiteReport, SuiteSettings } from "../vitest/suite/settings.ts";

/** What one round of vitest is to do: handed to the process that runs it. */
export interface RoundRequest {
  readonly cwd: string;
  /** As on vitest's command line: parts of file names. */
  readonly filters: readonly string[];
  /** Options of vitest's own, as its command line takes them. */
  readonly vitest: Readonly<Record<string, unknown>>;
  readonly settings: SuiteSettings;
  /** A folder for journals: what each thread is trying. */
  readonly journals: string;
}

/** One test, as the round knows it. */
export interface RoundTest {
  /** As the table shows it, relative to the suite's root. */
  readonly file: string;
  /** The whole of the file's path. */
  readonly path: string;
  readonly name: string;
  readonly report: SuiteReport;
}

/** How many tests vitest has collected so far. */
export interface Collected {
  readonly wanted: number;
  /** By the pattern of `-t`: nothing is said of them. */
  readonly leftOut: number;
}

/** What the process that runs vitest says. */
export type RoundMessage =
  /** The state of what has changed since the last message. Sent now and then: also a sign of life. */
  | { readonly type: "state"; readonly collected: Collected; readonly tests: readonly RoundTest[] }
  /** vitest could not run the suite. */
  | { readonly type: "cannot run"; readonly text: string }
  /** Errors outside of tests, in words; and those for which a file could not be loaded. */
  | { readonly type: "done"; readonly errors: readonly string[]; readonly unloaded: readonly string[] };
