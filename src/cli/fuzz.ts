import { removeIfThere } from "../corpus/disk.ts";
import { realNow } from "../host/natives.ts";
import { workflowCommand } from "../report/formats/workflow-command.ts";
import { count } from "../report/layout.ts";
import type { SuiteReport, SuiteSettings } from "../vitest/suite/settings.ts";
import type { FuzzCommand } from "./arguments.ts";
import { shownDuration } from "./duration.ts";
import { EXIT } from "./exit.ts";
import { Findings, keyOf } from "./findings.ts";
import type { RoundTest } from "./messages.ts";
import { ProgressBar, progressText } from "./progress-bar.ts";
import { tableOf } from "./table.ts";
import { complain, say, type Terminal } from "./terminal.ts";
import { runRound, type RoundEnd } from "./watched-round.ts";

/** The most of the time that one test may have, however few there are. */
const MOST_FOR_ONE = 0.25;

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
    this.print();
    if (this.findings.races.length > 0) return EXIT.races;
    if (this.terminal.interrupted.aborted) return EXIT.interrupted;
    return this.couldNotLoad ? EXIT.cannotRun : EXIT.none;
  }

  /** Says why not, where the suite cannot be run. */
  private async search(): Promise<string | undefined> {
    for (;;) {
      const end = await this.round({ plainly: this.findings.settled.map(keyOf) });
      if (end.how === "cannot run") return end.text;
      if (end.how === "interrupted") return undefined;
      const cannot = this.conclude(end);
      if (cannot !== undefined) return cannot;
      if (end.how === "done" && end.unfinished.length === 0) break;
    }
    await this.lookAgain();
    await this.confirm();
    return this.nothingToRun();
  }

  private nothingToRun(): string | undefined {
    const { all, collected } = this.findings;
    const pattern = this.command.vitest.testNamePattern;
    if (collected === 0) return this.errors.length > 0 ? this.errors.join("\n") : "the test files have no tests";
    if (all.length === 0) return `none of ${count(collected, "test")} was run by heddle: its runner was not used. Is there another \`runner\` in vitest's configuration?`;
    const isEmpty = all.every(({ report }) => report.totalRuns === 0);
    return isEmpty && pattern !== undefined ? `none of ${collected} tests matches the pattern of -t, ${JSON.stringify(pattern)}` : undefined;
  }

  /** What a round has shown beside its tests' own reports. */
  private conclude(end: RoundEnd): string | undefined {
    if (end.how === "done") this.hearErrors(end);
    const lost = end.how === "stuck" ? end.tests : end.how === "done" || end.how === "died" ? end.unfinished : [];
    if (lost.length > 0) {
      this.deadly.push(...lost);
      this.findings.note(lost, 0);
      return undefined;
    }
    if (end.how === "stuck") return `nothing was heard of vitest for too long (--stuck ${shownDuration(this.command.stuckMs)})`;
    return end.how === "died" ? `the process that ran vitest is gone:\n${end.output}` : undefined;
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
    const found = this.findings.races.filter((test) => !this.deadly.some((one) => keyOf(one) === keyOf(test)));
    if (found.length === 0) return;
    const replays = Object.fromEntries(found.map((test) => [keyOf(test), test.report.seed!]));
    const again = new Findings();
    const end = await this.round({ replays }, filesOf(found), again);
    if (end.how === "interrupted") return;
    if (end.how === "cannot run") return void this.errors.push(`no race could be replayed in a fresh process: ${end.text}`);
    for (const test of found) {
      const confirmed = again.of(keyOf(test));
      if (confirmed?.report.verdict === "race" || confirmed?.report.verdict === "exploring") continue;
      const { keptIn } = test.report;
      if (keptIn !== undefined) removeIfThere(keptIn);
      const summary = `it failed with a schedule, and did not in a fresh process (${confirmed?.report.summary ?? "it did not run"})`;
      this.findings.note([{ ...test, report: { ...withoutSeed(test.report), verdict: "skipped", summary } }], 0);
    }
  }

  /** A round over the files of these tests. */
  private async extraRound(tests: readonly RoundTest[], more: Partial<SuiteSettings>): Promise<void> {
    if (this.terminal.interrupted.aborted || this.leftMs <= 0) return;
    this.conclude(await this.round(more, filesOf(tests)));
  }

  private round(more: Partial<SuiteSettings>, filters: readonly string[] = this.command.filters, findings: Findings = this.findings): Promise<RoundEnd> {
    const { runs, order, timeMs, stuckMs, seed, vitest } = this.command;
    const settings: SuiteSettings = {
      runs,
      order,
      testTimeMs: timeMs * MOST_FOR_ONE,
      // oxlint-disable-next-line no-restricted-properties -- real time, which other processes know too.
      endsAt: Date.now() + Math.max(0, this.leftMs),
      ...(seed === undefined ? {} : { seed }),
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

  private hear(findings: Findings, tests: readonly RoundTest[], collected: number): void {
    findings.note(tests, collected);
    const { settled, runs, races } = this.findings;
    const elapsedMs = realNow() - this.startedAt;
    this.bar.show(progressText({ settled: settled.length, collected: this.findings.collected, runs, races: races.length, elapsedMs, timeMs: this.command.timeMs }));
  }

  private print(): void {
    const { terminal } = this;
    const { colour, width, interrupted } = terminal;
    const { races, all, runs } = this.findings;
    for (const { file, name, report } of races) say(terminal, `${file} > ${name}\n\n${report.report ?? report.summary}\n\n\n`);
    if (process.env["GITHUB_ACTIONS"] === "true") for (const race of races) say(terminal, `${annotationOf(race)}\n`);
    for (const error of this.errors) say(terminal, `error outside of tests: ${error}\n\n`);
    say(terminal, `${tableOf(all, { colour, width, isVerbose: this.command.isVerbose }).join("\n")}\n\n`);
    const what = races.length === 0 ? "no race found" : `${count(races.length, "race")} found`;
    const how = interrupted.aborted ? ", interrupted" : this.leftMs <= 0 ? `, stopped after --time ${shownDuration(this.command.timeMs)}` : "";
    say(terminal, `heddle: ${what} in ${count(all.length, "test")}, ${count(runs, "schedule")} under ${this.command.order}, ${shownDuration(realNow() - this.startedAt)}${how}\n`);
    if (races.length > 0) say(terminal, "replay one: npx heddle replay <seed>\n");
  }
}

/** The workflow command that shows a race beside the line that decided it. */
function annotationOf({ file, path, name, report }: RoundTest): string {
  const { summary, seed, place = { file: path, line: 1, column: 1 } } = report;
  const replay = seed === undefined ? "" : `\nreplay: npx heddle replay ${seed}`;
  return workflowCommand({ title: `heddle: ${file} > ${name}`, message: `${summary}${replay}`, site: place });
}

function filesOf(tests: readonly RoundTest[]): string[] {
  return [...new Set(tests.map(({ path }) => path))];
}

function withoutSeed({ seed: _seed, report: _report, keptIn: _keptIn, ...rest }: SuiteReport): SuiteReport {
  return rest;
}
