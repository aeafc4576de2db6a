import type { RunnerTestCase } from "vitest";
import type { ExploreOptions, Progress } from "../../harness/options.ts";
import type { Exploration, Failure } from "../../harness/exploration.ts";
import { removeIfThere } from "../../corpus/disk.ts";
import { realNow } from "../../host/natives.ts";
import { ClocksBefore } from "../../host/timers/fake-clocks.ts";
import { HeddleError } from "../../engine/errors.ts";
import { messageOf } from "../../values/thrown.ts";
import { pathFromHere } from "../../runners/paths.ts";
import { namePath } from "../replay-command.ts";
import { corpusBeside } from "../corpus.ts";
import { presentFailure, tellCoverage } from "../present-failure.ts";
import { stopBeforeDeviation, waitForDebugger } from "./debugger.ts";
import { ExploredTest, type Result } from "./explored-test.ts";
import { within } from "./limits.ts";
import { testKey, type SuiteReport, type SuiteSettings } from "./settings.ts";

export interface SuiteTestSetting {
  readonly settings: SuiteSettings;
  /** Those of vitest's configuration, in real ms. */
  readonly limits: { readonly testMs: number; readonly hookMs: number };
  /** Told before the executions of a test begin. */
  readonly onExplore: (test: ExploredTest) => void;
}

/** How many hooks' time limits the whole of a plain run may take beside its test's. */
const HOOKS = 4;

const NO_TIME = "no time was left for it";

/** Whether this thread has made executions of any test. */
let hasExplored = false;

/** A test of an unchanged suite: run once as it is, and then explored. */
export class SuiteTest {
  private readonly test: RunnerTestCase;
  private readonly runNatively: () => Promise<unknown>;
  private readonly setting: SuiteTestSetting;
  private readonly name: string;
  private readonly startedAt: number = realNow();
  private runs = 0;

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
    if (this.leftMs <= 0) {
      this.test.mode = "skip";
      this.test.result = { state: "skip" };
      return this.report("skipped", NO_TIME, { reason: "no time" });
    }
    const clocks = new ClocksBefore();
    const plain = await this.plain();
    if (plain !== undefined) return plain;
    const { plainly = [], natively = [] } = this.setting.settings;
    if (plainly.includes(this.key) || natively.includes(this.key)) return this.report("not explored", "it ran as it is");
    return this.explore(clocks);
  }

  /** One native run. What it returns says why there is nothing to explore. */
  private async plain(): Promise<SuiteReport | undefined> {
    const { test } = this;
    const { limits } = this.setting;
    const { timeout } = test;
    const testMs = timeout > 0 ? timeout : limits.testMs;
    const limitMs = testMs + HOOKS * limits.hookMs;
    // A `test.race` keeps within the limit that it reads here.
    test.timeout = testMs;
    try {
      await within(limitMs, this.runNatively(), `not ended after ${limitMs} ms`);
    } catch (error) {
      test.result = { state: "fail", errors: [{ message: messageOf(error), name: "Error", stack: "" }] };
    } finally {
      test.timeout = timeout;
    }
    const { result } = test as { result?: Result };
    if (result === undefined || result.state === "skip" || result.pending === true) {
      return this.report("skipped", result?.note ?? "it skips itself", { reason: "left out" });
    }
    const { heddle } = test.meta;
    if (heddle !== undefined) return this.ownRace(heddle);
    if (result.state === "fail") return this.failsNatively(firstLine(result.errors?.[0]?.message));
    if ((result.retryCount ?? 0) > 0) return this.failsNatively(`it passed only when tried ${result.retryCount! + 1} times (retry)`);
    return undefined;
  }

  /** Where the executions of another test were here before, that may be the cause. */
  private failsNatively(why: string): SuiteReport {
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
    const { endsAt } = this.setting.settings;
    // oxlint-disable-next-line no-restricted-properties -- real time, as another process measures it; no execution runs.
    return endsAt === undefined ? Number.POSITIVE_INFINITY : endsAt - Date.now();
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
    const { test } = this;
    const { result: plain, retry, repeats, mode } = test;
    const explored = new ExploredTest(test, this.runNatively);
    this.setting.onExplore(explored);
    hasExplored = true;
    test.retry = 0;
    test.repeats = 0;
    try {
      const { inspectPort } = this.setting.settings;
      if (inspectPort !== undefined) waitForDebugger(inspectPort);
      clocks.putBack();
      const exploration = await explored.explore(this.options(), inspectPort === undefined ? undefined : stopBeforeDeviation);
      test.result = plain!;
      return this.conclude(exploration, explored);
    } catch (error) {
      test.result = plain!;
      if (error instanceof HeddleError) return this.report("skipped", error.message, { reason: "refused" });
      throw error;
    } finally {
      Object.assign(test, { retry, repeats, mode });
    }
  }

  private options(): ExploreOptions {
    const { runs, order, latencyMs, testTimeMs, seed, replayOptions = "" } = this.setting.settings;
    const { replay } = this;
    const base = replay ?? (seed === undefined ? undefined : `${seed} ${this.name}`);
    return {
      name: this.name,
      runs,
      order,
      latencyMs,
      timeMs: Math.max(1, Math.min(testTimeMs, this.leftMs)),
      replayCommand: `npx heddle replay {seed} ${pathFromHere(this.test.file.filepath)}${replayOptions}`,
      leaks: "ignore",
      corpus: replay === undefined ? corpusBeside(this.test) : false,
      ...(base === undefined ? {} : { seed: base }),
      onProgress: (progress: Progress) => {
        this.runs = progress.runs;
      },
    };
  }

  private conclude(exploration: Exploration, explored: ExploredTest): SuiteReport {
    const { failure, runs, complete, summary } = exploration;
    tellCoverage(this.test.file.filepath, this.name, exploration.coverage);
    if (failure === undefined && runs === 0 && this.replay === undefined) return this.report("skipped", NO_TIME, { reason: "no time" });
    if (failure === undefined) return this.report("passed", summary, { runs, complete });
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

function firstLine(text: string | undefined): string {
  return (text ?? "no error").split("\n", 1)[0]!;
}

/** The file that this run has written for the failure. One that was there before is not for `heddle fuzz` to take back. */
function newlyKept({ failure, replayed }: Exploration): string | undefined {
  const keptIn = failure?.keptIn;
  return replayed.some(({ path }) => path === keptIn) ? undefined : keptIn;
}
