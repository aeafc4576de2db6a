import { testKey } from "../vitest/suite/settings.ts";
import type { Collected, RoundTest } from "./messages.ts";

const NONE: Collected = { wanted: 0, leftOut: 0 };

/** What is known of a suite's tests, from all rounds. */
export class Findings {
  private readonly byKey = new Map<string, RoundTest>();
  private readonly final = new Set<string>();
  /** Tests that were seen to pass natively. */
  private readonly passNatively = new Set<string>();
  /** Tests of which no more than that they exist may be known. */
  collected = 0;
  /** Tests that the pattern of `-t` has left out. */
  leftOut = 0;

  note(tests: readonly RoundTest[], { wanted, leftOut }: Collected = NONE): void {
    this.collected = Math.max(this.collected, wanted);
    this.leftOut = Math.max(this.leftOut, leftOut);
    for (const test of tests) {
      const key = keyOf(test);
      const { verdict } = test.report;
      if (verdict === "not explored") this.passNatively.add(key);
      if (verdict === "not explored" || (this.isSettled(key) && this.isIdle(key, test))) continue;
      this.byKey.set(key, test);
    }
  }

  /** A second look that did not come to an end takes nothing back, nor does one that failed natively where the first has not. */
  private isIdle(key: string, { report: { verdict, reason } }: RoundTest): boolean {
    if (verdict === "exploring" || reason === "no time") return true;
    return verdict === "fails natively" && this.byKey.get(key)?.report.verdict === "passed";
  }

  private isSettled(key: string): boolean {
    const known = this.byKey.get(key);
    return known !== undefined && known.report.verdict !== "exploring";
  }

  get all(): readonly RoundTest[] {
    return [...this.byKey.values()];
  }

  /** Tests of which nothing more is to be found out. */
  get settled(): readonly RoundTest[] {
    return this.all.filter(({ report }) => report.verdict !== "exploring");
  }

  /** Tests of which a first look has shown nothing, and more is to be tried. */
  get partial(): readonly RoundTest[] {
    return this.all.filter(({ report }) => report.isPartial === true);
  }

  get races(): readonly RoundTest[] {
    return this.all.filter(({ report }) => report.verdict === "race");
  }

  /** Tests that could not be explored, and may be in a process where no others have been. */
  get spoilt(): readonly RoundTest[] {
    return this.all.filter((test) => test.report.isSpoilt === true && !this.final.has(keyOf(test)));
  }

  /** Tests that fail without heddle, and the verdict says so: only where that was settled. */
  concludeNative(): void {
    for (const test of this.all) {
      const { report } = test;
      const passes = this.passNatively.has(keyOf(test));
      if (report.verdict !== "fails natively" || (report.isSpoilt !== true && !passes)) continue;
      const why = passes ? "it passes when it runs as it is" : "there was no time to look again";
      const summary = `it failed natively where other tests had been explored before it (${report.summary}), and ${why}`;
      this.byKey.set(keyOf(test), { ...test, report: { ...report, verdict: "not known", summary } });
    }
  }

  /** Tests that pass as things stand, and fail once an await takes time, or a timer is late. */
  get fragile(): readonly RoundTest[] {
    return this.all.filter(({ report }) => report.fragile !== undefined);
  }

  /** What is known of these tests is all that can be known. */
  settle(tests: readonly RoundTest[]): void {
    for (const test of tests) this.final.add(keyOf(test));
  }

  of(key: string): RoundTest | undefined {
    return this.byKey.get(key);
  }

  /** The names of all others. */
  allBut(tests: readonly RoundTest[]): string[] {
    const names = new Set(tests.map(keyOf));
    return [...this.byKey.keys()].filter((key) => !names.has(key));
  }

  /** The first of these tests in each file. */
  oneOfEachFile(tests: readonly RoundTest[]): readonly RoundTest[] {
    return [...new Map([...tests].reverse().map((test) => [test.file, test])).values()];
  }

  /** Executions of all searches. */
  get runs(): number {
    return this.all.reduce((sum, { report }) => sum + report.runs, 0);
  }
}

/** The name of a test that rounds agree on. */
export function keyOf({ file, name }: RoundTest): string {
  return testKey(file, name);
}
