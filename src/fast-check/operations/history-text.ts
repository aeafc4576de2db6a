import type { Misfit } from "../../histories/verdict.ts";
import type { History } from "./recorded-run.ts";
import { renderHistory } from "../../report/history.ts";
import { showCall, type Call } from "./operations-program.ts";
import { showResult, type Result } from "./result.ts";

/** Cells of the diagram: it stands indented in a report. */
const COLUMNS = 96;

/** A history that cannot be ordered: a lane for each task, the longest order there is, and what fits nowhere. */
export function showHistory(history: History, finding: { readonly prefix: readonly number[]; readonly misfits: readonly Misfit<Result>[] }): string {
  return renderHistory(history, finding, { columns: COLUMNS, describe: ({ input }) => showCall(input as Call), answer: (output) => showResult(output as Result) });
}

/** The operations that fit nowhere, in a sentence. */
export function tellMisfit(history: History, { misfits }: { readonly misfits: readonly Misfit<Result>[] }): string {
  const [first] = misfits;
  if (first === undefined) return "no operation can come first";
  const { task, input, output } = history[first.operation]!;
  const answered = output === undefined ? "never returned" : "threw" in output ? `threw ${output.threw}` : `returned ${showResult(output)}`;
  const expected = first.expected.length === 0 ? "it would have waited" : `${first.expected.map(showResult).join(" or ")} was expected`;
  return `${showCall(input)} of ${String(task)} ${answered}, where ${expected}`;
}
