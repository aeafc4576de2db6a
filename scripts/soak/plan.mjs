/** Which law is tried next, on how many cases, and when it is said to hang. */

/** @import { Attempt, Record, Request } from "./types.d.ts" */

/** What one attempt should take: starting its process takes one or two seconds. */
const SLICE_MS = 20_000;
/** What starting takes, on a busy machine. */
const START_MS = 10_000;
/** A law is not said to hang before it has taken so many times what it usually takes, and at least as long as is asked for. */
const PATIENCE = 5;
/** A law that has failed so often is left alone: it fails. */
const MOST_FAILURES = 2;

/**
 * Laws of one file that were never tried, to be tried in one process: to start one for each takes longer than most laws do,
 * and so half of them had no turn.
 *
 * @param {readonly Record[]} records
 * @param {number} leftMs - until the end of the soak.
 * @param {number} patienceMs - for each.
 * @returns {{ records: readonly Record[], limitMs: number } | undefined} undefined where there are no two such laws.
 */
export function nextFirsts(records, leftMs, patienceMs) {
  const untried = records.filter(({ attempts, isRunning, isAlone }) => attempts.length === 0 && !isRunning && !isAlone);
  const ofFile = (/** @type {Record} */ { law }) => untried.filter((other) => other.law.file === law.file);
  const first = untried.find((record) => ofFile(record).length > 1);
  if (first === undefined || leftMs <= START_MS) return undefined;
  const together = ofFile(first);
  return { records: together, limitMs: START_MS + patienceMs * together.length };
}

/**
 * The law that has had the least of the time so far, with as many cases as its slice has room for.
 *
 * @param {readonly Record[]} records
 * @param {number} leftMs - until the end of the soak.
 * @param {number} patienceMs
 * @param {() => number} drawSeed
 * @returns {{ record: Record, request: Request } | undefined} undefined where nothing more fits into the time.
 */
export function nextAttempt(records, leftMs, patienceMs, drawSeed) {
  const mostMs = leftMs - START_MS;
  const room = Math.min(SLICE_MS, mostMs);
  const waiting = records
    .filter((record) => !record.isRunning && failuresOf(record) < MOST_FAILURES && (record.usualMs ?? 0) < mostMs)
    .sort((one, other) => spentMs(one) - spentMs(other));
  const [record] = waiting;
  if (record === undefined || room <= 0) return undefined;
  // Of a law that was never tried nothing is known: it begins with its usual number.
  const factor = record.usualMs === undefined ? 1 : Math.max(1, Math.floor(room / Math.max(record.usualMs, 1)));
  return { record, request: { law: record.law, seed: drawSeed(), factor, limitMs: limitMsOf(record, factor, patienceMs) } };
}

/** @param {Record} record @param {number} factor @param {number} patienceMs */
function limitMsOf(record, factor, patienceMs) {
  return Math.max(patienceMs, START_MS + PATIENCE * factor * (record.usualMs ?? 0));
}

/** Notes what has come of an attempt. @param {Record} record @param {Attempt} attempt */
export function note(record, attempt) {
  record.attempts.push(attempt);
  if (attempt.outcome !== "passed") return;
  const passed = record.attempts.filter(({ outcome }) => outcome === "passed");
  const factors = passed.reduce((sum, { request }) => sum + request.factor, 0);
  record.usualMs = passed.reduce((sum, { elapsedMs }) => sum + elapsedMs, 0) / factors;
}

/** @param {Record} record */
export function failuresOf({ attempts }) {
  return attempts.filter(({ outcome }) => outcome === "failed" || outcome === "hangs" || outcome === "broken").length;
}

/** @param {Record} record */
export function spentMs({ attempts }) {
  return attempts.reduce((sum, { elapsedMs }) => sum + elapsedMs, 0);
}
