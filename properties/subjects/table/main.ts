/**
 * `npm run subjects [-- --only word --report --json]`: every subject, used safely and unsafely, and what came of it.
 * Exits with 1 where anything is not as stated. `--pages` writes the reports on the pages of `examples/subjects` anew.
 */
import { parseArgs } from "node:util";
import { check, type Result } from "./check.ts";
import { entries } from "./entry.ts";
import { rows } from "../../../examples/subjects/all.ts";
import { writePage } from "./pages.ts";
import { tableOf } from "./text.ts";

const { values } = parseArgs({
  options: {
    /** Subjects, systems or packages with this word. */
    only: { type: "string", default: "" },
    /** Prints the reports of the failures as well. */
    report: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    pages: { type: "boolean", default: false },
  },
});

if (values.pages) {
  for (const row of rows) console.log(await writePage(row));
  process.exit();
}

const wanted = entries.filter(({ system, subject, parts }) => [system, subject, ...parts].some((text) => text.includes(values.only)));
const startedAt = Date.now();
const results: Result[] = [];
const reports: string[] = [];
for (const entry of wanted) {
  const { result, report, blame } = await check(entry);
  results.push(result);
  if (!values.json && process.stderr.isTTY) process.stderr.write(`\r${results.length} of ${wanted.length}`);
  if (blame !== undefined) reports.push(blame);
  if (values.report && report !== undefined) reports.push(report);
}
const elapsedMs = Date.now() - startedAt;
if (values.json) console.log(JSON.stringify({ elapsedMs, results }, undefined, 2));
else console.log([...reports, tableOf(results, elapsedMs)].join("\n\n"));
// Databases and threads would hold the process for a while.
process.exit(wanted.length === 0 || results.some(({ surprises }) => surprises.length > 0) ? 1 : 0);
