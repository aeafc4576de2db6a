import { commandOf } from "./part.ts";
import type { Result } from "./check.ts";

const WIDTH = 120;

const LEGEND = [
  "Each subject has a law, a safe version that must keep it in every schedule, and an unsafe one that must be caught within 200",
  "executions. complete: every schedule was tried. production: the failure can happen as the code stands; latency: once an await",
  `takes time. A seed replays its failure: HEDDLE_SEED=hd1… ${commandOf("…")}`,
];

/** Each system has a heading; each subject a few lines. */
export function tableOf(results: readonly Result[], elapsedMs: number): string {
  const lines: string[] = [...LEGEND];
  let system: string | undefined;
  for (const result of results) {
    if (result.system !== system) lines.push("", `━━ ${result.system}`);
    system = result.system;
    lines.push("", ...linesOf(result));
  }
  const surprises = results.flatMap(({ subject, surprises }) => surprises.map((what) => `  ${subject}: ${what}`));
  const end = `${results.length} ${results.length === 1 ? "subject" : "subjects"} in ${(elapsedMs / 1000).toFixed(1)} s`;
  return [...lines, "", surprises.length === 0 ? `All as stated: ${end}.` : `Not as stated (${end}):\n${surprises.join("\n")}`].join("\n");
}

function linesOf({ subject, parts, law, safe, unsafe }: Result): string[] {
  const tried = safe.complete ? `complete: ${safe.distinct === 1 ? "there is one schedule" : `all ${plural(safe.distinct, "schedule")}`}` : plural(safe.executions, "execution");
  const found = `${unsafe.verdict === "failed" ? "found" : "NOT FOUND"} in ${plural(unsafe.executions, "execution")}`;
  return [
    `${subject}${parts.length === 0 ? "" : `  [${parts.join(", ")}]`}`,
    ...row("law", law),
    ...row("safe", `${safe.verdict === "passed" ? "passed" : "BLAMED"}  ${safe.order}  ${tried}`),
    ...(safe.uncontrolled.length === 0 ? [] : row("", `not under control: ${safe.uncontrolled.join("; ")}`)),
    ...row("unsafe", [found, unsafe.order, unsafe.seed].filter((text) => text !== undefined).join("  ")),
    ...(unsafe.sentence === undefined ? [] : row("", unsafe.sentence)),
  ];
}

/** Long texts are wrapped between words. */
function row(name: string, text: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/ (?! )(?<! {2})/)) {
    if (line !== "" && line.length + word.length >= WIDTH - 10) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].map((part, index) => `  ${(index === 0 ? name : "").padEnd(8)}${part}`);
}

function plural(number: number, what: string): string {
  return `${number.toLocaleString("en")} ${what}${number === 1 ? "" : "s"}`;
}
