import { realNow } from "../host/natives.ts";
import type { SuiteSettings } from "../vitest/suite/settings.ts";
import type { FuzzCommand } from "./arguments.ts";
import { shownDuration } from "./duration.ts";
import { Findings, keyOf } from "./findings.ts";
import type { RoundTest } from "./messages.ts";
import { ProgressBar, progressText } from "./progress-bar.ts";
import { tableOf } from "./table.ts";
import { WatchedRound, type RoundEnd } from "./watched-round.ts";

/** What a command ends with. */
export const EXIT = { none: 0, races: 1, cannotRun: 2, interrupted: 130 } as const;

export interface Terminal {
  readonly out: NodeJS.WriteStream;
  readonly error: NodeJS.WriteStream;
  readonly colour: boolean;
  readonly width: number;
  /** Aborted by Ctrl-C. */
  readonly interrupted: AbortSignal;
}

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
      this.terminal.error.write(`heddle: ${cannot}\n`);
      return EXIT.cannotRun;
    }
    this.print();
    if (this.findings.races.length > 0) return EXIT.races;
    if (this.terminal.interrupted.aborted) return EXIT.interrupted;
    return this.errors.length > 0 ? EXIT.cannotRun : EXIT.none;
  }

  /** Says why not, where the suite cannot be run. */
  private async search(): Promise<string | undefined> {
    for (;;) {
      const { settled } = this.findings;
      const end = await this.round({ plainly: settled.map(keyOf), leaveOut: this.deadly.map(keyOf) });
      if (end.how === "cannot run") return end.text;
      if (end.how === "interrupted") return undefined;
      const failed = this.conclude(end);
      if (failed !== undefined) return failed;
      if (end.how === "done" && end.unfinished.length === 0) break;
    }
    await this.lookAgain();
    return this.nothingToRun();
  }

  private nothingToRun(): string | undefined {
    const { all, collected } = this.findings;
    const pattern = this.command.vitest.testNamePattern;
    if (collected === 0) return this.errors.length > 0 ? this.errors.join("\n") : "the test files have no tests";
    const isEmpty = all.every(({ report }) => report.totalRuns === 0);
    return isEmpty && pattern !== undefined ? `none of ${collected} tests matches the pattern of -t, ${JSON.stringify(pattern)}` : undefined;
  }

  /** What a round has shown beside its tests' own reports. */
  private conclude(end: RoundEnd): string | undefined {
    if (end.how === "done") this.errors.push(...end.errors);
    const lost = end.how === "stuck" ? end.tests : end.how === "done" || end.how === "died" ? end.unfinished : [];
    if (lost.length === 0) {
      if (end.how === "stuck") return `nothing was heard of vitest for too long (--stuck ${shownDuration(this.command.stuckMs)})`;
      return end.how === "died" ? `the process that ran vitest is gone:\n${end.output}` : undefined;
    }
    for (const test of lost) {
      const what = end.how === "stuck" ? `nothing was heard of it for ${shownDuration(this.command.stuckMs)}: an endless synchronous loop?` : "it ended its process";
      const known: RoundTest = { ...test, report: { ...test.report, verdict: "skipped", summary: what } };
      this.deadly.push(known);
      this.findings.note([known], 0);
    }
    return undefined;
  }

  /** Tests that could not be explored after the explorations of others, one by one in processes of their own. */
  private async lookAgain(): Promise<void> {
    for (const test of this.findings.spoilt) {
      if (this.terminal.interrupted.aborted || this.leftMs <= 0) return;
      const plainly = this.findings.all.filter((one) => one !== test).map(keyOf);
      const end = await this.round({ plainly, leaveOut: this.deadly.map(keyOf) });
      if (end.how !== "done") this.conclude(end);
    }
  }

  private round(more: Partial<SuiteSettings>): Promise<RoundEnd> {
    const { filters, runs, order, timeMs, stuckMs, seed, vitest } = this.command;
    const settings: SuiteSettings = {
      runs,
      order,
      testTimeMs: timeMs * MOST_FOR_ONE,
      // oxlint-disable-next-line no-restricted-properties -- real time, which other processes know too.
      endsAt: Date.now() + Math.max(0, this.leftMs),
      ...(seed === undefined ? {} : { seed }),
      ...more,
    };
    const round = new WatchedRound(
      { cwd: this.cwd, filters, vitest: { ...vitest }, settings },
      { stuckMs, interrupted: this.terminal.interrupted, onState: (tests, collected) => this.hear(tests, collected) },
    );
    return round.run();
  }

  private get leftMs(): number {
    return this.command.timeMs - (realNow() - this.startedAt);
  }

  private hear(tests: readonly RoundTest[], collected: number): void {
    this.findings.note(tests, collected);
    const { settled, runs, races } = this.findings;
    const elapsedMs = realNow() - this.startedAt;
    this.bar.show(progressText({ settled: settled.length, collected: this.findings.collected, runs, races: races.length, elapsedMs, timeMs: this.command.timeMs }));
  }

  private print(): void {
    const { out, colour, width, interrupted } = this.terminal;
    const { races, all, runs } = this.findings;
    for (const { file, name, report } of races) out.write(`${file} > ${name}\n\n${report.report ?? report.summary}\n\n\n`);
    for (const error of this.errors) out.write(`error outside of tests: ${error}\n\n`);
    out.write(`${tableOf(all, { colour, width, isVerbose: this.command.isVerbose }).join("\n")}\n\n`);
    const what = races.length === 0 ? "no race found" : `${races.length} ${races.length === 1 ? "race" : "races"} found`;
    const how = interrupted.aborted ? ", interrupted" : this.leftMs <= 0 ? `, stopped after --time ${shownDuration(this.command.timeMs)}` : "";
    out.write(`heddle: ${what} in ${all.length} tests, ${runs.toLocaleString("en")} schedules under ${this.command.order}, ${shownDuration(realNow() - this.startedAt)}${how}\n`);
    if (races.length > 0) out.write("replay one: npx heddle replay <seed>\n");
  }
}
