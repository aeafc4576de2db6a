import type { RunnerTestCase } from "vitest";
import type { ExploreOptions, Progress } from "../../harness/options.ts";
import { WARMED_UP, type Exploration, type Failure } from "../../harness/exploration.ts";
import { fragilityOf, restsOn } from "../../harness/fragility.ts";
import { removeIfThere } from "../../corpus/disk.ts";
import { activity, activitySince, didLess, type Activity } from "../../host/activity.ts";
import { realNow } from "../../host/natives.ts";
import { ClocksBefore } from "../../host/timers/fake-clocks.ts";
import { HeddleError } from "../../engine/errors.ts";
import { decodeSeed } from "../../engine/seed.ts";
import { messageOf } from "../../values/thrown.ts";
import { namePath } from "../replay-command.ts";
import { corpusBeside } from "../corpus.ts";
import { presentFailure, tellCoverage } from "../present-failure.ts";
import { stopBeforeDeviation, waitForDebugger } from "./debugger.ts";
import { ExploredTest } from "./explored-test.ts";
import type { FileTime } from "./file-time.ts";
import { failsBehindOthers, type FreshFile } from "./fresh-file.ts";
import { within } from "./limits.ts";
import { passingOrder } from "./other-order.ts";
import { afreshInVain, commonOptions, firstLine, leftUntilEnd, plainRun, withoutRetries, type TestWork, type TimeLimits } from "./plain-run.ts";
import { testKey, type SuiteReport, type SuiteSettings } from "./settings.ts";

export interface SuiteTestSetting {
  readonly settings: SuiteSettings;
  readonly limits: TimeLimits;
  /** That of the test's file. */
  readonly time: FileTime;
  /** Told before the executions of a test begin. */
  readonly onExplore: (test: ExploredTest) => void;
}

/** A test that fails natively may do so for the machine's load: it is tried so often, */
const NATIVE_TRIES = 3;
/** unless it takes longer, in real ms. */
const NATIVE_TRIES_MS = 10_000;
/** Real ms for which the schedule that shows a test to be fragile is shrunk. */
const FRAGILE_SHRINK_MS = 1000;

const NO_TIME = "no time was left for it";

/** Whether this thread has made executions of any test. */
let hasExplored = false;

/** A test of an unchanged suite: run once as it is, and then explored. */
export class SuiteTest implements TestWork {
  private readonly test: RunnerTestCase;
  private readonly runNatively: () => Promise<unknown>;
  private readonly setting: SuiteTestSetting;
  private readonly name: string;
  private startedAt: number = realNow();
  private runs = 0;
  private failedAtFirst: string | undefined = undefined;
  mayPassAfresh: boolean = false;
  /** What the plain run has done. */
  private plainDid: Activity = { io: 0, timers: 0 };

  constructor(test: RunnerTestCase, runNatively: () => Promise<unknown>, setting: SuiteTestSetting) {
    this.test = test;
    this.runNatively = runNatively;
    this.setting = setting;
    this.name = namePath(test).join(" > ");
  }

  /** The test's function, with its time limit. */
  static plainly(test: RunnerTestCase, fn: () => unknown, defaultMs: number): Promise<unknown> {
    const limitMs = test.timeout > 0 ? test.timeout : defaultMs;
    const work = new Promise((resolve) => resolve(fn()));
    return within(limitMs, work, `Test timed out in ${limitMs}ms.`);
  }

  /** How far it is. */
  get progress(): SuiteReport {
    return this.report("exploring", "", { runs: this.runs });
  }

  /** Runs the test, and leaves in it the result that vitest shall report. */
  async run(): Promise<SuiteReport> {
    if (this.leftMs <= 0 || this.setting.time.isSpent) {
      this.test.mode = "skip";
      this.test.result = { state: "skip" };
      return this.putOff(this.report("skipped", NO_TIME, { reason: "no time" }));
    }
    const clocks = new ClocksBefore();
    const plain = await this.natively(clocks);
    if (plain !== undefined) return plain;
    const { plainly = [], natively = [] } = this.setting.settings;
    if (plainly.includes(this.key) || natively.includes(this.key)) return this.report("not explored", "it ran as it is");
    const report = await this.explore(clocks);
    return this.failedAtFirst === undefined ? report : { ...report, failedAtFirst: this.failedAtFirst };
  }

  /** A second look may find the time that the first has not. */
  private putOff(report: SuiteReport): SuiteReport {
    return this.setting.settings.firstRuns === undefined ? report : { ...report, isPartial: true };
  }

  /** Whether so much more was taken than there was that others have to come first. */
  private get isOverdue(): boolean {
    const { settings, time } = this.setting;
    return this.leftMs <= 0 || time.isSpentBy(realNow() - this.startedAt, settings.testTimeMs);
  }

  /** Native runs, until one passes: what fails then and now is a reason to explore it. */
  private async natively(clocks: ClocksBefore): Promise<SuiteReport | undefined> {
    const first = await this.plain();
    if (first?.verdict !== "fails natively") return first;
    // What a replay in a fresh process says of a race does not depend on it.
    if (this.setting.settings.replays?.[this.key] !== undefined) return undefined;
    const failed = this.test.result;
    for (let tries = 1; tries < NATIVE_TRIES && realNow() - this.startedAt < NATIVE_TRIES_MS; tries += 1) {
      delete this.test.result;
      this.test.mode = "run";
      clocks.putBack();
      const again = await this.plain();
      if (again?.verdict === "fails natively") continue;
      this.failedAtFirst = `natively it failed ${tries} of ${tries + 1} times: ${first.summary}`;
      return again;
    }
    this.test.result = failed!;
    return first;
  }

  /** One native run. What it returns says why there is nothing to explore. */
  private async plain(): Promise<SuiteReport | undefined> {
    const begunAt = { ...activity };
    const result = await plainRun(this.test, this.runNatively, this.setting.limits);
    this.plainDid = activitySince(begunAt);
    if ("skipped" in result) return this.report("skipped", result.skipped, { reason: "left out" });
    const { heddle } = this.test.meta;
    if (heddle !== undefined) return this.ownRace(heddle);
    if (result.state === "fail") return this.failsNatively(firstLine(result.errors?.[0]?.message));
    if ((result.retryCount ?? 0) > 0) return this.failsNatively(`it passed only when tried ${result.retryCount! + 1} times (retry)`);
    return undefined;
  }

  /** Where the executions of another test were here before, that may be the cause. */
  private failsNatively(why: string): SuiteReport {
    const { natively = [] } = this.setting.settings;
    this.mayPassAfresh = hasExplored && !natively.includes(this.key);
    return this.report("fails natively", why, hasExplored ? { isSpoilt: true } : {});
  }

  /** A `test.race` explores by itself. */
  private ownRace({ verdict, runs, seed, summary, files, place }: NonNullable<RunnerTestCase["meta"]["heddle"]>): SuiteReport {
    const report = this.report(verdict === "failed" ? "race" : "passed", summary, { runs });
    if (verdict !== "failed") return report;
    return { ...report, seed, report: this.test.result?.errors?.[0]?.message ?? summary, ...(files === undefined ? {} : { files }), ...(place === undefined ? {} : { place }) };
  }

  /** Real ms until the whole search ends. */
  private get leftMs(): number {
    return leftUntilEnd(this.setting.settings);
  }

  private get replay(): string | undefined {
    const { replay, replays } = this.setting.settings;
    return replay ?? replays?.[this.key];
  }

  private get key(): string {
    return testKey(this.test.file.name, this.name);
  }

  /** @param clocks - the fake timers that the plain run has found: each execution finds them so. */
  private async explore(clocks: ClocksBefore): Promise<SuiteReport> {
    hasExplored = true;
    return await withoutRetries(this.test, () => this.exploreBy(new ExploredTest(this.test, this.runNatively), clocks));
  }

  /**
   * Explores the test with its file evaluated afresh for each execution: by itself, and where that fails, behind the tests
   * before it, on which it may rest.
   * @param before - what came of it with the file as it was.
   */
  async exploreAfresh(file: FreshFile, before: SuiteReport): Promise<SuiteReport> {
    const { test } = this;
    let report = before;
    this.startedAt = realNow();
    if (this.setting.time.isSpent) return this.putOff(before);
    if (before.verdict === "fails natively" && (await failsBehindOthers(file, test.id))) return before;
    for (const isBehindOthers of before.verdict === "fails natively" ? [true] : [false, true]) {
      if (this.isOverdue) return this.putOff(report);
      this.mayPassAfresh = false;
      const fresh = { begin: () => file.begin(test.id, isBehindOthers), end: () => file.end() };
      // Each execution runs all tests before it: too dear for what looking for a cause takes.
      const explored = new ExploredTest(test, this.runNatively, fresh);
      report = await this.exploreBy(explored, new ClocksBefore(), { explain: !isBehindOthers });
      if (explored.unavailable !== undefined) return afreshInVain(before, firstLine(messageOf(explored.unavailable.error)));
      if (this.mayPassAfresh) continue;
      if (before.verdict === "fails natively" && report.verdict === "passed") test.result = { ...test.result!, state: "pass", errors: [] };
      return report;
    }
    return afreshInVain(before);
  }

  private async exploreBy(explored: ExploredTest, clocks: ClocksBefore, more: ExploreOptions = {}): Promise<SuiteReport> {
    const { test } = this;
    const { result: plain } = test;
    this.setting.onExplore(explored);
    try {
      const { inspectPort } = this.setting.settings;
      if (inspectPort !== undefined) waitForDebugger(inspectPort);
      clocks.putBack();
      const options = { ...this.options(), ...more };
      const exploration = await explored.explore(options, inspectPort === undefined ? undefined : stopBeforeDeviation);
      test.result = plain!;
      const report = (await this.firstOrderFails(exploration, explored, clocks, options)) ?? this.conclude(exploration, explored);
      if (report.verdict !== "passed" || this.mayPassAfresh || this.setting.settings.order !== "auto" || this.replay !== undefined) return report;
      const { latencyRuns = 0, isPartial, ...fragile } = await this.underLatency(explored, clocks, exploration.runs);
      return { ...report, ...fragile, latencyRuns, ...(isPartial === true || report.isPartial === true ? { isPartial: true } : {}) };
    } catch (error) {
      test.result = plain!;
      if (!(error instanceof HeddleError)) throw error;
      // A seed of an execution with a fresh file does not fit one without.
      this.mayPassAfresh = error.code === "FAKE_TIMERS" || error.code === "REPLAY_DIVERGED";
      return this.report("skipped", error.message, { reason: "refused" });
    }
  }

  /** With what is left of its budget: what fails only once awaits take time is no race, but worth to be known. */
  private async underLatency(explored: ExploredTest, clocks: ClocksBefore, spent: number): Promise<Partial<SuiteReport>> {
    const { testTimeMs, firstRuns } = this.setting.settings;
    const timeMs = Math.min(testTimeMs - (realNow() - this.startedAt), this.leftMs);
    const runs = this.mostRuns - spent;
    if (runs <= 0 || timeMs <= 0) return firstRuns === undefined ? {} : { isPartial: true };
    const plain = this.test.result;
    clocks.putBack();
    try {
      const options: ExploreOptions = { ...this.options(), order: "latency", runs, timeMs, corpus: false, explain: false, shrinkMs: FRAGILE_SHRINK_MS };
      const { failure, runs: latencyRuns, complete } = await explored.explore(options);
      const isFragile = failure !== undefined && failure.kind !== "nondeterministic" && failure.deviations.length > 0;
      return { latencyRuns, ...(isFragile ? { fragile: fragilityOf(failure) } : {}), ...(failure === undefined && !complete && firstRuns !== undefined ? { isPartial: true } : {}) };
    } catch (error) {
      if (error instanceof HeddleError) return {};
      throw error;
    } finally {
      this.test.result = plain!;
    }
  }

  /** Plain JavaScript's order fails, where the native run has passed: see `passingOrder`. A seed of that order was looked at so before. */
  private async firstOrderFails({ failure, runs }: Exploration, explored: ExploredTest, clocks: ClocksBefore, options: ExploreOptions): Promise<SuiteReport | undefined> {
    if (failure === undefined || failure.kind === "nondeterministic" || failure.leftOver !== undefined || failure.deviations.length > 0 || failure.seed === "") return undefined;
    const race = (more: string): SuiteReport => {
      this.mayPassAfresh = false;
      this.fail(failure, explored);
      return this.report("race", firstLine(failure.sentence), { runs, seed: failure.seed, report: `${failure.toString()}${more}`, ...presentFailure(this.name, failure) });
    };
    if (this.replay !== undefined) return decodeSeed(this.replay).schedule.length === 0 ? race("") : undefined;
    if (this.isOverdue) return undefined;
    const plain = this.test.result;
    clocks.putBack();
    const passing = await passingOrder(explored, { ...options, timeMs: Math.max(1, Math.min(this.setting.settings.testTimeMs, this.leftMs)) });
    this.test.result = plain!;
    if (passing === undefined) return undefined;
    return race(`\n\nIt passes natively, and here in another order: ${passing.seed}`);
  }

  private get mostRuns(): number {
    const { runs, firstRuns = runs } = this.setting.settings;
    return Math.min(runs, firstRuns);
  }

  private options(): ExploreOptions {
    const { settings } = this.setting;
    const { order, testTimeMs, seed } = settings;
    const { replay } = this;
    const base = replay ?? (seed === undefined ? undefined : `${seed} ${this.name}`);
    return {
      ...commonOptions(this.test, settings),
      runs: this.mostRuns,
      order: order === "auto" ? "production" : order,
      timeMs: Math.max(1, Math.min(testTimeMs, this.leftMs)),
      corpus: replay === undefined ? corpusBeside(this.test) : false,
      ...(base === undefined ? {} : { seed: base }),
      onProgress: (progress: Progress) => {
        this.runs = progress.runs;
      },
    };
  }

  private conclude(exploration: Exploration, explored: ExploredTest): SuiteReport {
    const { failure, runs, complete, summary, uncontrolled } = exploration;
    const findsLess = explored.firstDid !== undefined && didLess(explored.firstDid, this.plainDid);
    const hasWarmedUp = uncontrolled.includes(WARMED_UP);
    tellCoverage(this.test.file.filepath, this.name, exploration.coverage);
    if (failure === undefined && runs === 0 && this.replay === undefined) return this.report("skipped", NO_TIME, { reason: "no time" });
    // A replay passes where its execution finds another state than the one that was found had found.
    this.mayPassAfresh = failure === undefined ? this.replay !== undefined || hasWarmedUp || findsLess : failure.deviations.length === 0 || failure.kind === "nondeterministic";
    if (failure === undefined) {
      const rests = restsOn(exploration, this.setting.settings.latencyMs);
      const isPartial = !complete && this.setting.settings.firstRuns !== undefined;
      return this.report("passed", summary, { runs, complete, ...(rests === undefined ? {} : { rests }), ...(isPartial ? { isPartial } : {}) });
    }
    const first = firstLine(failure.sentence);
    const keptIn = newlyKept(exploration);
    if (failure.kind === "nondeterministic" && failure.leftOver === undefined) return this.report("skipped", `its executions differ with one schedule: ${first}`, { runs, reason: "not deterministic" });
    // It has just passed: what fails now is the same once more.
    if (failure.leftOver !== undefined || failure.deviations.length === 0) {
      if (keptIn !== undefined) removeIfThere(keptIn);
      const { cause = failure.error } = failure.leftOver === undefined ? {} : (failure.error as Error);
      return this.report("skipped", `run again in one process it fails, so its state outlives a run: ${firstLine(messageOf(cause))}`, { runs, reason: "outlives a run" });
    }
    this.fail(failure, explored);
    return this.report("race", first, { runs, seed: failure.seed, report: failure.toString(), ...(keptIn === undefined ? {} : { keptIn }), ...presentFailure(this.name, failure) });
  }

  /** The result that vitest's reporters show: heddle's report, with the diff of the test's own error. */
  private fail(failure: Failure, explored: ExploredTest): void {
    const { error } = failure;
    const shown = typeof error === "object" && error !== null ? explored.shown.get(error) : undefined;
    const message = failure.toString();
    const first = { ...shown?.[0], name: "RaceError", message, stack: `RaceError: ${message.replace(/^(\s*)at /gm, "$1· at ")}` };
    const { result } = this.test;
    this.test.result = { ...result!, state: "fail", errors: [first] };
  }

  private report(verdict: SuiteReport["verdict"], summary: string, more: Partial<SuiteReport> = {}): SuiteReport {
    const { settings } = this.setting;
    return { verdict, summary, runs: 0, totalRuns: settings.runs, elapsedMs: Math.round(realNow() - this.startedAt), ...more };
  }
}

/** The file that this run has written for the failure. One that was there before is not for `heddle fuzz` to take back. */
function newlyKept({ failure, replayed }: Exploration): string | undefined {
  const keptIn = failure?.keptIn;
  return replayed.some(({ path }) => path === keptIn) ? undefined : keptIn;
}
