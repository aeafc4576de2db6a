import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { SuiteReport } from "../../vitest/suite/settings.ts";
import { commandOf, type FuzzCommand } from "../arguments.ts";
import type { RoundTest } from "../messages.ts";
import type { Terminal } from "../terminal.ts";
import { printResults } from "./print-results.ts";
import type { SuiteResults } from "./suite-document.ts";

const folder = mkdtempSync(join(tmpdir(), "heddle-outputs-"));
afterAll(() => rmSync(folder, { recursive: true }));

function tested(name: string, report: Partial<SuiteReport>): RoundTest {
  return { file: "a.test.ts", path: join(folder, "a.test.ts"), name, report: { verdict: "passed", runs: 10, totalRuns: 100, elapsedMs: 1500, summary: "", ...report } };
}

const RACE = tested('says "a < b" & more', {
  verdict: "race",
  seed: "hd1abc",
  summary: "the timer fired\nbefore the answer",
  report: "the whole \u001b[31mreport\u001b[39m\u0000\nreplay: npx heddle replay hd1abc",
  place: { file: join(folder, "a.ts"), line: 7, column: 3 },
});
const RESULTS: SuiteResults = {
  tests: [tested("passes", {}), tested("waits", { verdict: "skipped", reason: "no time", summary: "no time was left for it" }), tested("fails", { verdict: "fails natively", summary: "1 is 2" }), RACE],
  order: "production",
  elapsedMs: 2500,
  endedBy: "time",
  errors: ["out of the blue"],
};

function printed(...words: readonly string[]): string {
  const parts: string[] = [];
  const stream = { write: (text: string) => parts.push(text) } as unknown as NodeJS.WriteStream;
  const terminal: Terminal = { out: stream, error: stream, colour: false, width: Number.POSITIVE_INFINITY, interrupted: new AbortController().signal };
  printResults(RESULTS, commandOf(["fuzz", ...words]) as FuzzCommand, terminal, folder);
  return parts.join("");
}

test("as JSON: every test with its verdict, the reason of a skip, the seed and the place of a race", () => {
  const document = JSON.parse(printed("--reporter", "json")) as Record<string, unknown>;
  expect(document).toMatchObject({ format: "heddle-suite", version: 1, order: "production", elapsedMs: 2500, endedBy: "time", counts: { passed: 1, "no time": 1, "fails natively": 1, race: 1 }, errors: ["out of the blue"] });
  const tests = document["tests"] as Record<string, unknown>[];
  expect(tests.map(({ name, verdict }) => [name, verdict])).toEqual([["passes", "passed"], ["waits", "skipped"], ["fails", "fails natively"], [RACE.name, "race"]]);
  expect(tests[1]).toMatchObject({ reason: "no time" });
  expect(tests[3]).toMatchObject({ seed: "hd1abc", place: { line: 7, column: 3 }, schedules: 10 });
});

test("as JUnit: a race is a failure, what was not explored is skipped, and no text of a test breaks the XML", () => {
  const xml = printed("--reporter", "junit");
  expect(xml).toContain('<testsuites name="heddle fuzz" tests="4" failures="1" errors="0" skipped="2" time="2.500">');
  expect(xml).toContain('<testcase classname="a.test.ts" name="passes" time="1.500"/>');
  expect(xml).toContain('<skipped message="fails natively: 1 is 2"/>');
  expect(xml).toContain('name="says &quot;a &lt; b&quot; &amp; more"');
  expect(xml).toContain('<failure type="race" message="the timer fired&#10;before the answer">the whole report\\u{0}\nreplay: npx heddle replay hd1abc</failure>');
  expect(xml).toContain("<system-err>out of the blue</system-err>");
  // Whatever is opened is closed, in turn.
  const open: string[] = [];
  for (const [, end, name, alone] of xml.matchAll(/<(\/?)([a-z-]+)[^<>]*?(\/?)>/g)) {
    if (end === "/") expect(open.pop()).toBe(name);
    else if (alone === "") open.push(name!);
  }
  expect(open).toEqual([]);
});

test("for GitHub: the table, and an annotation at the racing line with the command that replays it", () => {
  const text = printed("--reporter", "github");
  expect(text).toMatch(/::error file=.*a\.ts,line=7,col=3,title=heddle%3A a\.test\.ts > says.*::the timer fired%0Abefore the answer%0Areplay: npx heddle replay hd1abc .*a\.test\.ts/);
  expect(text).toContain("heddle: 1 race found in 4 tests");
});

test("files are written besides, in folders that are made for them", () => {
  expect(printed("--json", "out/a.json", "--junit", "out/a.xml")).toContain("heddle: 1 race found in 4 tests, 40 schedules under production, 2.5 s, stopped after --time ");
  expect(JSON.parse(readFileSync(join(folder, "out/a.json"), "utf8"))).toHaveProperty("tests.length", 4);
  expect(readFileSync(join(folder, "out/a.xml"), "utf8")).toContain("<testsuites ");
});

test("a file that cannot be written is named, and the rest is printed all the same", () => {
  const text = printed("--json", "out/a.json/b.json");
  expect(text).toMatch(/the results could not be written to .*b\.json: /);
  expect(text).toContain("heddle: 1 race found in 4 tests");
});
