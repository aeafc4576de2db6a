import { palette } from "../../report/colour.ts";
import { wrap } from "../../report/layout.ts";
import type { SkipReason, SuiteReport } from "../../vitest/suite/settings.ts";
import type { RoundTest } from "../messages.ts";

/** What a test's row comes under: its verdict, or why there is none. */
export type TallyKey = "race" | "passed" | "every schedule" | "one order" | "fails natively" | "not known" | "fragile" | "not ended" | "not explored" | SkipReason;

interface Line {
  readonly says: string;
  /** The option or change that would help. */
  readonly help?: string;
}

/** In this order: what was seen to pass first, what matters most last. */
const LINES: Readonly<Record<TallyKey, Line>> = {
  "every schedule": { says: "passed, every schedule" },
  passed: { says: "passed", help: "more schedules are tried with --runs" },
  "one order": { says: "one order only: nothing to decide", help: "--verbose names them" },
  "left out": { says: "left out by the suite itself (skip, todo)" },
  "not explored": { says: "run as they are" },
  "no time": { says: "no time left", help: "--time gives all of them more, fewer --runs leave more for each" },
  "not ended": { says: "not ended", help: "--time gives all of them more" },
  "outlives a run": { says: "state outlives a run", help: "set up in beforeEach, and take down in afterEach, what the test changes; a package that keeps it: server.deps.inline" },
  "not deterministic": { says: "not deterministic", help: "something but the order differs between two runs: the machine's clock, a child process, a random number of a library's" },
  "not confirmed": { says: "failed with a schedule, and did not in a fresh process", help: "it may depend on the tests before it: run its file alone" },
  lost: { says: "hung, or ended their process, in plain JavaScript's order", help: "--stuck waits longer" },
  refused: { says: "refused by heddle: their lines say why" },
  "not known": { says: "not known: run as they are they failed only sometimes, or were not heard of", help: "run their files alone" },
  "fails natively": { says: "fail without heddle, or pass only when tried again" },
  fragile: { says: "fragile: pass as things stand, and fail once an await takes time, or a timer is late", help: "no race; --strict makes them fail the command" },
  race: { says: "race", help: "npx heddle replay <seed> <file>" },
};

/** How many tests come under each key: none that has none. */
export function tallyOf(tests: readonly RoundTest[]): ReadonlyMap<TallyKey, number> {
  const counts = new Map<TallyKey, number>();
  for (const { report } of tests) {
    const key = keyOf(report);
    counts.set(key, (counts.get(key) ?? 0) + 1);
    if (report.fragile !== undefined) counts.set("fragile", (counts.get("fragile") ?? 0) + 1);
  }
  return new Map((Object.keys(LINES) as TallyKey[]).flatMap((key) => (counts.has(key) ? [[key, counts.get(key)!] as const] : [])));
}

/** The counts as lines, each with what would help. */
export function tallyLines(tests: readonly RoundTest[], { colour, width }: { readonly colour: boolean; readonly width: number }): string[] {
  const tally = tallyOf(tests);
  const cells = Math.max(...[...tally.values()].map((count) => count.toLocaleString("en").length));
  const { dim } = palette(colour);
  return [...tally].flatMap(([key, count]) => {
    const { says, help } = LINES[key];
    const line = `${count.toLocaleString("en").padStart(cells)}  ${says}`;
    if (help === undefined) return [line];
    const whole = `${line} (${help})`;
    if (whole.length <= width) return [`${line}${dim(whole.slice(line.length))}`];
    const indent = " ".repeat(cells + 4);
    return [line, ...wrap(help, Math.max(20, width - indent.length)).map((text) => dim(`${indent}${text}`))];
  });
}

/** Whether nothing in a test can be reordered. */
export function hasOneOrder({ verdict, complete, runs }: SuiteReport): boolean {
  return verdict === "passed" && complete === true && runs <= 1;
}

function keyOf(report: SuiteReport): TallyKey {
  const { verdict, complete, reason = "refused" } = report;
  if (verdict === "skipped") return reason;
  if (verdict === "exploring") return "not ended";
  if (verdict !== "passed") return verdict;
  if (hasOneOrder(report)) return "one order";
  return complete === true ? "every schedule" : "passed";
}
