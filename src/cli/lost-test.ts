import type { JournalEntry } from "../corpus/journal.ts";
import type { SuiteReport } from "../vitest/suite/settings.ts";
import type { RoundTest } from "./messages.ts";
import { replayCommandOf } from "./replay-command.ts";

/**
 * A test that hangs its thread, or takes its process with it, cannot tell what came of it. The journal knows what was
 * being tried.
 * @param what - what became of it, in words.
 * @param entry - the execution that was under way: nothing if it was the native run.
 */
export function lostTest(test: RoundTest, what: string, entry: JournalEntry | undefined): RoundTest {
  const { report } = test;
  if (entry === undefined) return { ...test, report: { ...report, verdict: "fails natively", summary: what } };
  const runs = Math.max(report.runs, entry.execution);
  if (entry.deviations === 0) {
    return { ...test, report: { ...report, runs, verdict: "skipped", reason: "lost", summary: `with no deviation from plain JavaScript's order: ${what}` } };
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
