/** What is told of each buggy example, kept as files: a change to one of them is looked at. */
import { expect, test } from "vitest";
import { explore } from "../src/index.ts";
import { examples, type ExampleName } from "./all.ts";

/** An execution of a real database takes so long that nobody waits for a thousand of them here. */
const unmeasured: readonly ExampleName[] = ["bank-transfer"];
const kept: readonly ExampleName[] = ["bank-transfer", "deadlock", "stream-readers", "token-refresh", "wallet"];

test.each(kept)("%s", async (name) => {
  const { example } = await examples[name]();
  const { failure } = await explore(example.buggy, { name, corpus: false, shrinkMs: 60_000, explain: !unmeasured.includes(name) });
  expect(failure).toBeDefined();
  const report = failure!.toString().split("\n");
  const rows = report.findIndex((line) => line.includes("(each row: "));
  // Up to the line that says which order it needs: what follows are counts and how to replay it.
  const end = report.findIndex((line, at) => at > rows && line === "");
  const shown = report.slice(0, end).map((line) => line.replaceAll(/(?:\S*\/)?examples\//gu, "examples/").trimEnd());
  expect(report.slice(rows, end).length).toBeLessThanOrEqual(40);
  await expect(`${shown.join("\n")}\n`).toMatchFileSnapshot(`reports/${name}.txt`);
}, 120_000);
