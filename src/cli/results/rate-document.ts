import { heddleVersion } from "../../corpus/version.ts";
import type { OrderName } from "../../engine/options.ts";
import type { RoundTest } from "../messages.ts";
import { wilsonInterval } from "./proportion.ts";

const VERSION = 1;

/** How often tests fail, as JSON for other tools: shares between 0 and 1, with their 95 % intervals. */
export function rateDocument(tests: readonly RoundTest[], order: OrderName | "auto"): string {
  const document = {
    format: "heddle-rates",
    version: VERSION,
    heddle: heddleVersion(),
    order,
    tests: tests.map(({ file, path, name, report: { rate, elapsedMs } }) => {
      const { schedules, failures, native } = rate!;
      return { file, path, name, elapsedMs, ...shareOf(failures.reduce((sum, { times }) => sum + times, 0), schedules), failures, native: shareOf(native.failed, native.runs) };
    }),
  };
  return `${JSON.stringify(document, undefined, 1)}\n`;
}

function shareOf(failed: number, runs: number): { readonly runs: number; readonly failed: number; readonly share: number; readonly interval: readonly [low: number, high: number] } {
  const { low, high } = wilsonInterval(failed, runs);
  return { runs, failed, share: failed / runs, interval: [low, high] };
}
