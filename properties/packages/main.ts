/**
 * `npm run packages [-- --runs 10000 --order production --scope user --only keyv --reports]`: every scenario, and what
 * came of it. Exits with 1 where one was blamed and nothing is known that excuses it, or where a wrong twin passed.
 */
import { readFileSync } from "node:fs";
import { explore, type ExploreOptions } from "heddle";
import { parseArgs } from "node:util";
import { scenarios } from "./all.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "10000" },
    order: { type: "string", default: "production" },
    scope: { type: "string", default: "user" },
    only: { type: "string", default: "" },
    reports: { type: "boolean", default: false },
  },
});

// `explore` checks the options, and says what it takes.
const options = { runs: Number(values.runs), order: values.order, scope: values.scope } as ExploreOptions;

function versionOf(name: string): string {
  const manifest = readFileSync(new URL(`../../node_modules/${name}/package.json`, import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}

const rows: Record<string, string>[] = [];
const reports: string[] = [];
for (const { package: name, promise, kept, broken, underLatency } of scenarios.filter((one) => one.package.includes(values.only))) {
  const { verdict, runs, complete, elapsedMs, failure } = await explore(kept, { ...options, name: promise });
  const twin = await explore(broken, { ...options, name: promise });
  rows.push({
    package: `${name}@${versionOf(name)}`,
    executions: `${runs.toLocaleString("en")}${complete ? " (all)" : ""}`,
    verdict: failure === undefined ? verdict : `${verdict}: ${failure.kind}, ${failure.order}`,
    "executions/s": Math.round((runs / elapsedMs) * 1000).toLocaleString("en"),
    "wrong twin": twin.failure === undefined ? "NOT FOUND" : `found in ${twin.failure.foundAt}`,
    promise,
  });
  const why = failure?.order === "latency" ? underLatency : undefined;
  if (failure !== undefined) reports.push(`${name}: ${promise}\n${why ?? "UNEXPLAINED"}\n\n${failure.toString()}`);
  if ((failure !== undefined && why === undefined) || twin.failure === undefined) process.exitCode = 1;
}

const columns = Object.keys(rows[0] ?? {});
const widths = columns.map((column) => Math.max(column.length, ...rows.map((row) => row[column]!.length)));
const line = (cells: readonly string[]): string => cells.map((cell, index) => cell.padEnd(widths[index]!)).join("  ").trimEnd();
console.log([line(columns), ...rows.map((row) => line(columns.map((column) => row[column]!)))].join("\n"));
if (values.reports) console.log(reports.map((report) => `\n${"-".repeat(80)}\n${report}`).join("\n"));
