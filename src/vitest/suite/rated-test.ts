import type { RunnerTestCase } from "vitest";
import { HeddleError } from "../../engine/errors.ts";
import { WARMED_UP, type Exploration, type Failure } from "../../harness/exploration.ts";
import type { ExploreOptions, Progress } from "../../harness/options.ts";
import { sampling } from "../../harness/sampling.ts";
import { activity, activitySince, didLess, type Activity } from "../../host/activity.ts";
import { realNow } from "../../host/natives.ts";
import { ClocksBefore } from "../../host/timers/fake-clocks.ts";
import { messageOf } from "../../values/thrown.ts";
import { namePath } from "../replay-command.ts";
import { ExploredTest, type Result } from "./explored-test.ts";
import { afreshInVain, commonOptions, firstLine, leftUntilEnd, plainRun, withoutRetries, type TestWork } from "./plain-run.ts";
import { failsBehindOthers, type FreshFile } from "./fresh-file.ts";
import type { FailureRate, RatedFailure, SuiteReport } from "./settings.ts";
import type { SuiteTestSetting } from "./suite-test.ts";

/** Kinds of failure for which a seed is looked for, the most frequent first. */
const MOST_SEEDS = 10;
/** Real ms for which the schedule of a seed is shrunk. */
const SHRINK_MS = 2000;

/** Whether this thread has made executions of any test. */
let hasExplored = false;

/** What was counted of one kind of failure. */
interface Counted {
  times: number;
  /** The number of the sample and of the execution that failed so first, from 1. */
  readonly first: { readonly sample: number; readonly run: number };
  seed?: string;
}

/**
 * A test of an unchanged suite whose failures are counted: natively, as often as that is asked for, and under legal
 * schedules drawn at random.
 */
export class RatedTest implements TestWork {
  private readonly test: RunnerTestCase;
  private readonly runNatively: () => Promise<unknown>;
  private readonly setting: SuiteTestSetting;
  private readonly name: string;
  private readonly startedAt: number = realNow();
  private readonly clocks: ClocksBefore = new ClocksBefore();
  private readonly counts: Map<string, Counted> = new Map();
  private drawn = 0;
  private isComplete = false;
  private underway = 0;
  private native: { runs: number; failed: number } = { runs: 0, failed: 0 };
  /** What the first plain run has done. */
  private plainDid: Activity = { io: 0, timers: 0 };
  mayPassAfresh: boolean = false;

  /** @param runNatively - vitest's own run of the test, which can be had any number of times. */
  constructor(test: RunnerTestCase, runNatively: () => Promise<unknown>, setting: SuiteTestSetting) {
    this.test = test;
    this.runNatively = runNatively;
    this.setting = setting;
    this.name = namePath(test).join(" > ");
  }

  /** How far it is. */
  get progress(): SuiteReport {
    return this.report("exploring", "", this.drawn + this.underway);
  }

  /** Counts the failures. The test's result is left to be that of its first native run. */
  async run(): Promise<SuiteReport> {
    const skipped = await this.runsNatively();
    if (skipped !== undefined) return this.report("skipped", skipped, 0);
    if (this.native.failed === this.native.runs && hasExplored) {
      this.mayPassAfresh = true;
      return this.report("skipped", "it fails natively where other tests were explored before it", 0);
    }
    return await this.count(new ExploredTest(this.test, this.runNatively));
  }

  /** Counts with the file evaluated afresh for each execution: the test by itself, and where that does not help, behind the tests before it. */
  async exploreAfresh(file: FreshFile, before: SuiteReport): Promise<SuiteReport> {
    const { test } = this;
    const failedNatively = this.native.failed > 0;
    if (failedNatively) this.native = await this.nativelyAfresh(file);
    if (this.native.runs === 0) return before;
    for (const isBehindOthers of failedNatively ? [true] : [false, true]) {
      if (this.leftMs <= 0) return before;
      this.begin();
      const report = await this.count(new ExploredTest(test, this.runNatively, { begin: () => file.begin(test.id, isBehindOthers), end: () => file.end() }));
      if (!this.mayPassAfresh) return report;
    }
    return afreshInVain(before);
  }

  /** Native runs behind the tests before it, where it failed as others had been explored in the same modules. */
  private async nativelyAfresh(file: FreshFile): Promise<{ runs: number; failed: number }> {
    const native = { runs: 0, failed: 0 };
    for (; native.runs < Math.max(1, this.setting.settings.rate!.native) && this.leftMs > 0; native.runs += 1) {
      if (await failsBehindOthers(file, this.test.id)) native.failed += 1;
    }
    return native;
  }

  /** Nothing is counted yet. */
  private begin(): void {
    this.counts.clear();
    [this.drawn, this.underway, this.isComplete, this.mayPassAfresh] = [0, 0, false, false];
  }

  private async count(explored: ExploredTest): Promise<SuiteReport> {
    const { test } = this;
    const { result } = test;
    hasExplored = true;
    try {
      return await withoutRetries(test, () => this.rated(explored));
    } catch (error) {
      if (!(error instanceof HeddleError)) throw error;
      this.mayPassAfresh = error.code === "FAKE_TIMERS";
      return this.report("skipped", error.message, this.drawn);
    } finally {
      test.result = result!;
    }
  }

  private async rated(explored: ExploredTest): Promise<SuiteReport> {
    this.setting.onExplore(explored);
    const refused = await this.sample(explored);
    if (refused !== undefined) return this.report("skipped", refused, this.drawn);
    await this.findSeeds(explored);
    return this.report(this.counts.size > 0 ? "race" : "passed", "", this.drawn, this.rate);
  }

  /** @returns why it cannot be run. */
  private async runsNatively(): Promise<string | undefined> {
    const { test } = this;
    const { limits, settings } = this.setting;
    let first: Result | undefined;
    for (; this.native.runs < Math.max(1, settings.rate!.native) && (first === undefined || this.leftMs > 0); this.native.runs += 1) {
      if (first !== undefined) this.again();
      const begunAt = { ...activity };
      const result = await plainRun(test, this.runNatively, limits);
      if ("skipped" in result) return result.skipped;
      if (test.meta.heddle !== undefined) return "it is a test.race, which explores by itself";
      if (result.state === "fail" || (result.retryCount ?? 0) > 0) this.native.failed += 1;
      if (first === undefined) this.plainDid = activitySince(begunAt);
      first ??= result;
    }
    test.result = first!;
    return undefined;
  }

  /** As vitest leaves it before a first run. */
  private again(): void {
    delete this.test.result;
    this.test.mode = "run";
    this.clocks.putBack();
  }

  /**
   * Draws schedules until there are as many as were asked for. A failure of the test's own ends no exploration; one of
   * another kind does (a deadlock, a rejection that nobody handles): the next sample goes on from there.
   * @returns why nothing can be counted.
   */
  private async sample(explored: ExploredTest): Promise<string | undefined> {
    const { settings } = this.setting;
    const plain = await this.explore(explored, { strategy: "fifo", runs: 1, explain: false });
    const { failure: atFirst } = plain;
    const findsLess = explored.firstDid !== undefined && didLess(explored.firstDid, this.plainDid);
    this.mayPassAfresh = (atFirst !== undefined && this.native.failed === 0) || findsLess || plain.uncontrolled.includes(WARMED_UP);
    if (atFirst !== undefined && this.native.failed === 0) return `its executions cannot be compared: in plain JavaScript's order it fails when it is run again in one process: ${firstLine(messageOf(atFirst.error))}`;
    for (let sample = 1; this.drawn < settings.rate!.runs && this.leftMs > 0; sample += 1) {
      const drawing = sampling(this.seedOf(sample));
      explored.tolerates = (error) => {
        if (drawing.isDrawing) this.note(firstLine(messageOf(error)), sample, drawing.drawn);
        return true;
      };
      const { runs, failure, complete, uncontrolled } = await this.explore(explored, { strategy: drawing, runs: settings.rate!.runs - this.drawn, shrinkMs: 1, explain: false });
      explored.tolerates = undefined;
      this.drawn += runs;
      this.underway = 0;
      this.isComplete = complete;
      if (failure?.kind === "nondeterministic" || uncontrolled.includes(WARMED_UP)) this.mayPassAfresh = true;
      if (failure === undefined) break;
      this.note(kindOf(failure), sample, runs, failure.kind === "nondeterministic" ? undefined : failure.seed);
    }
    return this.drawn === 0 ? "no time was left for it" : undefined;
  }

  private note(message: string, sample: number, run: number, seed?: string): void {
    const known = this.counts.get(message);
    if (known === undefined) this.counts.set(message, { times: 1, first: { sample, run }, ...(seed === undefined ? {} : { seed }) });
    else known.times += 1;
  }

  /** The same sample once more, until it fails in the way that was counted: that failure is shrunk, and has a seed. */
  private async findSeeds(explored: ExploredTest): Promise<void> {
    const kinds = [...this.counts].sort(([, one], [, other]) => other.times - one.times).slice(0, MOST_SEEDS);
    for (const [message, counted] of kinds) {
      if (counted.seed !== undefined || this.leftMs <= 0) continue;
      const { sample, run } = counted.first;
      explored.tolerates = (error) => firstLine(messageOf(error)) !== message;
      const { failure } = await this.explore(explored, { strategy: sampling(this.seedOf(sample)), runs: run, shrinkMs: SHRINK_MS, explain: false });
      explored.tolerates = undefined;
      if (failure !== undefined && failure.kind !== "nondeterministic") counted.seed = failure.seed;
    }
  }

  private seedOf(sample: number): string {
    return `${this.setting.settings.seed ?? ""} ${this.name} sample ${sample}`;
  }

  private explore(explored: ExploredTest, more: ExploreOptions): Promise<Exploration> {
    const { settings } = this.setting;
    this.clocks.putBack();
    return explored.explore({
      ...commonOptions(this.test, settings),
      order: settings.order,
      timeMs: Math.max(1, this.leftMs),
      corpus: false,
      onProgress: ({ runs }: Progress) => {
        this.underway = runs;
      },
      ...more,
    });
  }

  private get leftMs(): number {
    const { settings } = this.setting;
    return Math.min(leftUntilEnd(settings), settings.testTimeMs - (realNow() - this.startedAt));
  }

  private get rate(): FailureRate {
    const failures = [...this.counts].map(([message, { times, seed }]): RatedFailure => ({ message, times, ...(seed === undefined ? {} : { seed }) }));
    return { schedules: this.drawn, ...(this.isComplete ? { isComplete: true } : {}), failures: failures.sort((one, other) => other.times - one.times), native: this.native };
  }

  private report(verdict: SuiteReport["verdict"], summary: string, runs: number, rate?: FailureRate): SuiteReport {
    const elapsedMs = Math.round(realNow() - this.startedAt);
    return { verdict, summary, runs, totalRuns: this.setting.settings.rate!.runs, elapsedMs, ...(rate === undefined ? {} : { rate }) };
  }
}

/** What a failure that is not the test's own is counted as. */
function kindOf({ kind, error, sentence }: Failure): string {
  return kind === "error" || kind === "unhandled-rejection" ? `${kind}: ${firstLine(messageOf(error))}` : `${kind}: ${firstLine(sentence)}`;
}
