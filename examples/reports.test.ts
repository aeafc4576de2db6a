/** What is told of each buggy example, kept as files: a change to one of them is looked at. */
import { expect, test } from "vitest";
import { explore } from "../src/index.ts";
import { examples, type ExampleName } from "./all.ts";

/** Figures are samples, and their number depends on what an execution costs; so do the lines that they are wrapped into. */
function withoutFigures(report: string): string {
  return report
    .replaceAll(/\n {4}(?=\S)/gu, " ")
    .replaceAll(/\d+ of \d+/gu, "n of m")
    .replaceAll(/ *[▲ ] *\d+ % {2}/gu, "  ");
}

const kept: readonly ExampleName[] = ["deadlock", "stream-readers", "token-refresh", "wallet"];

test.each(kept)("%s", async (name) => {
  const { example } = await examples[name]();
  const { failure } = await explore(example.buggy, { name, corpus: false, shrinkMs: 60_000 });
  expect(failure).toBeDefined();
  const report = failure!.toString().split("\n");
  const rows = report.findIndex((line) => line.includes("(each row: "));
  // Up to the line that says which order it needs: what follows are counts and how to replay it.
  const end = report.findIndex((line, at) => at > rows && line === "");
  const shown = report.slice(0, end).map((line) => line.replaceAll(/(?:\S*\/)?examples\//gu, "examples/").trimEnd());
  expect(report.slice(rows, end).length).toBeLessThanOrEqual(40);
  await expect(`${withoutFigures(shown.join("\n"))}\n`).toMatchFileSnapshot(`reports/${name}.txt`);
}, 120_000);
