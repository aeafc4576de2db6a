import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { expect, test } from "vitest";
import { cases, law } from "../../../properties/support/cases.ts";
import { isPrintableLine } from "../../values/printable.ts";
import { timelines, wildText } from "../arbitraries.test-helper.ts";
import { deadlock, debounce, wallet } from "../fixtures.test-helper.ts";
import { chromeTrace } from "./chrome-trace.ts";
import type { FailureDocument } from "./document.ts";
import { documentOf, explainedWallet } from "./documents.test-helper.ts";
import { renderPage } from "./page.ts";
import { shivizLog } from "./shiviz.ts";

const schema = JSON.parse(readFileSync(new URL("../../../failure.schema.json", import.meta.url), "utf8")) as object;
const validate = new Ajv2020({ allErrors: true, strict: true }).compile(schema);

function faultsOf(document: unknown): unknown {
  return validate(JSON.parse(JSON.stringify(document))) ? [] : validate.errors;
}

/** Every text in a document but those of several lines. */
function linesIn(value: unknown, key = ""): string[] {
  if (typeof value === "string") return key === "error" || key === "input" ? [] : [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) => [...linesIn(name), ...linesIn(part, name)]);
}

test("a document is what the schema says, and the schema refuses others", () => {
  for (const timeline of [wallet, deadlock, debounce, explainedWallet()]) expect(faultsOf(documentOf(timeline))).toEqual([]);
  const document = documentOf(wallet);
  expect(faultsOf({ ...document, version: 2 })).not.toEqual([]);
  const { seed: _, ...without } = document;
  expect(faultsOf(without)).not.toEqual([]);
  expect(faultsOf({ ...document, failing: { ...document.failing, steps: [{ ...document.failing.steps[0], kind: "nothing" }] } })).not.toEqual([]);
});

test("a document has the lines of source around each place, once", () => {
  const { sites, sources, failing } = documentOf(wallet);
  const site = sites[failing.steps[2]!.site!]!;
  expect(site).toEqual({ file: "/app/src/wallet.ts", line: 4, column: 3 });
  expect(sources[site.file]?.["4"]).toBe("  async withdraw(amount: number): Promise<void> {");
  expect(Object.keys(sources)).toEqual(["/app/src/wallet.ts"]);
  expect(new Set(sites.map((one) => JSON.stringify(one))).size).toBe(sites.length);
});

test("steps are told in words, with what was answered", () => {
  expect(documentOf(debounce).failing.steps.map(({ does }) => does)).toEqual(["outside", 'db.save("x") asked', "timer of 50 ms", "db.save answered 3"]);
});

test("any timeline makes a document that the schema allows, of bounded and printable texts", law(), () => {
  fc.assert(
    fc.property(timelines, wildText, wildText, (timeline, title, errorText) => {
      const document = documentOf(timeline, { title, errorText }, (_file, line) => (line % 3 === 0 ? undefined : `${title}\n${errorText}`));
      expect(faultsOf(document)).toEqual([]);
      const lines = linesIn(document);
      expect(lines.filter((line) => !isPrintableLine(line))).toEqual([]);
      expect(lines.filter((line) => line.length > 1000)).toEqual([]);
    }),
    cases(50),
  );
});

interface TraceEvent {
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur: number;
  readonly id: string;
  readonly name: string;
}

function traceOf(document: FailureDocument): readonly TraceEvent[] {
  return (JSON.parse(chromeTrace(document)) as { readonly traceEvents: readonly TraceEvent[] }).traceEvents;
}

test("a trace has a track for each task, a slice for each step, and arrows that begin and end in slices", () => {
  const document = documentOf(explainedWallet());
  const events = traceOf(document);
  const slices = events.filter(({ ph }) => ph === "X");
  expect(slices.filter(({ pid }) => pid === 1)).toHaveLength(document.failing.steps.length);
  expect(slices.filter(({ pid }) => pid === 2)).toHaveLength(document.passing!.timeline.steps.length);
  expect(events.filter(({ ph, name }) => ph === "M" && name === "thread_name")).toHaveLength(6);
  const [starts, ends] = ["s", "f"].map((ph) => events.filter((event) => event.ph === ph));
  expect(starts!.length).toBeGreaterThan(0);
  expect(starts!.map(({ id }) => id)).toEqual(ends!.map(({ id }) => id));
  for (const arrow of [...starts!, ...ends!]) {
    const around = slices.filter(({ pid, tid, ts, dur }) => pid === arrow.pid && tid === arrow.tid && ts <= arrow.ts && arrow.ts <= ts + dur);
    expect(around).toHaveLength(1);
  }
  for (const [at, start] of starts!.entries()) expect(start.ts).toBeLessThan(ends![at]!.ts);
  expect(events.filter(({ name }) => name === "the failure was decided here")).toHaveLength(2);
});

/** Reads a log as ShiViz does: by the expression and the delimiter of its first two lines. */
function readShiviz(log: string): Record<string, { readonly host: string; readonly clock: Record<string, number>; readonly event: string }[]> {
  const [expression = "", delimiter = "", ...lines] = log.split("\n");
  const executions: ReturnType<typeof readShiviz> = {};
  let name = "";
  let text = "";
  const end = (): void => {
    const found = [...text.matchAll(new RegExp(expression, "gm"))].map(({ groups }) => ({ host: groups!["host"]!, clock: JSON.parse(groups!["clock"]!) as Record<string, number>, event: groups!["event"]! }));
    if (name !== "") executions[name] = found;
  };
  for (const line of lines) {
    const next = new RegExp(delimiter).exec(line)?.groups?.["trace"];
    if (next === undefined) {
      text += `${line}\n`;
      continue;
    }
    end();
    [name, text] = [next, ""];
  }
  end();
  return executions;
}

test("a ShiViz log has both executions, with the clocks of their arrows", () => {
  const executions = readShiviz(shivizLog(documentOf(explainedWallet())));
  expect(Object.keys(executions)).toEqual(["failing", "passing"]);
  expect(executions["failing"]!.map(({ host, clock }) => [host, clock])).toEqual([
    ["main", { main: 1 }],
    ["checkout", { main: 1, checkout: 1 }],
    ["payout", { main: 1, payout: 1 }],
    ["checkout", { main: 1, checkout: 2 }],
    ["payout", { main: 1, payout: 2 }],
    ["checkout", { main: 1, checkout: 3 }],
    ["payout", { main: 1, payout: 3 }],
    ["main", { main: 2, checkout: 3, payout: 3 }],
  ]);
});

test("any log can be read back: every step is there, and each host counts its own steps", law(), () => {
  fc.assert(
    fc.property(timelines, (timeline) => {
      const steps = timeline.steps.map((step, index) => ({ ...step, after: index > 1 ? [index - 2] : [] }));
      const found = readShiviz(shivizLog(documentOf({ ...timeline, steps })))["failing"] ?? [];
      expect(found).toHaveLength(steps.length);
      const own = new Map<string, number>();
      for (const { host, clock } of found) {
        expect(clock[host]).toBe((own.get(host) ?? 0) + 1);
        own.set(host, clock[host]!);
      }
      expect(own.size).toBe(new Set(steps.map(({ task }) => task)).size);
    }),
    cases(40),
  );
});

test("no text ends the element that it stands in", law(), () => {
  const program = { script: "run()", style: "a{}", scriptHash: "aGFzaA==" };
  const hostile = fc.oneof(wildText, fc.constantFrom("</script><script>alert(1)</script>", "<!--<script>", "</style>", "]]>", '"><img src=x onerror=alert(1)>', "\u2028", "&lt;"));
  const tags = (page: string): readonly string[] => page.match(/<[a-z/!]/giu) ?? [];
  const own = tags(renderPage(documentOf(wallet), program));
  fc.assert(
    fc.property(hostile, hostile, hostile, (title, errorText, name) => {
      const steps = wallet.steps.map((step) => ({ ...step, label: name, notes: [{ type: "log" as const, text: errorText }] }));
      const document = documentOf({ ...wallet, steps, tasks: wallet.tasks.map(({ path }) => ({ path, name })) }, { title, errorText, sentence: title });
      const page = renderPage(document, program);
      // The page's own markup, and not a tag more.
      expect(tags(page)).toEqual(own);
      const data = /<script type="application\/json" id="failure">(.*?)<\/script>/su.exec(page)![1]!;
      expect(JSON.parse(data)).toEqual(JSON.parse(JSON.stringify(document)));
    }),
    cases(100),
  );
});
