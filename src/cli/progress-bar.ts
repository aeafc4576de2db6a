import { realNow } from "../host/natives.ts";
import { shownDuration } from "./duration.ts";
import type { Findings } from "./findings.ts";

/** How far the search of a suite is. */
export interface SuiteProgress {
  readonly settled: number;
  readonly collected: number;
  /** Executions so far. */
  readonly runs: number;
  readonly races: number;
  readonly elapsedMs: number;
  /** The most that everything may take. */
  readonly timeMs: number;
}

/** @param startedAt - as `realNow` has it. */
export function progressOf({ settled, collected, runs, races }: Findings, startedAt: number, timeMs: number): SuiteProgress {
  return { settled: settled.length, collected, runs, races: races.length, elapsedMs: realNow() - startedAt, timeMs };
}

const CELLS = 24;

/** One line: a bar, how many tests, how fast, what was found, how long it still takes. */
export function progressText({ settled, collected, runs, races, elapsedMs, timeMs }: SuiteProgress): string {
  if (collected === 0) return "heddle: collecting tests";
  const part = settled / collected;
  const filled = Math.round(part * CELLS);
  const bar = "█".repeat(filled) + "░".repeat(CELLS - filled);
  const rate = Math.round(runs / Math.max(elapsedMs / 1000, 0.001)).toLocaleString("en");
  const leftMs = Math.min(timeMs - elapsedMs, settled === 0 ? Number.POSITIVE_INFINITY : (elapsedMs / part) * (1 - part));
  const found = races === 0 ? "no race yet" : `${races} ${races === 1 ? "race" : "races"}`;
  return `${bar} ${settled}/${collected} tests, ${runs.toLocaleString("en")} schedules (${rate}/s), ${found}, ${leftMs > 0 ? `${shownDuration(leftMs)} left` : settled < collected ? "the time is over: what is under way ends" : "ending"}`;
}

/** One line while what was found is replayed. @param leftMs - the most that it may take, in real ms. */
export function confirmingText(done: number, found: number, leftMs: number): string {
  return `heddle: what was found is replayed in a fresh process before it is named: ${done} of ${found}, ${shownDuration(Math.max(0, leftMs))} at most`;
}

/** Between two lines where there is no terminal, in real ms. */
const LINE_EVERY_MS = 5000;

/**
 * A line at the foot of the terminal that is written over again and again. Where there is no terminal, a line every few
 * seconds: a log of CI that says nothing for ten minutes looks like one that hangs.
 */
export class ProgressBar {
  private readonly stream: Pick<NodeJS.WriteStream, "isTTY" | "columns" | "write">;
  private isShown = false;
  private saidAt: number;

  /** @param now - real ms. */
  constructor(stream: Pick<NodeJS.WriteStream, "isTTY" | "columns" | "write">, now: number = realNow()) {
    this.stream = stream;
    this.saidAt = now;
  }

  show(text: string, now: number = realNow()): void {
    if (this.stream.isTTY) {
      const width = this.stream.columns ?? 80;
      this.stream.write(`\r\u001b[2K${text.length < width ? text : text.slice(0, width - 1)}`);
      this.isShown = true;
    } else if (now - this.saidAt >= LINE_EVERY_MS) {
      this.stream.write(`heddle: ${text.replace(/^(?:[█░]+ |heddle: )/, "")}\n`);
      this.saidAt = now;
    }
  }

  clear(): void {
    if (this.isShown) this.stream.write("\r\u001b[2K");
    this.isShown = false;
  }
}
