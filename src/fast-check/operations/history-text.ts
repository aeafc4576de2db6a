import type { Misfit } from "../../histories/verdict.ts";
import type { History } from "./recorded-run.ts";
import { showCall } from "./operations-program.ts";
import { showResult, type Result } from "./result.ts";

/** A history that cannot be ordered, as text: each operation in the order of the calls, and which of them fit nowhere. */
export function showHistory(history: History, { prefix, misfits }: { readonly prefix: readonly number[]; readonly misfits: readonly Misfit<Result>[] }): string {
  return history.map((operation, at) => {
    const place = prefix.indexOf(at);
    const misfit = misfits.find((one) => one.operation === at);
    const mark = place >= 0 ? `${place + 1}` : misfit === undefined ? "" : "✗";
    const expected = misfit === undefined ? "" : misfit.expected.length === 0 ? "  (it would have waited)" : `  (${misfit.expected.map(showResult).join(" or ")} expected)`;
    return `${mark.padStart(2)} ${String(operation.task)}  ${showCall(operation.input)} → ${operation.output === undefined ? "…" : showResult(operation.output)}${expected}`;
  }).join("\n");
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
