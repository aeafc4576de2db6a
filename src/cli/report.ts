import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { messageOf } from "../values/thrown.ts";
import type { ReplayCommand, ReportCommand, ReportOutputs } from "./arguments.ts";
import { EXIT } from "./exit.ts";
import { Replay } from "./replay.ts";
import { complain, say, type Terminal } from "./terminal.ts";

/** `heddle report`: replays one failure, and writes it in the formats that were asked for. */
export class Report {
  private readonly command: ReportCommand;
  private readonly terminal: Terminal;
  private readonly cwd: string;

  constructor(command: ReportCommand, terminal: Terminal, cwd: string) {
    this.command = command;
    this.terminal = terminal;
    this.cwd = cwd;
  }

  /** @returns the exit code: that of the replay, and 2 where a file could not be written. */
  async run(): Promise<number> {
    const folder = mkdtempSync(join(tmpdir(), "heddle-report-"));
    try {
      const { outputs: _, ...rest } = this.command;
      const command: ReplayCommand = { ...rest, command: "replay", inspectPort: undefined };
      const replay = new Replay(command, this.terminal, this.cwd, folder);
      const code = await replay.run();
      const [race] = replay.races;
      if (race === undefined) return code;
      const { files } = race.report;
      if (files === undefined) return this.cannot("the failure was replayed, and its report could not be written; see above");
      this.write(files);
      return code;
    } catch (error) {
      return this.cannot(messageOf(error));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  private write(files: Readonly<Record<keyof Omit<ReportOutputs, "open">, string>>): void {
    const { outputs } = this.command;
    for (const format of ["html", "json", "trace", "shiviz"] as const) {
      const path = outputs[format];
      if (path === undefined) continue;
      const target = resolve(this.cwd, path);
      mkdirSync(dirname(target), { recursive: true });
      copyFileSync(files[format], target);
      say(this.terminal, `heddle: ${NAMES[format]} written to ${path}\n`);
    }
    if (outputs.open && outputs.html !== undefined) open(resolve(this.cwd, outputs.html), this.terminal);
  }

  private cannot(text: string): number {
    complain(this.terminal.error, text);
    return EXIT.cannotRun;
  }
}

const NAMES = { html: "the page", json: "JSON", trace: "Chrome trace events", shiviz: "the ShiViz log" } as const;

/** Shows a file in the user's browser. */
function open(path: string, terminal: Terminal): void {
  const [program, ...before] = process.platform === "darwin" ? ["open"] : process.platform === "win32" ? ["explorer"] : ["xdg-open"];
  const child = spawn(program!, [...before, path], { detached: true, stdio: "ignore" });
  child.on("error", () => complain(terminal.error, `no browser could be started (${program}); open ${path}`));
  child.unref();
}
