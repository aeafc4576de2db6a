import { palette, type Paint } from "../../report/colour.ts";
import { cells, cutMiddle, oneLine, pad } from "../../report/layout.ts";
import type { SuiteReport, SuiteVerdict } from "../../vitest/suite/settings.ts";
import type { RoundTest } from "../messages.ts";
import { hasOneOrder } from "./tally.ts";

export interface TableOptions {
  readonly colour: boolean;
  /** Terminal cells: `Infinity` where it is no terminal, and nothing is cut. */
  readonly width: number;
  /** Name the tests that had nothing to decide. */
  readonly isVerbose: boolean;
}

/** What matters most stands last, next to the prompt. */
const ORDER: readonly SuiteVerdict[] = ["not explored", "skipped", "passed", "exploring", "not known", "fails natively", "race"];
/** What a name and a reason keep in the narrowest terminal. */
const LEAST = 20;

interface Row {
  readonly name: string;
  readonly schedules: string;
  readonly verdict: string;
  readonly seed: string;
  readonly kind: SuiteVerdict;
}

/** The tests and what came of them, as lines. */
export function tableOf(tests: readonly RoundTest[], { colour, width, isVerbose }: TableOptions): string[] {
  const shown = isVerbose ? tests : tests.filter(({ report }) => !hasOneOrder(report) || report.failedAtFirst !== undefined);
  const rows = shown.map(rowOf).sort((one, other) => ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind));
  const paint = palette(colour);
  const paints: Partial<Record<SuiteVerdict, Paint>> = { race: paint.red, "fails natively": paint.yellow, skipped: paint.dim };
  const nameCells = Math.min(Math.max(LEAST, Math.floor(width / 2)), Math.max(4, ...rows.map(({ name }) => cells(name))));
  const countCells = Math.max(9, ...rows.map(({ schedules }) => schedules.length));
  const line = (name: string, schedules: string, verdict: string, seed: string): string =>
    `${pad(cutMiddle(name, nameCells), nameCells)}  ${schedules.padStart(countCells)}  ${verdict}${seed === "" ? "" : `  ${seed}`}`;
  const heading = paint.bold(line("test", "schedules", "verdict", "seed"));
  const lines = rows.map(({ name, schedules, verdict, seed, kind }) => {
    // A seed is there to be copied: it is never cut.
    const room = width - nameCells - countCells - 4;
    return (paints[kind] ?? ((text: string) => text))(line(name, schedules, seed === "" ? cutMiddle(verdict, Math.max(room, LEAST)) : verdict, seed));
  });
  return rows.length === 0 ? [] : [heading, ...lines];
}

function rowOf({ file, name, report }: RoundTest): Row {
  const { verdict, runs, seed = "" } = report;
  const schedules = runs === 0 ? "" : runs.toLocaleString("en");
  return { name: oneLine(`${file} > ${name}`), schedules, verdict: verdictOf(report), seed, kind: verdict };
}

function verdictOf(report: SuiteReport): string {
  const { verdict, summary } = report;
  const why = oneLine(summary);
  if (verdict === "race") return "race";
  if (verdict === "passed") return passedOf(report);
  if (verdict === "exploring") return "not ended";
  return why === "" ? verdict : `${verdict}: ${why}`;
}

function passedOf(report: SuiteReport): string {
  const { complete, rests, fragile, failedAtFirst } = report;
  const passed = hasOneOrder(report) ? "one order only" : complete === true ? "passed, every schedule" : "passed";
  const more = [...(rests === undefined ? [] : [rests]), ...(fragile === undefined ? [] : ["fragile, see below"]), ...(failedAtFirst === undefined ? [] : [oneLine(failedAtFirst)])];
  return more.length === 0 ? passed : `${passed}${rests === undefined ? "; " : " "}${more.join("; ")}`;
}

/** Tests that are fragile, with what they rest on: a paragraph of their own, for they are no races. */
export function fragileLines(tests: readonly RoundTest[], { colour, width }: Pick<TableOptions, "colour" | "width">): string[] {
  const { bold, dim } = palette(colour);
  const lines = tests.flatMap(({ file, name, report: { fragile } }) => {
    if (fragile === undefined) return [];
    const shown = cutMiddle(oneLine(`${file} > ${name}`), Math.max(LEAST, width - 2));
    return [`  ${shown}`, `    ${cutMiddle(oneLine(fragile.sentence), Math.max(LEAST, width - 4))}`, dim(`    ${fragile.seed}`)];
  });
  return lines.length === 0 ? [] : [bold("fragile: they pass as things stand, and fail once an await really takes time, or a timer is late"), ...lines];
}
