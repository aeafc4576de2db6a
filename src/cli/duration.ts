import { HeddleError } from "../engine/errors.ts";

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

/** As a reader says it. */
export function shownDuration(durationMs: number): string {
  if (durationMs < 10_000) return `${(durationMs / 1000).toFixed(1)} s`;
  const seconds = Math.round(durationMs / 1000);
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
