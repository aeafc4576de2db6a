import type { OrderName } from "../../engine/options.ts";
import type { PresentedFailure } from "../present-failure.ts";
import type { Fragility } from "../../harness/fragility.ts";

/** Under this name vitest's `provide` hands the settings to its workers. */
export const PROVIDED = "heddle";

/**
 * How long an I/O may take in the search of a suite, in virtual ms, unless another time is asked for: the sleeps that people
 * write in tests, before they look at what an I/O has done, are of 10 to 1,000 ms, and each of them can be too short.
 */
export const SUITE_LATENCY_MS = 1000;

/** How an unchanged suite is explored: plain data, made by the command line or by the Vite plugin. */
export interface SuiteSettings {
  /** The most executions for each test. */
  readonly runs: number;
  /** Of a first look at all tests: so many, before any of them is searched to its end. */
  readonly firstRuns?: number;
  /** `auto`: `production`, and with what is left of a test's budget `latency`, where a failure makes it fragile. */
  readonly order: OrderName | "auto";
  /** The longest that an I/O takes, in virtual ms; may be infinite. */
  readonly latencyMs: number;
  /** The most real time for the search of one test, in ms. */
  readonly testTimeMs: number;
  /** When the search of all tests ends, in real ms since the epoch. */
  readonly endsAt?: number;
  /** The base seed of the search; by default each test's name. */
  readonly seed?: string;
  /** A printed seed: the test it belongs to is replayed, and nothing else runs. */
  readonly replay?: string;
  /** The same, where the tests are known: seeds by `testKey`. */
  readonly replays?: Readonly<Record<string, string>>;
  /** A replay waits for a debugger on this port, and stops in it before the first step that deviates. */
  readonly inspectPort?: number;
  /** Failures are counted, and no race is looked for: so many schedules drawn at random, and so many native runs. */
  readonly rate?: { readonly runs: number; readonly native: number };
  /** Options without which a replay would not find the tests, with a blank before each: for the printed command. */
  readonly replayOptions?: string;
  /** A folder for the pages and documents of the failures that are found. */
  readonly reportFolder?: string;
  /** Tests that are not run at all. Names are `testKey`s, here and in `plainly`. */
  readonly leaveOut?: readonly string[];
  /** Tests that are run as they are and not explored, if their file is run at all. */
  readonly plainly?: readonly string[];
  /** Tests that are run as they are, as that is to be known of them. */
  readonly natively?: readonly string[];
}

/** What is known of one test. */
export type SuiteVerdict =
  /** No schedule failed. */
  | "passed"
  /** A schedule failed, and its seed replays it. */
  | "race"
  /** It fails without heddle, in plain JavaScript's order. */
  | "fails natively"
  /** It was not settled whether it fails without heddle. */
  | "not known"
  /** Not explored, for a reason. */
  | "skipped"
  /** Under way. */
  | "exploring"
  /** Run as it is, this time. */
  | "not explored";

/** Why a test was not explored, or not to an end, as far as many tests share it. `summary` says it of the one test. */
export type SkipReason =
  /** By the suite itself: `test.skip`, `test.todo`, `context.skip()`. */
  | "left out"
  | "no time"
  /** A second execution finds what the first has left behind. */
  | "outlives a run"
  /** Executions of one schedule differ. */
  | "not deterministic"
  /** A race that did not show in a fresh process. */
  | "not confirmed"
  /** It has ended its process, or hung it, without a deviation. */
  | "lost"
  /** heddle has refused it (a `HeddleError`). */
  | "refused";

/** What the exploration of one test came to, in `task.meta.heddleSuite`. */
export interface SuiteReport extends PresentedFailure {
  readonly verdict: SuiteVerdict;
  /** Executions of the search. */
  readonly runs: number;
  /** How many were to be made. */
  readonly totalRuns: number;
  /** Every schedule was tried. */
  readonly complete?: boolean;
  /** Real ms. */
  readonly elapsedMs: number;
  /** What the verdict is worth; or why the test was skipped. */
  readonly summary: string;
  /** What a passed test rests on, in words, where a timer has waited for an I/O that takes `latencyMs` at most. */
  readonly rests?: string;
  /** A first look has shown nothing, and more is left to be tried. */
  readonly isPartial?: boolean;
  /** It passes as things stand, and fails once an await takes time. */
  readonly fragile?: Fragility;
  /** Executions that looked for that. */
  readonly latencyRuns?: number;
  /** It failed natively, and passed when it was run again: in words. */
  readonly failedAtFirst?: string;
  /** Of those that were skipped. */
  readonly reason?: SkipReason;
  /** Replays the race. */
  readonly seed?: string;
  /** The race's whole report. */
  readonly report?: string;
  /** The path of the file that keeps it, where this run has written it. */
  readonly keptIn?: string;
  /** Where failures were counted. */
  readonly rate?: FailureRate;
  /** It fails natively where other tests were explored before, and may not where none was. */
  readonly isSpoilt?: boolean;
}

/** How often a test fails. */
export interface FailureRate {
  /** Legal schedules drawn at random. */
  readonly schedules: number;
  /** There are no others. */
  readonly isComplete?: boolean;
  /** By message, the most frequent first. */
  readonly failures: readonly RatedFailure[];
  readonly native: { readonly runs: number; readonly failed: number };
}

export interface RatedFailure {
  readonly message: string;
  readonly times: number;
  /** Of a shrunk schedule that fails so. */
  readonly seed?: string;
}

/** A test's name in the whole of a suite. */
export function testKey(file: string, name: string): string {
  return `${file}\n${name}`;
}
