import { expect, test } from "vitest";
import type { SuiteReport } from "../vitest/suite/settings.ts";
import { Findings } from "./findings.ts";
import { lostTest } from "./lost-test.ts";
import type { RoundTest } from "./messages.ts";
import { progressText } from "./progress-bar.ts";
import { tableOf } from "./table.ts";

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
      tested("left out", { verdict: "skipped", summary: "it uses fake timers" }),
      tested("some", { runs: 100 }),
      tested("all", { runs: 24, complete: true }),
      tested("synchronous", { runs: 1, complete: true }),
    ],
    { ...PLAIN, width: 80 },
  );
  expect(lines).toEqual([
    "test                  schedules  verdict  seed",
    "a.test.ts > left out             skipped: it uses fake timers",
    "a.test.ts > some            100  passed",
    "a.test.ts > all              24  passed, every schedule",
    "a.test.ts > broken               fails natively: expected 1 to be 2 ⏎ and more",
    `a.test.ts > race          1,234  race  ${seed}`,
    "1 test has one order only: nothing to decide (--verbose names them)",
  ]);
});

test("asked to be verbose it names what had nothing to decide", () => {
  const lines = tableOf([tested("synchronous", { runs: 1, complete: true })], { ...PLAIN, isVerbose: true });
  expect(lines).toEqual(["test                     schedules  verdict  seed", "a.test.ts > synchronous          1  passed, every schedule"]);
});

test("the progress line has a bar, a rate and the time left, which is never more than was given", () => {
  const progress = { settled: 25, collected: 100, runs: 3000, races: 2, elapsedMs: 10_000, timeMs: 600_000 };
  expect(progressText(progress)).toBe("██████░░░░░░░░░░░░░░░░░░ 25/100 tests, 3,000 schedules (300/s), 2 races, 30 s left");
  expect(progressText({ ...progress, races: 0, timeMs: 15_000 })).toContain("no race yet, 5.0 s left");
  expect(progressText({ ...progress, collected: 0 })).toBe("heddle: collecting tests");
});

test("a second look that came to no end takes nothing back", () => {
  const findings = new Findings();
  findings.note([tested("one", { verdict: "race", seed: "hd1" })], 1);
  findings.note([tested("one", { verdict: "exploring" }), tested("one", { verdict: "not explored" })], 1);
  expect(findings.races).toHaveLength(1);
});

test("of tests that are spoilt one of each file is looked at again, until it is settled", () => {
  const findings = new Findings();
  const spoilt = { verdict: "fails natively", isSpoilt: true } as const;
  const [one, two, other] = [tested("one", spoilt), tested("two", spoilt), { ...tested("other", spoilt), file: "b.test.ts" }];
  findings.note([one, two, other], 3);
  const next = findings.oneOfEachFile(findings.spoilt);
  expect(next.map(({ name }) => name).sort()).toEqual(["one", "other"]);
  findings.settle(next);
  expect(findings.spoilt).toEqual([two]);
});

test("what a lost test was trying says whether it is a race", () => {
  const lost = tested("lost", { verdict: "exploring", runs: 3 });
  const entry = { test: "lost", command: "", seed: "hd1abc", execution: 7, deviations: 2 };
  expect(lostTest(lost, "it ended its process", undefined).report).toMatchObject({ verdict: "fails natively", summary: "it ended its process" });
  expect(lostTest(lost, "it ended its process", { ...entry, deviations: 0 }).report).toMatchObject({ verdict: "skipped" });
  const { report } = lostTest(lost, "it ended its process", entry);
  expect(report).toMatchObject({ verdict: "race", seed: "hd1abc", runs: 7 });
  expect(report.report).toContain("replay: npx heddle replay hd1abc");
});
