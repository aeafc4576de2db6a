/** Real ms by which the tests of one file may overrun their times, all together. */
const MOST_OVERRUN_MS = 10_000;

/**
 * What the tests of one file have taken beyond their times. An execution cannot be cut short: where each takes many
 * seconds, the file's other tests are put off, so that those of other files are seen too.
 */
export class FileTime {
  private overrunMs = 0;

  /**
   * A test has ended.
   * @param elapsedMs - real ms that it took.
   * @param timeMs - real ms that it had.
   */
  note(elapsedMs: number, timeMs: number): void {
    this.overrunMs += Math.max(0, elapsedMs - timeMs);
  }

  /** Whether a test that has taken so long, beside those before it, leaves others no time. */
  isSpentBy(elapsedMs: number, timeMs: number): boolean {
    return this.overrunMs + Math.max(0, elapsedMs - timeMs) > MOST_OVERRUN_MS;
  }

  get isSpent(): boolean {
    return this.overrunMs > MOST_OVERRUN_MS;
  }
}
