import { inject, TestRunner, type RunnerTask, type RunnerTestCase, type RunnerTestFile } from "vitest";
import { control } from "../../host/control.ts";
import { install } from "../../host/install.ts";
import { natives } from "../../host/natives.ts";
import { installFakeTimers } from "../fake-timers.ts";
import { oneAtATime } from "../run.ts";
import { installWaiting } from "../waiting.ts";
import type { ExploredTest } from "./explored-test.ts";
import { installLimits } from "./limits.ts";
import { PROVIDED, type SuiteReport, type SuiteSettings } from "./settings.ts";
import { RatedTest } from "./rated-test.ts";
import { select } from "./selection.ts";
import { SuiteTest } from "./suite-test.ts";
import { Updates } from "./updates.ts";

type Config = ConstructorParameters<typeof TestRunner>[0];
type Attributes = Readonly<Record<string, unknown>>;

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
    for (const file of files) {
      select(file, this.settings);
      this.note(file);
    }
  }

  override async onAfterRunFiles(): Promise<void> {
    await this.updates.arrived();
    super.onAfterRunFiles();
  }

  /** vitest's spans: the one around a test is where its whole run can be had again. */
  override trace = <Result>(name: string, attributes: Attributes | (() => Result), callback?: () => Result): Result => {
    const run = callback ?? (attributes as () => Result);
    const test = name === "run.test" ? this.tests.get(String((attributes as Attributes)["vitest.test.id"])) : undefined;
    if (test === undefined || control.inside || !isRunnable(test)) return run();
    return this.runOne(test, run as () => Promise<unknown>) as Result;
  };

  runTask(test: RunnerTestCase): Promise<unknown> {
    const fn = TestRunner.getTestFn(test) as () => unknown;
    if (this.explored !== undefined && control.inside) return this.explored.call(fn);
    return SuiteTest.plainly(test, fn, this.limits.testMs);
  }

  private runOne(test: RunnerTestCase, run: () => Promise<unknown>): Promise<void> {
    return oneAtATime(test, async () => {
      if (!isRunnable(test)) return;
      const Kind = this.settings.rate === undefined ? SuiteTest : RatedTest;
      const suiteTest = new Kind(test, run, {
        settings: this.settings,
        limits: this.limits,
        onExplore: (explored) => {
          this.explored = explored;
        },
      });
      const done = this.updates.hold(test);
      const beat = natives.setInterval.call(globalThis, () => this.report(test, suiteTest.progress), BEAT_MS);
      try {
        this.report(test, suiteTest.progress);
        this.report(test, await suiteTest.run());
      } finally {
        natives.clearInterval.call(globalThis, beat as never);
        this.explored = undefined;
        done();
      }
    });
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
