/** Of the time that is left for the suite, the part by which the tests of one file may overrun their times, all together; and the least, in real ms. */
const OVERRUN_SHARE = 1 / 20;
const LEAST_OVERRUN_MS = 10_000;

/**
 * What the tests of one file have taken beyond their times. An execution cannot be cut short: where each takes many
 * seconds, the file's other tests are put off, so that those of other files are seen too.
 */
export class FileTime {
  private overrunMs = 0;
  private readonly mostMs: number;

  /** @param leftMs - real ms until the search of the suite ends; may be infinite. */
  constructor(leftMs: number) {
    this.mostMs = Math.max(LEAST_OVERRUN_MS, leftMs * OVERRUN_SHARE);
  }

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
    return this.overrunMs + Math.max(0, elapsedMs - timeMs) > this.mostMs;
  }

  get isSpent(): boolean {
    return this.overrunMs > this.mostMs;
  }
}
