import { inject, TestRunner, type RunnerTask, type RunnerTestCase, type RunnerTestFile, type RunnerTestSuite } from "vitest";
import { control } from "../../host/control.ts";
import { install } from "../../host/install.ts";
import { natives } from "../../host/natives.ts";
import { installFakeTimers } from "../fake-timers.ts";
import { oneAtATime } from "../run.ts";
import { installWaiting } from "../waiting.ts";
import type { ExploredTest } from "./explored-test.ts";
import { FileTime } from "./file-time.ts";
import { FreshFile, isAfresh } from "./fresh-file.ts";
import { installLimits } from "./limits.ts";
import { PROVIDED, type SuiteReport, type SuiteSettings } from "./settings.ts";
import { watchHooks, type RegisteredHook } from "./package-hooks.ts";
import { leftUntilEnd, type TestWork } from "./plain-run.ts";
import { RatedTest } from "./rated-test.ts";
import { select } from "./selection.ts";
import { SuiteTest } from "./suite-test.ts";
import { Updates, type Held } from "./updates.ts";

type Config = ConstructorParameters<typeof TestRunner>[0];
type Attributes = Readonly<Record<string, unknown>>;

interface Deferred {
  readonly test: RunnerTestCase;
  readonly suiteTest: TestWork;
  readonly held: Held;
  /** What came of it so far. */
  readonly report: SuiteReport;
  /** Says meanwhile that it is still under way. */
  readonly beat: unknown;
}

/** What vitest's runner keeps to itself. */
interface WithSnapshots {
  readonly snapshotClient?: { readonly finish: (path: string) => Promise<unknown> };
}

/** How often a test says that it is still under way, in real ms: nothing for long means that its thread is stuck. */
const BEAT_MS = 500;

/**
 * vitest's runner for a suite as it stands: each test runs once natively, and then as the body of an exploration.
 * Everything else is vitest's own.
 */
export default class SuiteRunner extends TestRunner {
  private readonly settings: SuiteSettings;
  private readonly tests: Map<string, RunnerTestCase> = new Map();
  private readonly updates: Updates = new Updates(this);
  private readonly limits: { readonly testMs: number; readonly hookMs: number };
  private explored: ExploredTest | undefined = undefined;
  private files: RunnerTestFile[] = [];
  /** vitest's evaluation of each file, by its path: it can be had again. */
  private readonly collecting: Map<string, () => Promise<unknown>> = new Map();
  private readonly hooks: Map<string, readonly RegisteredHook[]> = new Map();
  /** Tests that go on when their file is over, with the file evaluated afresh for each execution. */
  private deferred: Deferred[] = [];
  private fresh: FreshFile | undefined = undefined;
  private time: FileTime = new FileTime(Number.POSITIVE_INFINITY);

  constructor(config: Config) {
    super(config);
    this.settings = inject(PROVIDED);
    // A `test.race` explores by itself, and takes the seed from where it always does.
    if (this.settings.replay !== undefined) process.env["HEDDLE_SEED"] = this.settings.replay;
    if (this.settings.reportFolder !== undefined) process.env["HEDDLE_REPORT"] = this.settings.reportFolder;
    this.limits = { testMs: config.testTimeout, hookMs: config.hookTimeout };
    // Limits in real time have no place in an execution: the plain run keeps them.
    config.testTimeout = 0;
    config.hookTimeout = 0;
    // A test that hung gives back no place in a queue. Tests run one at a time in any case.
    config.maxConcurrency = Number.POSITIVE_INFINITY;
  }

  onBeforeCollect(): void {
    install();
    installLimits();
    installWaiting();
    installFakeTimers();
  }

  onBeforeRunFiles(files: RunnerTestFile[]): void {
    this.files = files;
    for (const file of files) {
      select(file, this.settings);
      this.note(file);
    }
  }

  override async onAfterRunFiles(): Promise<void> {
    await this.updates.arrived();
    super.onAfterRunFiles();
  }

  /** vitest's spans: those around a test, and around a file's evaluation and its run, are where these can be had again. */
  override trace = <Result>(name: string, attributes: Attributes | (() => Result), callback?: () => Result): Result => {
    const run = callback ?? (attributes as () => Result);
    if (control.inside || typeof attributes === "function") return run();
    const path = String(attributes["code.file.path"]);
    if (name === "collect_spec") {
      this.collecting.set(path, run as () => Promise<unknown>);
      return watchHooks(run as () => Promise<unknown>, (hooks) => this.hooks.set(path, hooks)) as Result;
    }
    if (name === "run.spec") return this.runFile(path, run as () => Promise<unknown>) as Result;
    return name === "run.test" ? this.traceTest(String(attributes["vitest.test.id"]), run) : run();
  };

  private traceTest<Result>(id: string, run: () => Result): Result {
    if (this.fresh?.isWanted(id) === true) return this.fresh.reach(run as () => Promise<unknown>) as Result;
    const test = this.tests.get(id);
    return test === undefined || !isRunnable(test) ? run() : (this.runOne(test, run as () => Promise<unknown>) as Result);
  }

  /** What a file is evaluated afresh for is none of vitest's business. */
  override async onBeforeRunSuite(suite: RunnerTestSuite): Promise<void> {
    if (this.fresh === undefined || isAfresh(suite.id)) await super.onBeforeRunSuite(suite);
  }

  override async onAfterRunSuite(suite: RunnerTestSuite): Promise<void> {
    if (this.fresh === undefined) await super.onAfterRunSuite(suite);
    // The snapshots of the file are counted already.
    else if (isAfresh(suite.id) && "filepath" in suite) await (this as unknown as WithSnapshots).snapshotClient?.finish(suite.file.filepath);
  }

  runTask(test: RunnerTestCase): Promise<unknown> {
    const fn = TestRunner.getTestFn(test) as () => unknown;
    if (this.explored !== undefined && control.inside) return this.explored.call(fn);
    return SuiteTest.plainly(test, fn, this.limits.testMs);
  }

  private runOne(test: RunnerTestCase, run: () => Promise<unknown>): Promise<void> {
    return oneAtATime(test, async () => {
      if (!isRunnable(test)) return;
      const Kind = this.settings.rate === undefined ? SuiteTest : RatedTest;
      const suiteTest: TestWork = new Kind(test, run, {
        settings: this.settings,
        limits: this.limits,
        time: this.time,
        onExplore: (explored) => {
          this.explored = explored;
        },
      });
      const held = this.updates.hold(test);
      let report: SuiteReport | undefined;
      try {
        report = await this.told(test, suiteTest, () => suiteTest.run());
      } finally {
        if (report === undefined) held.end();
      }
      this.time.note(report.elapsedMs, this.settings.testTimeMs);
      if (suiteTest.mayPassAfresh && this.collecting.has(test.file.filepath)) {
        this.deferred.push({ test, suiteTest, held, report, beat: this.beat(test, suiteTest) });
        return held.pause();
      }
      this.report(test, report);
      return held.end();
    });
  }

  /** Says now and then how far a test is. */
  private async told<Result>(test: RunnerTestCase, suiteTest: TestWork, run: () => Promise<Result>): Promise<Result> {
    const beat = this.beat(test, suiteTest);
    try {
      this.report(test, suiteTest.progress);
      return await run();
    } finally {
      natives.clearInterval.call(globalThis, beat as never);
      this.explored = undefined;
    }
  }

  private beat(test: RunnerTestCase, suiteTest: TestWork): unknown {
    return natives.setInterval.call(globalThis, () => this.report(test, suiteTest.progress), BEAT_MS);
  }

  /** Runs a file, and then once more for each execution of those of its tests that need it. */
  private async runFile(path: string, run: () => Promise<unknown>): Promise<void> {
    const file = this.files.find(({ filepath }) => filepath === path)!;
    this.deferred = [];
    this.time = new FileTime(leftUntilEnd(this.settings));
    await run();
    const [{ deferred }, collect] = [this, this.collecting.get(path)];
    if (deferred.length === 0 || collect === undefined) return;
    const tell = this.updates.holdFile(file);
    const heard = this.keepArtifacts();
    this.fresh = new FreshFile(file, { collect: () => this.unheard(collect), run, files: this.files, hooks: this.hooks.get(path) ?? [] });
    try {
      for (const { test, suiteTest, held, report, beat } of deferred) {
        natives.clearInterval.call(globalThis, beat as never);
        held.goOn();
        const fresh = this.fresh;
        await oneAtATime(test, async () => {
          const afresh = await this.told(test, suiteTest, () => suiteTest.exploreAfresh(fresh, report));
          this.time.note(afresh.elapsedMs, this.settings.testTimeMs);
          this.report(test, afresh);
        });
        held.end();
      }
    } finally {
      for (const { beat } of deferred) natives.clearInterval.call(globalThis, beat as never);
      await this.fresh.close();
      this.fresh = undefined;
      heard();
      if (deferred.some(({ test }) => test.result?.state === "fail")) file.result!.state = "fail";
      tell();
    }
  }

  /** What a test that is evaluated afresh attaches goes nowhere: vitest knows no such test. Returns what ends that. */
  private keepArtifacts(): () => void {
    const own = this as unknown as Record<string, ((test: RunnerTestCase, artifact: unknown) => unknown) | undefined>;
    const heard = (["onTestAnnotate", "onTestArtifactRecord"] as const).map((name) => [name, own[name]] as const);
    for (const [name, native] of heard) {
      if (native !== undefined) own[name] = async (test, artifact) => (isAfresh(test.id) ? artifact : native.call(this, test, artifact));
    }
    return () => void Object.assign(this, Object.fromEntries(heard));
  }

  /** vitest has put a function of its own before the runner's, which tells of what a file registers. */
  private async unheard<Result>(collect: () => Promise<Result>): Promise<Result> {
    const own = Object.getOwnPropertyDescriptor(this, "onCollectStart");
    this.onCollectStart = (file) => TestRunner.prototype.onCollectStart.call(this, file);
    try {
      return await collect();
    } finally {
      Reflect.deleteProperty(this, "onCollectStart");
      if (own !== undefined) Object.defineProperty(this, "onCollectStart", own);
    }
  }

  private report(test: RunnerTestCase, report: SuiteReport): void {
    test.meta.heddleSuite = report;
    this.updates.send(test);
  }

  private note(task: RunnerTask): void {
    if (task.type === "test") this.tests.set(task.id, task);
    else for (const one of task.tasks) this.note(one);
  }
}

function isRunnable(test: RunnerTestCase): boolean {
  return test.mode === "run" || test.mode === "queued";
}
