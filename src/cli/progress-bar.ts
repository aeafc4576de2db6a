import { shownDuration } from "./duration.ts";

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

const CELLS = 24;

/** One line: a bar, how many tests, how fast, what was found, how long it still takes. */
export function progressText({ settled, collected, runs, races, elapsedMs, timeMs }: SuiteProgress): string {
  if (collected === 0) return "heddle: collecting tests";
  const part = settled / collected;
  const filled = Math.round(part * CELLS);
  const bar = "█".repeat(filled) + "░".repeat(CELLS - filled);
  const rate = Math.round(runs / Math.max(elapsedMs / 1000, 0.001)).toLocaleString("en");
  const left = Math.min(timeMs - elapsedMs, settled === 0 ? Number.POSITIVE_INFINITY : (elapsedMs / part) * (1 - part));
  const found = races === 0 ? "no race yet" : `${races} ${races === 1 ? "race" : "races"}`;
  return `${bar} ${settled}/${collected} tests, ${runs.toLocaleString("en")} schedules (${rate}/s), ${found}, ${shownDuration(Math.max(0, left))} left`;
}

/** A line at the foot of the terminal that is written over again and again. Silent where there is no terminal. */
export class ProgressBar {
  private readonly stream: NodeJS.WriteStream;
  private isShown = false;

  constructor(stream: NodeJS.WriteStream) {
    this.stream = stream;
  }

  show(text: string): void {
    if (!this.stream.isTTY) return;
    const width = this.stream.columns ?? 80;
    this.stream.write(`\r\u001b[2K${text.length < width ? text : text.slice(0, width - 1)}`);
    this.isShown = true;
  }

  clear(): void {
    if (this.isShown) this.stream.write("\r\u001b[2K");
    this.isShown = false;
  }
}
