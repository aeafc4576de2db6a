/** What a soak prints: each failing case, so that it can be pasted into a test, and a table at the end. */
import { failuresOf, spentMs } from "./plan.mjs";

/** @import { Attempt, Record } from "./types.d.ts" */

const MOST_LINES = 40;

/** @param {Attempt} attempt */
export function failureText({ request, outcome, message, failing, elapsedMs }) {
  const { law, seed, factor } = request;
  const lines = [`${outcome === "hangs" ? `HANGS (killed after ${seconds(elapsedMs)})` : outcome.toUpperCase()}: ${law.file} > ${law.name}`];
  if (failing !== undefined) {
    lines.push(`  the failing case alone, in place of the law's own cases(…):`);
    lines.push(`    cases(1, { seed: ${failing.seed}, path: ${JSON.stringify(failing.path)}, endOnFailure: true })`);
    lines.push(`  the case itself: ${failing.counterexample}`);
  }
  lines.push(`  again: npm run soak -- --seed ${seed} --cases ${factor} --only ${JSON.stringify(law.name)}`);
  const text = message.split("\n").filter((line) => !/^\s+at .*node_modules|^Hint: |^$/.test(line));
  lines.push(...text.slice(0, MOST_LINES).map((line) => `  | ${line}`));
  if (text.length > MOST_LINES) lines.push(`  | … ${text.length - MOST_LINES} more lines`);
  return `${lines.join("\n")}\n`;
}

/** @param {readonly Record[]} records */
export function table(records) {
  const head = ["cases", "time", "attempts", "failures", "law"];
  const rows = records.map((record) => {
    const { attempts, law } = record;
    const cases = attempts.reduce((sum, attempt) => sum + attempt.cases, 0);
    const isSkipped = attempts.length > 0 && attempts.every(({ outcome }) => outcome === "skipped");
    const what = isSkipped ? "skipped" : cases.toLocaleString("en");
    return [attempts.length === 0 ? "not tried" : what, seconds(spentMs(record)), String(attempts.length), failuresOf(record) === 0 ? "" : failureKinds(record), `${law.file} > ${law.name}`];
  });
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  return [head, ...rows].map((row) => row.map((cell, column) => (column === head.length - 1 ? cell : cell.padStart(widths[column] ?? 0))).join("  ")).join("\n");
}

/** @param {Record} record */
function failureKinds({ attempts }) {
  const kinds = attempts.map(({ outcome }) => outcome).filter((outcome) => outcome === "failed" || outcome === "hangs" || outcome === "broken");
  return [...new Set(kinds)].map((kind) => `${kinds.filter((one) => one === kind).length} ${kind}`).join(", ");
}

/** @param {readonly Record[]} records @param {number} elapsedMs */
export function summary(records, elapsedMs) {
  const attempts = records.flatMap((record) => record.attempts);
  const cases = attempts.reduce((sum, attempt) => sum + attempt.cases, 0);
  const untried = records.filter((record) => record.attempts.length === 0).length;
  const failing = records.filter((record) => failuresOf(record) > 0).length;
  const cut = attempts.filter(({ outcome }) => outcome === "cut off").length;
  return [
    `${records.length} laws, ${cases.toLocaleString("en")} cases in ${(elapsedMs / 60_000).toFixed(1)} minutes: ${failing === 0 ? "none failed" : `${failing} failed`}`,
    ...(untried === 0 ? [] : [`${untried} were not tried: there was no time`]),
    ...(cut === 0 ? [] : [`${cut} attempts were cut off at the end of the time`]),
  ].join("; ");
}

/** @param {number} ms */
function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`;
}
