import { heddleVersion } from "../../corpus/version.ts";
import type { OrderName } from "../../engine/options.ts";
import type { RoundTest } from "../messages.ts";
import { tallyOf } from "./tally.ts";

/** What a search of a suite came to, as all outputs are made from it. */
export interface SuiteResults {
  readonly tests: readonly RoundTest[];
  readonly order: OrderName | "auto";
  readonly elapsedMs: number;
  /** Why it ended before all was tried, if it did. */
  readonly endedBy: "time" | "interrupt" | undefined;
  /** Errors outside of tests. */
  readonly errors: readonly string[];
}

const VERSION = 1;

/**
 * The results as JSON, for other tools. Readers ignore fields that they do not know; what they could not bear raises
 * `version`.
 */
export function suiteDocument({ tests, order, elapsedMs, endedBy, errors }: SuiteResults): string {
  const document = {
    format: "heddle-suite",
    version: VERSION,
    heddle: heddleVersion(),
    order,
    elapsedMs: Math.round(elapsedMs),
    ...(endedBy === undefined ? {} : { endedBy }),
    counts: Object.fromEntries(tallyOf(tests)),
    errors,
    tests: tests.map(({ file, path, name, report }) => {
      const { verdict, reason, summary, runs, complete, elapsedMs: testMs, seed, place, report: text, rests, fragile, failedAtFirst } = report;
      return {
        file,
        path,
        name,
        verdict: verdict === "exploring" ? "not ended" : verdict,
        ...(reason === undefined ? {} : { reason }),
        summary,
        schedules: runs,
        ...(rests === undefined ? {} : { rests }),
        ...(fragile === undefined ? {} : { fragile }),
        ...(failedAtFirst === undefined ? {} : { failedAtFirst }),
        complete: complete === true,
        elapsedMs: testMs,
        ...(seed === undefined ? {} : { seed }),
        ...(place === undefined ? {} : { place }),
        ...(text === undefined ? {} : { report: text }),
      };
    }),
  };
  return `${JSON.stringify(document, undefined, 1)}\n`;
}
