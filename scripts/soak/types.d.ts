/** A test that is marked as a law. */
export interface Law {
  /** Of the project, with `/` between folders. */
  readonly file: string;
  /** With the names of what it stands in, and ` > ` between them. */
  readonly name: string;
}

/** What `properties/support/cases.ts` tells of a law's cases. */
export interface LawReport {
  /** With the names of what it stands in, and ` > ` between them. */
  readonly law?: string;
  readonly cases: number;
  readonly seed?: number;
  readonly path?: string;
  readonly counterexample?: string;
}

export interface Request {
  readonly law: Law;
  readonly seed: number;
  /** How many times the usual number of cases. */
  readonly factor: number;
  /** After which it is killed. */
  readonly limitMs: number;
}

/**
 * - `passed`, `failed`;
 * - `hangs`: it had not ended at its limit, and was killed;
 * - `skipped`: the test says that it cannot be run here;
 * - `broken`: it has not come to run at all;
 * - `cut off`: the soak's own time was up.
 */
export type Outcome = "passed" | "failed" | "hangs" | "skipped" | "broken" | "cut off";

export interface Attempt {
  readonly request: Request;
  readonly outcome: Outcome;
  readonly cases: number;
  /** Of the law itself, without the start of its process. */
  readonly elapsedMs: number;
  /** The error's text, or the process's last lines. */
  readonly message: string;
  /** Of the lot of cases that failed. */
  readonly failing?: LawReport;
}

/** What is known of a law by now. */
export interface Record {
  readonly law: Law;
  readonly attempts: Attempt[];
  /** For the usual number of cases, on average. Undefined before the first attempt. */
  usualMs: number | undefined;
  isRunning: boolean;
  /** A process that was to try it with others of its file has not come to it. */
  isAlone: boolean;
}
