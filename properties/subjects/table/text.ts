import type { Result } from "./check.ts";

/** Each system has a heading; each subject a line for the safe one, and two for the unsafe one. */
export function tableOf(results: readonly Result[], elapsedMs: number): string {
  const lines: string[] = [];
  let system: string | undefined;
  for (const result of results) {
    if (result.system !== system) lines.push("", result.system);
    system = result.system;
    lines.push(...linesOf(result));
  }
  const surprises = results.flatMap(({ subject, surprises }) => surprises.map((what) => `  ${subject}: ${what}`));
  const end = `${results.length} ${results.length === 1 ? "subject" : "subjects"} in ${(elapsedMs / 1000).toFixed(1)} s`;
  return [...lines.slice(1), "", surprises.length === 0 ? `All as stated: ${end}.` : `Not as stated (${end}):\n${surprises.join("\n")}`].join("\n");
}

function linesOf({ subject, parts, law, safe, unsafe }: Result): string[] {
  const schedules = safe.complete ? `complete (${count(safe.executions)})` : count(safe.executions);
  const verdict = unsafe.verdict === "failed" ? `found in ${count(unsafe.executions)}` : "NOT FOUND";
  const lines = [
    `  ${subject}: ${law}${parts.length === 0 ? "" : ` [${parts.join(", ")}]`}`,
    `    safe    ${safe.order.padEnd(10)}  ${schedules.padEnd(14)}  ${safe.verdict === "passed" ? "passed" : "BLAMED"}`,
    `    unsafe  ${(unsafe.order ?? "").padEnd(10)}  ${verdict.padEnd(14)}  ${unsafe.seed ?? ""}`,
  ];
  if (unsafe.sentence !== undefined) lines.push(`            ${unsafe.sentence}`);
  return lines;
}

function count(number: number): string {
  return number.toLocaleString("en");
}
