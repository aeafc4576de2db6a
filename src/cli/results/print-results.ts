import { relative } from "node:path";
import { workflowCommand } from "../../report/formats/workflow-command.ts";
import { count } from "../../report/layout.ts";
import type { FuzzCommand } from "../arguments.ts";
import { shownDuration } from "../duration.ts";
import type { RoundTest } from "../messages.ts";
import { replayCommandOf, replayOptionsOf } from "../replay-command.ts";
import { say, type Terminal } from "../terminal.ts";
import { junitOf } from "./junit.ts";
import { suiteDocument, type SuiteResults } from "./suite-document.ts";
import { fragileLines, tableOf } from "./table.ts";
import { tallyLines } from "./tally.ts";
import { writeResults } from "./write-results.ts";

/** Prints what a search of a suite came to, as the command's `--reporter`s say, and writes the files that it asks for. */
export function printResults(results: SuiteResults, command: FuzzCommand, terminal: Terminal, cwd: string): void {
  const { reporters, json, junit } = command;
  for (const reporter of reporters) {
    if (reporter === "json") terminal.out.write(suiteDocument(results));
    else if (reporter === "junit") terminal.out.write(junitOf(results));
    else if (reporter === "github") annotate(results, command, terminal);
    else printTable(results, command, terminal, cwd);
  }
  if (json !== undefined) writeResults(json, cwd, () => suiteDocument(results), terminal);
  if (junit !== undefined) writeResults(junit, cwd, () => junitOf(results), terminal);
}

function racesOf({ tests }: SuiteResults): readonly RoundTest[] {
  return tests.filter(({ report }) => report.verdict === "race");
}

function printTable(results: SuiteResults, { isVerbose, timeMs }: FuzzCommand, terminal: Terminal, cwd: string): void {
  const { tests, order, errors, elapsedMs, endedBy } = results;
  const { colour, width } = terminal;
  const races = racesOf(results);
  for (const { file, name, report } of races) {
    const page = report.files === undefined ? "" : `as a page: ${relative(cwd, report.files.html)}\n`;
    say(terminal, `${file} > ${name}\n\n${report.report ?? report.summary}\n${page}\n\n`);
  }
  for (const error of errors) say(terminal, `error outside of tests: ${error}\n\n`);
  const table = tableOf(tests, { colour, width, isVerbose });
  for (const block of [table, fragileLines(tests, { colour, width }), tallyLines(tests, { colour, width })]) if (block.length > 0) say(terminal, `${block.join("\n")}\n\n`);
  const what = races.length === 0 ? "no race found" : `${count(races.length, "race")} found`;
  const how = endedBy === "interrupt" ? ", interrupted" : endedBy === "time" ? `, stopped after --time ${shownDuration(timeMs)}` : "";
  const schedules = tests.reduce((sum, { report }) => sum + report.runs, 0);
  const delayed = tests.reduce((sum, { report }) => sum + (report.latencyRuns ?? 0), 0);
  const under = order === "auto" ? `under production${delayed === 0 ? "" : ` and ${delayed.toLocaleString("en")} under latency`}` : `under ${order}`;
  const fragile = tests.filter(({ report }) => report.fragile !== undefined).length;
  say(terminal, `heddle: ${what}${fragile === 0 ? "" : ` and ${fragile} fragile`} in ${count(tests.length, "test")}, ${count(schedules, "schedule")} ${under}, ${shownDuration(elapsedMs)}${how}\n`);
  if (races.length > 0) say(terminal, "replay one: npx heddle replay <seed>\n");
}

/** Workflow commands, which show each race beside the line that decided it. */
function annotate(results: SuiteResults, { vitest }: FuzzCommand, terminal: Terminal): void {
  for (const { file, path, name, report } of racesOf(results)) {
    const { summary, seed, place = { file: path, line: 1, column: 1 } } = report;
    const replay = seed === undefined ? "" : `\nreplay: ${replayCommandOf(seed, path, replayOptionsOf(vitest))}`;
    say(terminal, `${workflowCommand({ title: `heddle: ${file} > ${name}`, message: `${summary}${replay}`, site: place })}\n`);
  }
}
