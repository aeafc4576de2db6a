import type { ReplayCommand } from "./arguments.ts";
import { EXIT } from "./exit.ts";
import { Findings } from "./findings.ts";
import { keptFilesOf } from "./kept-files.ts";
import type { RoundTest } from "./messages.ts";
import type { SuiteSettings } from "../vitest/suite/settings.ts";
import { complain, say, type Terminal } from "./terminal.ts";
import { runRound, type RoundEnd } from "./watched-round.ts";

/** `heddle replay`: finds the test that printed a seed, by the hash of its name that the seed carries, and replays it. */
export class Replay {
  private readonly command: ReplayCommand;
  private readonly terminal: Terminal;
  private readonly cwd: string;
  private readonly findings = new Findings();

  private readonly reportFolder: string | undefined;

  /** @param reportFolder - where the failure is to be written in all formats. */
  constructor(command: ReplayCommand, terminal: Terminal, cwd: string, reportFolder?: string) {
    this.reportFolder = reportFolder;
    this.command = command;
    this.terminal = terminal;
    this.cwd = cwd;
  }

  /** The failures that were reproduced. */
  get races(): readonly RoundTest[] {
    return this.findings.races;
  }

  /** @returns the exit code */
  async run(): Promise<number> {
    const kept = this.command.filters.length > 0 ? [] : keptFilesOf(this.command.seed, this.cwd);
    if (kept.length === 0 && this.command.filters.length === 0) this.terminal.error.write(looksThroughAll(this.command.seed));
    // Where the test has been renamed or moved since, the file that keeps its seed does not tell where it is.
    let end = await this.round(kept);
    if (kept.length > 0 && end.how !== "interrupted" && this.findings.all.every(({ report }) => report.totalRuns === 0)) end = await this.round([]);
    if (end.how === "interrupted") return EXIT.interrupted;
    if (end.how === "cannot run") return this.cannot(end.text);
    this.findings.note(end.how === "stuck" ? end.tests : end.unfinished);
    const { races } = this.findings;
    for (const { file, name, report } of races) say(this.terminal, `${file} > ${name}\n\n${report.report ?? report.summary}\n`);
    if (races.length > 0) return EXIT.races;
    const tried = this.findings.all.filter(({ report }) => report.totalRuns > 0);
    const passed = tried.filter(({ report }) => report.verdict === "passed");
    for (const test of passed) say(this.terminal, `heddle: ${shown(test)}: replayed, and it did not fail\n`);
    if (passed.length > 0) return EXIT.none;
    return this.cannot(tried.length > 0 ? tried.map(shown).join("\n") : this.unknownSeed());
  }

  /** @param files - where the test is to be looked for, in place of the command's own filters. */
  private round(files: readonly string[]): Promise<RoundEnd> {
    const { seed, vitest, stuckMs, inspectPort } = this.command;
    const filters = files.length > 0 ? files : this.command.filters;
    const settings: SuiteSettings = {
      runs: 1,
      order: "auto",
      latencyMs: Number.POSITIVE_INFINITY,
      testTimeMs: Number.MAX_SAFE_INTEGER,
      replay: seed,
      ...(this.reportFolder === undefined ? {} : { reportFolder: this.reportFolder }),
      ...(inspectPort === undefined ? {} : { inspectPort }),
    };
    // The debugger looks into one process, which shows no sign of life while it is stopped.
    const options = inspectPort === undefined ? { ...vitest } : { ...vitest, pool: "forks", fileParallelism: false };
    const patienceMs = inspectPort === undefined ? stuckMs : Number.POSITIVE_INFINITY;
    if (inspectPort !== undefined) this.terminal.error.write(howToAttach(inspectPort));
    return runRound(
      { cwd: this.cwd, filters, vitest: options, settings },
      { stuckMs: patienceMs, interrupted: this.terminal.interrupted, onState: (tests, collected) => this.findings.note(tests, collected) },
    );
  }

  private cannot(text: string): number {
    complain(this.terminal.error, text);
    return EXIT.cannotRun;
  }

  private unknownSeed(): string {
    const { seed, filters } = this.command;
    const where = filters.length > 0 ? ` in the files that match ${filters.join(", ")}` : "";
    return `none of ${this.findings.collected} tests${where} has printed the seed ${seed}: it belongs to another suite, or the test has been renamed since`;
  }
}

function looksThroughAll(seed: string): string {
  return `heddle: no .heddle folder here keeps this seed, so its test is looked for in all files; with the file's name it is found at once: npx heddle replay ${seed} <file>\n`;
}

function howToAttach(port: number): string {
  return [
    `heddle: attach a debugger to 127.0.0.1:${port} (chrome://inspect, or your editor's "attach to Node").`,
    "The test runs once natively; then the replay waits for the debugger, and stops before the step that deviates:",
    "`goesFirst` is what runs next, `inPlainJavaScript` what would have. Step out of it to get there.",
    "",
  ].join("\n");
}

function shown({ file, name, report }: RoundTest): string {
  return `${file} > ${name}${report.verdict === "passed" ? "" : `: ${report.verdict}: ${report.summary}`}`;
}
