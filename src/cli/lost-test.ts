import type { JournalEntry } from "../corpus/journal.ts";
import type { OrderName } from "../engine/options.ts";
import { decodeSeed } from "../engine/seed.ts";
import type { SuiteReport } from "../vitest/suite/settings.ts";
import type { RoundTest } from "./messages.ts";
import { replayCommandOf } from "./replay-command.ts";

/** How a test was lost. */
export interface Loss {
  readonly what: string;
  readonly isSilent: boolean;
}

/**
 * A test that hangs its thread, or takes its process with it, cannot tell what came of it. The journal knows what was
 * being tried.
 * @param how - what became of it, in words; and whether it only showed no sign of life, which may be for the machine's load.
 * @param entry - the execution that was under way: nothing if it was the native run.
 * @param order - the one that was searched.
 */
export function lostTest(test: RoundTest, { what, isSilent }: Loss, entry: JournalEntry | undefined, order: OrderName | "auto"): RoundTest {
  const { report } = test;
  if (entry === undefined) {
    const ended = isSilent ? ({ verdict: "not known", summary: `run as it is: ${what}` } as const) : ({ verdict: "fails natively", summary: what } as const);
    return { ...test, report: { ...report, ...ended } };
  }
  const runs = Math.max(report.runs, entry.execution);
  if (entry.deviations === 0) {
    return { ...test, report: { ...report, runs, verdict: "skipped", reason: "lost", summary: `with no deviation from plain JavaScript's order: ${what}` } };
  }
  if (order === "auto" && decodeSeed(entry.seed).order === "latency") {
    const fragile = { sentence: `rests on awaits that take no time: ${what}`, seed: entry.seed, report: reportOf(what, entry, test.path) };
    return { ...test, report: { ...report, runs: Math.max(report.runs, 1), verdict: "passed", fragile, latencyRuns: entry.execution } };
  }
  const lost: SuiteReport = { ...report, runs, verdict: "race", summary: what, seed: entry.seed, report: reportOf(what, entry, test.path) };
  return { ...test, report: lost };
}

function reportOf(what: string, { execution, deviations, seed }: JournalEntry, path: string): string {
  const differs = deviations === 1 ? "1 deviation" : `${deviations} deviations`;
  return [
    what,
    "",
    `This came of execution ${execution} of the search, with ${differs} from plain JavaScript's order (not shrunk: nobody was left to do that).`,
    "The seed was on the disk before the execution went on, so it replays what led there:",
    `replay: ${replayCommandOf(seed, path)}`,
  ].join("\n");
}
