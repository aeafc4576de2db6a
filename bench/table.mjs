/** The results as text. */
import { variants } from "./catalogue.mjs";
import { targetsOf } from "./targets.mjs";

/** @import { Variant } from "./catalogue.mjs" */
/** @import { Results } from "./results.mjs" */

/** @type {Readonly<Record<Variant, string>>} */
const TITLES = {
  "scope all": 'heddle, scope "all"',
  plugin: 'heddle, scope "user", plugin',
  "no plugin": 'heddle, scope "user", no plugin',
  waitFor: "fast-check, waitFor",
  waitAll: "fast-check, waitAll",
  native: "native",
};

/** @param {Results} results */
export function renderTable(results) {
  const { machine, measured, programs, memory } = results;
  const lines = [
    `${machine.cpu}, ${machine.cores} cores, ${machine.platform}, Node ${machine.node}`,
    `median of ${measured.rounds} rounds of ${measured.sliceMs} ms, ± half the distance between the quartiles; ratios: median of the rounds' own`,
    "",
    row("", "executions/s", "±", "steps/s", "× fast-check", "of native"),
  ];
  for (const { name, variants: rates } of programs) {
    lines.push(name);
    for (const variant of variants) {
      const { executionsPerSecond, stepsPerSecond, spread, ratios } = rates[variant];
      const native = ratios.native >= 1 ? `${round(ratios.native)}×` : `1/${round(1 / ratios.native)}`;
      lines.push(
        row(`  ${TITLES[variant]}`, round(executionsPerSecond), `${Math.round(spread * 100)} %`, round(stepsPerSecond), `${round(ratios.fastCheck)}×`, native),
      );
    }
  }
  lines.push("", row("memory, in kB", "at the 1st", "", "at the last", "growth", ""));
  for (const { variant, executions, firstBytes, lastBytes } of memory) {
    const kilobytes = [firstBytes, lastBytes, lastBytes - firstBytes].map((bytes) => Math.round(bytes / 1024).toLocaleString("en"));
    lines.push(row(`  ${TITLES[variant]}`, `${kilobytes[0]}`, "", `${kilobytes[1]}`, `${kilobytes[2]}`, "") + ` ${executions.toLocaleString("en")} executions`);
  }
  lines.push("", "Steps: events (heddle), gates released (fast-check), awaits (native). Native timers wait for real.", "");
  for (const { target, value, met } of targetsOf(results)) lines.push(`${met ? "met    " : "NOT MET"}  ${target}: ${value}`);
  return lines.join("\n");
}

/** @param {string} first @param {string[]} cells */
function row(first, ...cells) {
  const widths = [13, 6, 13, 13, 10];
  return first.padEnd(34) + cells.map((cell, index) => cell.padStart(widths[index] ?? 10)).join("");
}

/** Three digits that mean something. @param {number} value */
function round(value) {
  return value >= 100 ? Math.round(value).toLocaleString("en") : value.toPrecision(value >= 10 ? 3 : 2);
}
