import { availableParallelism } from "node:os";
import { removeIfThere } from "../corpus/disk.ts";
import { realNow } from "../host/natives.ts";
import { count } from "../report/layout.ts";
import type { SuiteReport, SuiteSettings } from "../vitest/suite/settings.ts";
import type { FuzzCommand } from "./arguments.ts";
import { inMs, shownDuration } from "./duration.ts";
import { EXIT } from "./exit.ts";
import { Findings, keyOf } from "./findings.ts";
import type { Collected, RoundTest } from "./messages.ts";
import { noTests, vitestIsGone } from "./no-tests.ts";
import { confirmingText, ProgressBar, progressOf, progressText } from "./progress-bar.ts";
import { replayOptionsOf } from "./replay-command.ts";
import { printResults } from "./results/print-results.ts";
import type { SuiteResults } from "./results/suite-document.ts";
import { complain, type Terminal } from "./terminal.ts";
import { lostIn, runRound, type RoundEnd } from "./watched-round.ts";

/** The most of the time that one test may have, however few there are. */
const MOST_FOR_ONE = 0.25;
/** Every test has had a first look, of so many executions or so much of the time (in ms, at least), before any is searched for longer. */
const FIRST_RUNS = 20;
const FIRST_SHARE = 1 / 200;
const FIRST_MS = 1000;
/** Real ms for the replays that confirm what was found, whatever is left of the time. */
const CONFIRMING_MS = 120_000;

/** `heddle fuzz`: rounds of vitest over a suite, until nothing more is to be found out, and what was found. */
export class Fuzz {
  private readonly command: FuzzCommand;
  private readonly terminal: Terminal;
  private readonly cwd: string;
  private readonly findings = new Findings();
  private readonly bar: ProgressBar;
  private readonly startedAt: number = realNow();
  private readonly errors: string[] = [];
  /** Some of the suite's files have no tests for an error in them. */
  private couldNotLoad = false;
  /** What the bar says while what was found is confirmed. */
  private confirming: (() => string) | undefined = undefined;
  /** Tests that cannot be run again, as they hang or take their process with them. */
  private readonly deadly: RoundTest[] = [];

  constructor(command: FuzzCommand, terminal: Terminal, cwd: string) {
    this.command = command;
    this.terminal = terminal;
    this.cwd = cwd;
    this.bar = new ProgressBar(terminal.error);
  }

  /** @returns the exit code */
  async run(): Promise<number> {
    const cannot = await this.search();
    this.bar.clear();
    if (cannot !== undefined) {
      complain(this.terminal.error, cannot);
      return EXIT.cannotRun;
    }
    printResults(this.results, this.command, this.terminal, this.cwd);
    if (this.findings.races.length > 0 || (this.command.isStrict && this.findings.fragile.length > 0)) return EXIT.races;
    if (this.terminal.interrupted.aborted) return EXIT.interrupted;
    return this.couldNotLoad ? EXIT.cannotRun : EXIT.none;
  }

  /** Says why not, where the suite cannot be run. */
  private async search(): Promise<string | undefined> {
    const cannot = (await this.firstLook()) ?? (await this.goOn());
    if (cannot !== undefined || this.terminal.interrupted.aborted) return cannot;
    await this.lookAgain();
    this.findings.concludeNative();
    await this.confirm();
    return this.nothingToRun();
  }

  private firstLook(): Promise<string | undefined> {
    const { timeMs } = this.command;
    const testTimeMs = Math.min(timeMs * MOST_FOR_ONE, Math.max(FIRST_MS, timeMs * FIRST_SHARE));
    return this.rounds(() => ({ firstRuns: FIRST_RUNS, testTimeMs, plainly: this.findings.settled.map(keyOf) }));
  }

  /** What is left of the time is shared among the tests of which more is to be tried. */
  private async goOn(): Promise<string | undefined> {
    const { partial } = this.findings;
    if (partial.length === 0 || this.leftMs <= 0) return undefined;
    const workers = this.command.vitest.maxWorkers ?? availableParallelism();
    const testTimeMs = Math.min(this.command.timeMs * MOST_FOR_ONE, Math.max(FIRST_MS, (this.leftMs * workers) / partial.length));
    return this.rounds(() => ({ testTimeMs, plainly: this.findings.allBut(this.findings.partial) }), filesOf(partial));
  }

  /** Rounds until one has ended by itself, with no test lost. */
  private async rounds(settings: () => Partial<SuiteSettings>, filters?: readonly string[]): Promise<string | undefined> {
    for (;;) {
      const end = await this.round(settings(), filters);
      if (end.how === "cannot run") return end.text;
      if (end.how === "interrupted") return undefined;
      const cannot = this.conclude(end);
      if (cannot !== undefined) return cannot;
      if (end.how === "done" && end.unfinished.length === 0) return undefined;
    }
  }

  private nothingToRun(): string | undefined {
    const { all, collected, leftOut } = this.findings;
    if (collected === 0 && (leftOut > 0 || this.errors.length === 0)) return noTests(leftOut, this.command.vitest.testNamePattern);
    if (collected === 0) return this.errors.join("\n");
    if (all.length === 0) return `none of ${count(collected, "test")} was run by heddle: its runner was not used. Is there another \`runner\` in vitest's configuration?`;
    return undefined;
  }

  /** What a round has shown beside its tests' own reports. */
  private conclude(end: RoundEnd): string | undefined {
    if (end.how === "done") this.hearErrors(end);
    const lost = lostIn(end);
    if (lost.length > 0) {
      this.deadly.push(...lost);
      this.findings.note(lost);
      return undefined;
    }
    if (end.how === "stuck") return `nothing was heard of vitest for too long (--stuck ${shownDuration(this.command.stuckMs)})`;
    return end.how === "died" ? vitestIsGone(end.output) : undefined;
  }

  private hearErrors({ errors, unloaded }: RoundEnd & { readonly how: "done" }): void {
    this.couldNotLoad ||= unloaded.length > 0;
    for (const error of [...unloaded, ...errors]) if (!this.errors.includes(error)) this.errors.push(error);
  }

  /** Tests that failed natively where others had been explored: run where none is, and explored where no other is. */
  private async lookAgain(): Promise<void> {
    const suspects = this.findings.spoilt;
    if (suspects.length === 0) return;
    await this.extraRound(suspects, { natively: suspects.map(keyOf), plainly: this.findings.allBut(suspects) });
    for (;;) {
      const next = this.findings.oneOfEachFile(this.findings.spoilt);
      if (next.length === 0) return;
      const before = this.findings.spoilt.length;
      await this.extraRound(next, { plainly: this.findings.allBut(next) });
      this.findings.settle(next);
      if (this.findings.spoilt.length >= before) return;
    }
  }

  /** A race that shows in no other process is none that anybody could look at. */
  private async confirm(): Promise<void> {
    const isDeadly = (test: RoundTest): boolean => this.deadly.some((one) => keyOf(one) === keyOf(test));
    const found = [...this.findings.races, ...this.findings.fragile].filter((test) => !isDeadly(test));
    if (found.length === 0) return;
    const replays = Object.fromEntries(found.map((test) => [keyOf(test), (test.report.fragile?.seed ?? test.report.seed)!]));
    const again = new Findings();
    const timeMs = Math.max(this.leftMs, CONFIRMING_MS);
    const endsBy = realNow() + timeMs;
    const isDone = (test: RoundTest): boolean => (again.of(keyOf(test))?.report.verdict ?? "exploring") !== "exploring";
    this.confirming = () => confirmingText(found.filter(isDone).length, found.length, endsBy - realNow());
    this.bar.show(this.confirming());
    const end = await this.round({ replays, endsAt: inMs(timeMs) }, filesOf(found), again);
    this.confirming = undefined;
    if (end.how === "interrupted") return;
    if (end.how === "cannot run") return void this.errors.push(`no race could be replayed in a fresh process: ${end.text}`);
    for (const test of found) {
      const confirmed = again.of(keyOf(test));
      if (confirmed?.report.verdict === "race" || confirmed?.report.verdict === "exploring") continue;
      if (test.report.fragile !== undefined) {
        const { fragile: _fragile, ...report } = test.report;
        this.findings.note([{ ...test, report }]);
        continue;
      }
      const { keptIn } = test.report;
      if (keptIn !== undefined) removeIfThere(keptIn);
      const summary = `it failed with a schedule, and did not in a fresh process (${confirmed?.report.summary ?? "it did not run"})`;
      this.findings.note([{ ...test, report: { ...withoutSeed(test.report), verdict: "skipped", reason: "not confirmed", summary } }]);
    }
  }

  /** A round over the files of these tests. */
  private async extraRound(tests: readonly RoundTest[], more: Partial<SuiteSettings>): Promise<void> {
    if (this.terminal.interrupted.aborted || this.leftMs <= 0) return;
    this.conclude(await this.round(more, filesOf(tests)));
  }

  private round(more: Partial<SuiteSettings>, filters: readonly string[] = this.command.filters, findings: Findings = this.findings): Promise<RoundEnd> {
    const { runs, order, latencyMs, timeMs, stuckMs, seed, vitest } = this.command;
    const settings: SuiteSettings = {
      runs,
      order,
      latencyMs,
      testTimeMs: timeMs * MOST_FOR_ONE,
      endsAt: inMs(Math.max(0, this.leftMs)),
      ...(seed === undefined ? {} : { seed }),
      replayOptions: replayOptionsOf(vitest),
      leaveOut: this.deadly.map(keyOf),
      ...more,
    };
    return runRound(
      { cwd: this.cwd, filters, vitest: { ...vitest }, settings },
      { stuckMs, interrupted: this.terminal.interrupted, onState: (tests, collected) => this.hear(findings, tests, collected) },
    );
  }

  private get leftMs(): number {
    return this.command.timeMs - (realNow() - this.startedAt);
  }

  private hear(findings: Findings, tests: readonly RoundTest[], collected: Collected): void {
    findings.note(tests, collected);
    this.bar.show(this.confirming?.() ?? progressText(progressOf(this.findings, this.startedAt, this.command.timeMs)));
  }

  private get results(): SuiteResults {
    const endedBy = this.terminal.interrupted.aborted ? "interrupt" : this.leftMs <= 0 ? "time" : undefined;
    return { tests: this.findings.all, order: this.command.order, elapsedMs: realNow() - this.startedAt, endedBy, errors: this.errors };
  }
}

function filesOf(tests: readonly RoundTest[]): string[] {
  return [...new Set(tests.map(({ path }) => path))];
}

function withoutSeed({ seed: _seed, report: _report, keptIn: _keptIn, ...rest }: SuiteReport): SuiteReport {
  return rest;
}
