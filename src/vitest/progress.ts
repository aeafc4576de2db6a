import type { Progress } from "../index.ts";

/** A worker of vitest's has no terminal (its output is a pipe to the reporter), so there is no line to update. */
const EVERY_MS = 10_000;

/** One line about how far a search has come. */
export function progressLine({ runs, totalRuns, elapsedMs }: Progress, timeMs: number): string {
  const perMs = runs / Math.max(elapsedMs, 1);
  const left = Math.max(0, Math.min((totalRuns - runs) / Math.max(perMs, Number.MIN_VALUE), timeMs - elapsedMs));
  const perSecond = perMs * 1000;
  const rate = perSecond >= 10 ? whole(perSecond) : perSecond.toFixed(1);
  const soFar = `${whole(runs)} of ${whole(totalRuns)} executions, ${rate}/s`;
  return `heddle: ${soFar}, ${Number.isFinite(left) ? `about ${whole(Math.ceil(left / 1000))} s left` : "no end in sight"}`;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString("en");
}

/** Keeps count of a search, and says a word every ten seconds, for who watches a long one. */
export class ProgressLines {
  private readonly timeMs: number;
  private readonly say: ((line: string) => void) | undefined;
  private nextAt: number = EVERY_MS;
  /** How many executions the search was to make, once known. */
  totalRuns: number | undefined = undefined;

  constructor(timeMs: number, say: ((line: string) => void) | undefined) {
    this.timeMs = timeMs;
    this.say = say;
  }

  readonly onProgress = (progress: Progress): void => {
    this.totalRuns = progress.totalRuns;
    if (progress.elapsedMs < this.nextAt) return;
    this.nextAt = progress.elapsedMs + EVERY_MS;
    this.say?.(progressLine(progress, this.timeMs));
  };
}
