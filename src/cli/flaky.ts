import { realNow } from "../host/natives.ts";
import { count, oneLine } from "../report/layout.ts";
import type { FailureRate, SuiteSettings } from "../vitest/suite/settings.ts";
import type { FlakyCommand } from "./arguments.ts";
import { inMs, shownDuration } from "./duration.ts";
import { EXIT } from "./exit.ts";
import { Findings } from "./findings.ts";
import type { RoundTest } from "./messages.ts";
import { noTests, vitestIsGone } from "./no-tests.ts";
import { ProgressBar, progressOf, progressText } from "./progress-bar.ts";
import { replayCommandOf, replayOptionsOf } from "./replay-command.ts";
import { rateText, wilsonInterval } from "./results/proportion.ts";
import { rateDocument } from "./results/rate-document.ts";
import { writeResults } from "./results/write-results.ts";
import { complain, say, type Terminal } from "./terminal.ts";
import { lostIn, runRound, type RoundEnd } from "./watched-round.ts";

/** `heddle flaky`: how often the tests fail, and how. */
export class Flaky {
  private readonly command: FlakyCommand;
  private readonly terminal: Terminal;
  private readonly cwd: string;
  private readonly findings = new Findings();
  private readonly bar: ProgressBar;
  private readonly startedAt: number = realNow();

  constructor(command: FlakyCommand, terminal: Terminal, cwd: string) {
    this.command = command;
    this.terminal = terminal;
    this.cwd = cwd;
    this.bar = new ProgressBar(terminal.error);
  }

  /** @returns the exit code: 1 where a test fails. */
  async run(): Promise<number> {
    const end = await this.round();
    this.bar.clear();
    this.findings.note(lostIn(end));
    const rated = this.findings.all.filter(({ report }) => report.rate !== undefined);
    const others = this.findings.all.filter(({ report }) => report.rate === undefined);
    for (const test of rated) say(this.terminal, `${this.textOf(test, test.report.rate!)}\n\n`);
    for (const { file, name, report } of others) say(this.terminal, `${file} > ${name}\n  ${report.verdict === "exploring" ? "not ended" : `not counted: ${oneLine(report.summary)}`}\n\n`);
    if (rated.length === 0 && others.length === 0) return this.cannot(end);
    const { json } = this.command;
    if (json !== undefined) writeResults(json, this.cwd, () => rateDocument(rated, this.command.order), this.terminal);
    const failing = rated.filter(({ report }) => isFailing(report.rate!));
    say(this.terminal, `heddle: ${failing.length} of ${count(rated.length, "test")} can fail, ${shownDuration(realNow() - this.startedAt)}${end.how === "interrupted" ? ", interrupted" : ""}\n`);
    if (failing.length > 0) return EXIT.races;
    if (end.how === "interrupted") return EXIT.interrupted;
    return rated.length === 0 ? EXIT.cannotRun : EXIT.none;
  }

  private round(): Promise<RoundEnd> {
    const { filters, runs, native, order, latencyMs, timeMs, stuckMs, seed, vitest } = this.command;
    const settings: SuiteSettings = {
      runs,
      order,
      latencyMs,
      testTimeMs: timeMs,
      endsAt: inMs(timeMs),
      rate: { runs, native },
      replayOptions: replayOptionsOf(vitest),
      ...(seed === undefined ? {} : { seed }),
    };
    return runRound(
      { cwd: this.cwd, filters, vitest: { ...vitest }, settings },
      {
        stuckMs,
        interrupted: this.terminal.interrupted,
        onState: (tests, collected) => {
          this.findings.note(tests, collected);
          this.bar.show(progressText(progressOf(this.findings, this.startedAt, timeMs)));
        },
      },
    );
  }

  private textOf({ file, path, name }: RoundTest, { schedules, isComplete, failures, native }: FailureRate): string {
    const { order, vitest } = this.command;
    const failed = failures.reduce((sum, { times }) => sum + times, 0);
    const lines = [`${file} > ${name}`];
    const which = order === "production" ? "schedules that can happen as things stand" : `schedules under ${order}`;
    lines.push(
      failed === 0 && isComplete === true
        ? `  never fails: there is no other order${order === "production" ? " as things stand" : ` under ${order}`}`
        : failed === 0
        ? `  never failed in ${count(schedules, "schedule")}: fails in less than ${rareText(schedules)} of ${which}, with 95 %`
        : `  fails in ${rateText(failed, schedules)} of ${which}: ${failed.toLocaleString("en")} of ${schedules.toLocaleString("en")}`,
    );
    if (native.runs > 1 || native.failed > 0) lines.push(`  natively in ${rateText(native.failed, native.runs)}: ${native.failed.toLocaleString("en")} of ${native.runs.toLocaleString("en")}`);
    for (const { message, times, seed } of failures) {
      lines.push(`  ${times.toLocaleString("en")} × ${oneLine(message)}`, `      ${seed === undefined ? "no seed: it did not fail so again" : replayCommandOf(seed, path, replayOptionsOf(vitest))}`);
    }
    return lines.join("\n");
  }

  private cannot(end: RoundEnd): number {
    const { leftOut } = this.findings;
    if (end.how === "interrupted") return EXIT.interrupted;
    const text =
      end.how === "cannot run" ? end.text
      : end.how === "died" ? vitestIsGone(end.output)
      : end.how === "done" && end.unloaded.length > 0 ? end.unloaded.join("\n")
      : noTests(leftOut, this.command.vitest.testNamePattern);
    complain(this.terminal.error, text);
    return EXIT.cannotRun;
  }
}

function isFailing({ failures, native }: FailureRate): boolean {
  return failures.length > 0 || native.failed > 0;
}

function rareText(schedules: number): string {
  return `${(wilsonInterval(0, schedules).high * 100).toPrecision(2)} %`;
}
