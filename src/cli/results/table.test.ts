import { expect, test } from "vitest";
import type { SuiteReport } from "../../vitest/suite/settings.ts";
import { Findings } from "../findings.ts";
import type { OrderName } from "../../engine/options.ts";
import { encodeSeed } from "../../engine/seed.ts";
import { lostTest } from "../lost-test.ts";
import type { RoundTest } from "../messages.ts";
import { confirmingText, ProgressBar, progressText } from "../progress-bar.ts";
import { fragileLines, tableOf } from "./table.ts";
import { tallyLines } from "./tally.ts";

function tested(name: string, report: Partial<SuiteReport>): RoundTest {
  return { file: "a.test.ts", path: "/suite/a.test.ts", name, report: { verdict: "passed", runs: 0, totalRuns: 100, elapsedMs: 5, summary: "", ...report } };
}

const PLAIN = { colour: false, width: 120, isVerbose: false };

test("the table ends with what matters most, and a seed is never cut", () => {
  const seed = "hd1".padEnd(60, "0");
  const lines = tableOf(
    [
      tested("race", { verdict: "race", runs: 1234, seed, summary: "lost update" }),
      tested("broken", { verdict: "fails natively", summary: "expected 1 to be 2\nand more" }),
      tested("left out", { verdict: "skipped", summary: "it skips itself" }),
      tested("some", { runs: 100 }),
      tested("all", { runs: 24, complete: true }),
      tested("synchronous", { runs: 1, complete: true }),
    ],
    { ...PLAIN, width: 80 },
  );
  expect(lines).toEqual([
    "test                  schedules  verdict  seed",
    "a.test.ts > left out             skipped: it skips itself",
    "a.test.ts > some            100  passed",
    "a.test.ts > all              24  passed, every schedule",
    "a.test.ts > broken               fails natively: expected 1 to be 2 ⏎ and more",
    `a.test.ts > race          1,234  race  ${seed}`,
  ]);
});

test("asked to be verbose it names what had nothing to decide", () => {
  const lines = tableOf([tested("synchronous", { runs: 1, complete: true })], { ...PLAIN, isVerbose: true });
  expect(lines).toEqual(["test                     schedules  verdict  seed", "a.test.ts > synchronous          1  one order only"]);
});

test("a terminal shows the middle of a long name and of a long reason cut out; anything else shows all of them", () => {
  const name = `the ${"very ".repeat(60)}first`;
  const why = `it differs ${"again and ".repeat(60)}at last`;
  const tests = [tested(name, { verdict: "skipped", summary: why }), tested(name.replace("first", "second"), {})];
  const narrow = tableOf(tests, { ...PLAIN, width: 80 });
  expect(narrow[1]).toMatch(/^a\.test\.ts > the .*….* first +skipped: it .*….* last$/);
  expect(narrow[2]).toMatch(/ second +passed$/);
  for (const line of narrow) expect(line.length).toBeLessThanOrEqual(80);
  expect(tableOf(tests, { ...PLAIN, width: Number.POSITIVE_INFINITY })[1]).toMatch(new RegExp(`^a\\.test\\.ts > ${name} +skipped: ${why}$`));
});

test("the tests are counted by what came of them, each with what would help", () => {
  const tests = [
    tested("a", { verdict: "skipped", reason: "outlives a run" }),
    tested("b", { verdict: "skipped", reason: "outlives a run" }),
    tested("c", { runs: 1, complete: true }),
    tested("d", { verdict: "race", seed: "hd1" }),
    tested("e", { verdict: "exploring" }),
  ];
  const lines = tallyLines(tests, { colour: false, width: Number.POSITIVE_INFINITY });
  expect(lines.map((line) => line.replace(/ \(.*/, ""))).toEqual(["1  one order only: nothing to decide", "1  not ended", "2  state outlives a run", "1  race"]);
  expect(lines[0]).toContain("--verbose");
  for (const line of tallyLines(tests, { colour: false, width: 50 })) expect(line.length).toBeLessThanOrEqual(50);
});

test("where there is no terminal the progress is a line every five seconds", () => {
  const said: string[] = [];
  const stream = { isTTY: false, columns: 80, write: (text: string) => said.push(text) > 0 };
  const bar = new ProgressBar(stream, 0);
  for (let now = 0; now <= 12_000; now += 1000) bar.show(`██░░ ${now / 1000}/100 tests`, now);
  bar.clear();
  expect(said).toEqual(["heddle: 5/100 tests\n", "heddle: 10/100 tests\n"]);
});

test("the progress line has a bar, a rate and the time left, which is never more than was given", () => {
  const progress = { settled: 25, collected: 100, runs: 3000, races: 2, elapsedMs: 10_000, timeMs: 600_000 };
  expect(progressText(progress)).toBe("██████░░░░░░░░░░░░░░░░░░ 25/100 tests, 3,000 schedules (300/s), 2 races, 30 s left");
  expect(progressText({ ...progress, races: 0, timeMs: 15_000 })).toContain("no race yet, 5.0 s left");
  expect(progressText({ ...progress, collected: 0 })).toBe("heddle: collecting tests");
  expect(progressText({ ...progress, elapsedMs: 600_001 })).toContain("2 races, the time is over: what is under way ends");
  expect(confirmingText(1, 3, 90_000)).toBe("heddle: what was found is replayed in a fresh process before it is named: 1 of 3, 90 s at most");
});

test("a second look that came to no end takes nothing back", () => {
  const findings = new Findings();
  findings.note([tested("one", { verdict: "race", seed: "hd1" })]);
  findings.note([tested("one", { verdict: "exploring" }), tested("one", { verdict: "not explored" })]);
  expect(findings.races).toHaveLength(1);
});

test("of tests that are spoilt one of each file is looked at again, until it is settled", () => {
  const findings = new Findings();
  const spoilt = { verdict: "fails natively", isSpoilt: true } as const;
  const [one, two, other] = [tested("one", spoilt), tested("two", spoilt), { ...tested("other", spoilt), file: "b.test.ts" }];
  findings.note([one, two, other]);
  const next = findings.oneOfEachFile(findings.spoilt);
  expect(next.map(({ name }) => name).sort()).toEqual(["one", "other"]);
  findings.settle(next);
  expect(findings.spoilt).toEqual([two]);
});

test("what a lost test was trying says whether it is a race", () => {
  const lost = tested("lost", { verdict: "exploring", runs: 3 });
  const ended = { what: "it ended its process", isSilent: false };
  const seedOf = (order: OrderName): string => encodeSeed({ order, scope: "user", latencyMs: 100, randomness: 1, test: 7, schedule: [] });
  const entry = { test: "lost", command: "", seed: seedOf("production"), execution: 7, deviations: 2 };
  expect(lostTest(lost, ended, undefined, "auto").report).toMatchObject({ verdict: "fails natively", summary: "it ended its process" });
  expect(lostTest(lost, { what: "no sign of life for 20 s", isSilent: true }, undefined, "auto").report).toMatchObject({ verdict: "not known", summary: "run as it is: no sign of life for 20 s" });
  expect(lostTest(lost, ended, { ...entry, deviations: 0 }, "auto").report).toMatchObject({ verdict: "skipped" });
  const { report } = lostTest(lost, ended, entry, "auto");
  expect(report).toMatchObject({ verdict: "race", seed: entry.seed, runs: 7 });
  expect(report.report).toContain(`replay: npx heddle replay ${entry.seed} /suite/a.test.ts`);
  const delayed = { ...entry, seed: seedOf("latency") };
  expect(lostTest(lost, ended, delayed, "latency").report).toMatchObject({ verdict: "race" });
  expect(lostTest(lost, ended, delayed, "auto").report).toMatchObject({ verdict: "passed", fragile: { seed: delayed.seed }, latencyRuns: 7 });
});

test("a test that failed natively beside others, and passes by itself, is not said to fail natively", () => {
  const findings = new Findings();
  const spoilt = { verdict: "fails natively", isSpoilt: true, summary: "expected 1 to be 2" } as const;
  findings.note([tested("passes alone", spoilt), tested("nobody has looked", spoilt), tested("fails", { verdict: "fails natively" })]);
  findings.note([tested("passes alone", { verdict: "not explored" })]);
  findings.concludeNative();
  expect(findings.all.map(({ report }) => report.verdict)).toEqual(["not known", "not known", "fails natively"]);
  expect(tableOf(findings.all, { ...PLAIN, width: Number.POSITIVE_INFINITY }).join("\n")).toContain("not known: it failed natively where other tests had been explored before it (expected 1 to be 2), and it passes when it runs as it is");
});

test("what is fragile stands apart, with what it rests on, and is no race", () => {
  const fragile = { sentence: "rests on `await save()` taking no time, draft.test.ts:14", seed: "hd1abc", report: "" };
  const tests = [tested("draft", { runs: 1, complete: true, fragile }), tested("other", { runs: 1, complete: true, rests: "while every I/O takes at most 1,000 ms" })];
  expect(tableOf(tests, { ...PLAIN, isVerbose: true }).slice(1)).toEqual([
    "a.test.ts > draft          1  one order only; fragile, see below",
    "a.test.ts > other          1  one order only while every I/O takes at most 1,000 ms",
  ]);
  expect(fragileLines(tests, PLAIN).slice(1)).toEqual(["  a.test.ts > draft", `    ${fragile.sentence}`, "    hd1abc"]);
  expect(fragileLines(tests.slice(1), PLAIN)).toEqual([]);
  expect(tallyLines(tests, PLAIN).join("\n")).toMatch(/2 {2}one order only.*\n1 {2}fragile: /);
});
