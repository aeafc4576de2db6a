import { HeddleError } from "../engine/errors.ts";
import { SUITE_LATENCY_MS } from "../vitest/suite/settings.ts";

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/**
 * A length of time from a command line: `90s`, `10m`, `1.5h`, `500ms`; a number alone is seconds.
 * @throws HeddleError `BAD_OPTION`
 */
export function milliseconds(option: string, text: string): number {
  const [, amount, unit = "s"] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text) ?? [];
  const result = Number(amount) * UNITS[unit]!;
  if (amount === undefined || !(result > 0)) throw new HeddleError("BAD_OPTION", `${option} is "${text}"; it takes a length of time: 90s, 10m, 1.5h`);
  return result;
}

/**
 * The latency that is asked for, in virtual ms: a number alone is milliseconds; `Infinity` is none.
 * @param given - on the command line.
 * @param inEnvironment - `HEDDLE_LATENCY`.
 * @throws HeddleError `BAD_OPTION`
 */
export function latencyMs(given: string | undefined, inEnvironment: string | undefined): number {
  const [option, text] = given === undefined ? ["HEDDLE_LATENCY", inEnvironment ?? ""] : ["--latency", given];
  if (text === "" && given === undefined) return SUITE_LATENCY_MS;
  if (/^(?:\d+(?:\.\d+)?|infinity)$/i.test(text)) return /^i/i.test(text) ? Number.POSITIVE_INFINITY : Number(text);
  try {
    return milliseconds(option, text);
  } catch {
    throw new HeddleError("BAD_OPTION", `${option} is "${text}"; it takes virtual milliseconds, or a length of time: ${option} 500, 2s, Infinity`);
  }
}

/** So long from now, in ms since the epoch: real time, which other processes know too. */
export function inMs(ms: number): number {
  // oxlint-disable-next-line no-restricted-properties -- no execution runs here.
  return Date.now() + ms;
}

/** As a reader says it. */
export function shownDuration(durationMs: number): string {
  if (durationMs < 10_000) return `${(durationMs / 1000).toFixed(1)} s`;
  const seconds = Math.round(durationMs / 1000);
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
