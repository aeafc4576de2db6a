import { basename, relative } from "node:path";
import { environment } from "../host/process/environment.ts";
import { wantsColour } from "../report/colour.ts";
import type { RenderOptions } from "../report/text.ts";
import { readRegular } from "../corpus/disk.ts";
import { shellWord } from "../values/shell-word.ts";

/** How to run this program again, for the replay line of an exploration that stands in a script. */
export function ownCommand(): string {
  const [runtime = "node", script, ...values] = process.argv;
  // A worker of a test runner: its own command line is nobody's to paste.
  if (environment()["VITEST"] !== undefined) return "npx vitest run";
  if (/[\\/]node_modules[\\/]/.test(script ?? "")) return "npm test";
  const name = basename(runtime).replace(/\.exe$/, "");
  const shown = script === undefined ? [] : [relativeTo(script)];
  return [name, ...process.execArgv, ...shown, ...values].map(shellWord).join(" ");
}

/** A path as a reader here would write it. */
export function relativeTo(file: string): string {
  const shown = relative(process.cwd(), file);
  return shown.startsWith("..") ? file : shown;
}

const files = new Map<string, readonly string[]>();

/** A line of source, 1-based; `undefined` where the file has none. @throws the error of the file system. */
export function readLine(file: string, line: number): string | undefined {
  let lines = files.get(file);
  if (lines === undefined) {
    // Whoever wrote the source named its file: it may be a pipe.
    lines = readRegular(file).split(/\r?\n/);
    files.set(file, lines);
  }
  return lines[line - 1];
}

/** How reports look here. */
export function renderOptions(): RenderOptions {
  const colour = wantsColour(environment(), process.stdout.isTTY === true);
  // A worker of a runner has no terminal, and may have been told of its parent's.
  const told = Number(environment()["COLUMNS"]);
  const width = Math.min(Math.max(process.stdout.columns ?? (told > 0 ? told : 110), 80), 200);
  return { colour, width, readLine, cwd: process.cwd() };
}
