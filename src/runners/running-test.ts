/** What a runner tells of the test that runs now. */
export interface RunningTest {
  /** Its suites' names and its own, outermost first; none where the runner tells nobody. */
  readonly names: readonly string[];
  /** Its file, where that may be another than the one that calls `race`. */
  readonly file: string;
  /** Real ms that the runner gives it; `Infinity` where it takes all the time it needs. */
  readonly limitMs: number;
  /** Whether that is this test's own, and not what the runner has by default. */
  readonly isLimitKnown: boolean;
  /** Runs it again, and as few others as the runner can be told. */
  readonly command: string;
  /** Whether the runner has ended it, though it may still run. */
  readonly isOver: () => boolean;
}
