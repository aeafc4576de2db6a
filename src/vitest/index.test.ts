import { beforeAll, describe, expect, test } from "vitest";
import { run, runVitest, type ChildRun } from "./child-vitest.test-helper.ts";

/** The part of a terminal's output about the failure of one test. */
function shownFailure(output: string, name: string): string {
  const start = output.search(new RegExp(`FAIL .*${name}\n`));
  if (start === -1) throw new Error(`no failure of "${name}" in:\n${output}`);
  const rest = output.slice(start);
  return rest.slice(0, rest.search(/\n⎯+\[\d+\/\d+\]⎯/));
}

function times(text: string, part: string): number {
  return text.split(part).length - 1;
}

describe("failures, as vitest shows them", () => {
  let failing: ChildRun;
  beforeAll(async () => {
    failing = await runVitest(["failing"]);
  }, 60_000);

  test("all races are found, and the run fails", () => {
    expect(failing.exitCode).toBe(1);
    expect(failing.tests.map(({ title, status }) => `${status} ${title}`)).toEqual([
      "failed keeps its balance",
      "passed is fine where nothing is shared",
      "failed throws",
      "failed deadlocks",
      "failed throws a text",
      "failed finds a broken invariant",
    ]);
  });

  test("an assertion: the report, then the diff once, then the code frame of the assertion", () => {
    const shown = shownFailure(failing.output, "keeps its balance");
    expect(shown).toMatch(/^RaceError: /m);
    expect(shown).toMatch(/AssertionError: expected \{ balance: \d+, currency: 'EUR' \} to deeply equal/);
    expect(times(shown, "- Expected")).toBe(1);
    expect(times(shown, '-   "balance": 70,')).toBe(1);
    expect(shown.indexOf("replay: HEDDLE_SEED=hd1")).toBeLessThan(shown.indexOf("- Expected"));
    expect(shown).toMatch(/❯ src\/vitest\/fixtures\/failing\.test\.fixture\.ts:18:59\n/);
    expect(shown).toMatch(/ {4} 18\| .*expect\(/);
    expect(shown).not.toContain("Caused by");
    expect(shown).not.toContain("Serialized Error");
    expect(shown).not.toMatch(/❯ .*src\/(?:engine|host|harness|subjects|vitest\/[a-z-]+\.ts)/);
  });

  test("a thrown error: the user's frames, and their cause, without heddle's frames", () => {
    const shown = shownFailure(failing.output, "throws");
    expect(shown).toContain("OverdrawnError: the account is overdrawn");
    expect(shown).toMatch(/❯ withdraw src\/vitest\/fixtures\/failing\.test\.fixture\.ts:44:28\n/);
    expect(times(shown, "Caused by:")).toBe(1);
    expect(shown).toContain("Caused by: Error: the ledger was read too early");
    expect(shown).not.toMatch(/❯ .*src\/(?:engine|host|harness|subjects|vitest\/[a-z-]+\.ts)/);
  });

  test.each([
    ["deadlocks", /deadlock/, "50:6"],
    ["throws a text", /thrown: "b was here before a"/, "78:6"],
    ["finds a broken invariant", /invariant "one at a time"/, "91:6"],
  ])("what has no place of its own is shown at its test.race: %s", (name, report, place) => {
    const shown = shownFailure(failing.output, name);
    expect(shown).toMatch(report);
    expect(shown).toContain(`❯ src/vitest/fixtures/failing.test.fixture.ts:${place}\n`);
    expect(times(shown, "replay: HEDDLE_SEED=hd1")).toBe(1);
  });

  test("machines get the whole report, and what the exploration came to", () => {
    const { failureMessages, meta } = failing.test("keeps its balance");
    expect(failureMessages).toHaveLength(1);
    expect(failureMessages[0]).toMatch(/^RaceError: [\s\S]*replay: HEDDLE_SEED=hd1[\s\S]*\n {4}at .*failing\.test\.fixture\.ts:18:59\)?$/);
    expect(meta.heddle).toMatchObject({ verdict: "failed", seed: expect.stringMatching(/^hd1/) });
    expect(failing.test("is fine where nothing is shared").meta.heddle).toMatchObject({ verdict: "passed", runs: expect.any(Number) });
  });

  test("the printed line replays the failure, and nothing else", async () => {
    const { failureMessages } = failing.test("throws a text");
    const line = /^replay: (HEDDLE_SEED=(hd1\S+) .*)$/m.exec(failureMessages[0]!)!;
    const [, command, seed] = line as unknown as [string, string, string];
    const replayed = await run("sh", ["-c", command]);
    expect(replayed.exitCode).toBe(1);
    expect(replayed.output).toMatch(/Tests +1 failed \| 5 skipped/);
    const report = ({ output }: ChildRun | typeof replayed): string =>
      /thrown: [\s\S]*?(?=\n\S*can happen)/.exec(shownFailure(output, "throws a text"))![0];
    expect(report(replayed)).toBe(report(failing));
    expect(replayed.output).toContain(`replay: HEDDLE_SEED=${seed}`);
  }, 60_000);

  test("names that a shell and a regular expression would both misread are replayed too; a seed leaves the others alone", async () => {
    const { failureMessages } = failing.test("keeps its balance");
    const command = /^replay: (.*)$/m.exec(failureMessages[0]!)![1]!;
    const whole = command.replace(/ -t ".*"$/, "");
    expect(whole).not.toBe(command);
    const [one, all] = await Promise.all([run("sh", ["-c", command]), run("sh", ["-c", whole])]);
    expect(one.output).toMatch(/Tests +1 failed \| 5 skipped/);
    expect(one.output).toContain("FAIL  src/vitest/fixtures/failing.test.fixture.ts > an account (with a $balance) > keeps its balance");
    expect(all.output).toMatch(/Tests +5 failed \| 1 passed/);
    expect(shownFailure(all.output, "throws a text")).toMatch(/found in run [^1]/);
  }, 60_000);
});

test("green races have a line each, whole where that is asked for, and none where nobody wants to hear of them", async () => {
  const only = ["-t", "is fine"];
  const [plain, whole, quiet] = await Promise.all([
    runVitest(["failing", "green"], only),
    runVitest(["failing", "green"], only, { HEDDLE_SUMMARY: "1" }),
    runVitest(["failing", "green"], only, { HEDDLE_SUMMARY: "0" }),
  ]);
  expect(plain.output).toMatch(/^✓ an account \(with a \$balance\) > is fine where nothing is shared: complete, \d+ interleavings$/m);
  expect(plain.output).toMatch(/^✓ is fine though it is large: explored [\d,]+ of about \S+ interleavings/m);
  expect(plain.output.replaceAll("\n    ", " ")).toMatch(/^⚠ is fine as it does one thing only: nothing ran beside anything else, so it proves nothing: start two tasks/m);
  expect(plain.output).toMatch(/^⚠ is fine with any number: nothing ran beside anything else/m);
  expect(plain.output).not.toContain("is fine and says nothing:");
  // One header for all lines of a suite.
  expect(plain.output.match(/^stdout \| .*green\.test\.fixture\.ts$/gm)).toHaveLength(1);
  const { summary } = whole.test("is fine where nothing is shared").meta.heddle!;
  expect(whole.output).toMatch(/^heddle: .*is fine where nothing is shared\npassed: /m);
  expect(whole.output).toContain(`passed: ${summary}`);
  for (const { output } of [whole, quiet]) expect(output).not.toMatch(/^[✓⚠] is fine/m);
}, 60_000);

describe("members", () => {
  let members: ChildRun;
  beforeAll(async () => {
    members = await runVitest(["members", "only"]);
  }, 60_000);

  test("what should pass does, what should be skipped is, and nothing else fails than what shall", () => {
    for (const { title, status } of members.tests) {
      if (title.startsWith("fails:")) expect([title, status]).toEqual([title, "failed"]);
      else if (title.startsWith("skipped") || title === "is left out") expect([title, status === "skipped" || status === "pending"]).toEqual([title, true]);
      else if (title.startsWith("to do")) expect([title, status]).toEqual([title, "todo"]);
      else expect([title, status]).toEqual([title, "passed"]);
    }
    expect(members.tests.length).toBeGreaterThan(40);
    expect(members.exitCode).toBe(1);
  });

  test("a race that was expected and isn't there, misuse, and nondeterminism are told apart", () => {
    expect(members.test("fails: a race that is expected, and is none").failureMessages[0]).toMatch(/^NoRaceError: expected a race, and found none: .*\n +at .*members\.test\.fixture\.ts:\d+/);
    expect(members.test("fails: misuse is no race").failureMessages[0]).toMatch(/^HeddleError: `runs` is -1/);
    expect(members.test("fails: a body that isn't deterministic is no race").failureMessages[0]).toMatch(/is not deterministic/);
    expect(members.test("fails: expect.poll, in virtual time").failureMessages[0]).toMatch(/never: expected \{ waitedMs: 600\d{3} \} to deeply equal/);
    expect(members.test("fails: expect.soft, and goes on").failureMessages[0]).toMatch(/expected 1 to be 2/);
    expect(members.test("fails: an option that is not there").failureMessages[0]).toMatch(/no option `ruins`/);
  });

  test("a search that would outlast its test's time limit stops by itself, and its annotation says so", async () => {
    const { output, exitCode } = await runVitest(["members"], ["--reporter=verbose", "-t", "stops before its time limit"]);
    expect(exitCode).toBe(0);
    expect(output).toMatch(/stopped after \d+ ms, with [\d,]+ of 1,000,000,000 executions made, to keep the test's time limit \(1000 ms\); raise `timeout` or lower `runs`\. latency: none of/);
    expect(members.output).not.toContain("stopped after");
  }, 60_000);
});

describe.each(["threads", "vmThreads"])("what surrounds a body, in the pool %s", (pool) => {
  test("works as it does elsewhere", async () => {
    const { tests, output, exitCode } = await runVitest(["surroundings"], ["--pool", pool]);
    for (const { fullName, status, failureMessages } of tests) {
      expect([fullName, status, failureMessages]).toEqual([fullName, "passed", []]);
    }
    expect(tests).toHaveLength(34);
    expect(exitCode).toBe(0);
    expect(output).toMatch(/^one 1$/m);
    expect(output).not.toMatch(/Snapshots .*(?:obsolete|written)/);
  }, 60_000);
});

describe("test.race.prop", () => {
  let ran: ChildRun;
  beforeAll(async () => {
    ran = await runVitest(["property"]);
  }, 60_000);

  test("all that should pass passes, and what should fail does", () => {
    const wrong = ran.tests.filter(({ title, status }) => (title.startsWith("fails") ? status !== "failed" : status === "failed"));
    expect(wrong.map(({ title, failureMessages }) => [title, ...failureMessages])).toEqual([]);
    expect(ran.tests.length).toBeGreaterThan(9);
    expect(ran.test("skipped").status).toBe("skipped");
  });

  test("a failure shows its input above the timeline, and its line replays both, with no other input tried", async () => {
    const shown = shownFailure(ran.output, "fails: a lost update");
    expect(shown).toContain("input: [[1,1]]");
    expect(shown.indexOf("input: ")).toBeLessThan(shown.indexOf("◀"));
    const seed = /HEDDLE_SEED=(hd\w+)/.exec(shown)![1]!;
    const again = await runVitest(["property"], ["-t", "fails: a lost update"], { HEDDLE_SEED: seed });
    expect(shownFailure(again.output, "fails: a lost update")).toContain("input: [[1,1]]");
    expect(again.test("fails: a lost update").meta.heddle?.runs).toBe(1);
  }, 60_000);
});
