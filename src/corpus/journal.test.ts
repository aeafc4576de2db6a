import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Decisions } from "../engine/decisions.ts";
import { PendingEvent, Task } from "../engine/event.ts";
import type { Outcome } from "../engine/outcome.ts";
import type { ExecutionRequest, Plan } from "../engine/plan.ts";
import { decodeSeed } from "../engine/seed.ts";
import type { Strategy } from "../engine/strategy.ts";
import { replay } from "../strategies/replay.ts";
import { journaled } from "./journaled.ts";
import { FileJournal, readJournal, type JournalSubject } from "./journal.ts";

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "heddle-"));
  path = join(folder, "below", "1.journal");
});

afterEach(() => rmSync(folder, { recursive: true }));

const subject: JournalSubject = { test: "a > b", mark: 4711, scope: "all", latencyMs: Number.POSITIVE_INFINITY, delaysAddUp: true, timersMayBeLate: true, randomness: 0xdeadbeef, command: "npx vitest run a.test.ts" };

test("says at any moment what is being tried", () => {
  const journal = new FileJournal(path);
  expect(readJournal(path)).toBeUndefined();
  journal.open(subject);
  expect(readJournal(path)).toBeUndefined();
  journal.begin("latency");
  expect(readJournal(path)).toMatchObject({ test: "a > b", command: subject.command, execution: 1, deviations: 0 });
  journal.deviate(3, 1);
  journal.deviate(17, 4);
  const { seed, deviations } = readJournal(path)!;
  expect(deviations).toBe(2);
  expect(decodeSeed(seed)).toEqual({
    order: "latency",
    delaysAddUp: true,
    timersMayBeLate: true,
    scope: "all",
    latencyMs: Number.POSITIVE_INFINITY,
    randomness: 0xdeadbeef,
    test: 4711,
    schedule: [
      { kind: "skip", decision: 3, index: 1, check: undefined },
      { kind: "skip", decision: 17, index: 4, check: undefined },
    ],
  });
  journal.dispose();
});

test("what an earlier execution did is not laid to the next", () => {
  const journal = new FileJournal(path);
  journal.open(subject);
  journal.begin("latency");
  for (let decision = 0; decision < 20; decision += 1) journal.deviate(decision, 2);
  journal.begin("production");
  expect(readJournal(path)).toMatchObject({ execution: 2, deviations: 0 });
  journal.deviate(5, 1);
  const { seed } = readJournal(path)!;
  expect(decodeSeed(seed)).toMatchObject({ order: "production", schedule: [{ decision: 5, index: 1 }] });
  journal.dispose();
});

test("nor what an earlier exploration did, and after the last there is nothing", () => {
  const journal = new FileJournal(path);
  journal.open({ ...subject, test: "a very long name ".repeat(30) });
  journal.begin("latency");
  journal.deviate(1, 1);
  journal.open({ ...subject, test: "", mark: 0 });
  expect(readJournal(path)).toBeUndefined();
  journal.begin("chaos");
  expect(decodeSeed(readJournal(path)!.seed)).toMatchObject({ order: "chaos", test: 0, schedule: [] });
  journal.close();
  expect(readFileSync(path, "utf8")).toBe("");
  expect(readJournal(path)).toBeUndefined();
  journal.dispose();
});

class Something extends PendingEvent {
  constructor(isIndependent: boolean) {
    super("request", new Task("main", 1));
    this.isIndependent = isIndependent;
  }

  override run(): void {}
}

test("of a decision for which the strategy is not asked, as an event meets nothing, the number counts too", () => {
  const journal = new FileJournal(path);
  journal.open(subject);
  const last: Strategy = { name: "last", begin: () => true, pick: (legal) => legal.at(-1)! };
  const plan = journaled((function* (): Plan<void> {
    yield { strategy: last, order: "production" };
    yield { strategy: replay([], false), order: "production" };
  })(), journal);
  const [meeting, independent] = [new Something(false), new Something(true)];
  const decisions = new Decisions((plan.next().value as ExecutionRequest).strategy);
  decisions.note(independent);
  expect([[meeting, independent], [independent, meeting], [meeting, meeting, independent], [meeting, new Something(false)]].map((legal) => decisions.decide(legal))).toEqual([1, 0, 2, 1]);
  expect(decodeSeed(readJournal(path)!.seed).schedule).toMatchObject([{ decision: 0, index: 1 }, { decision: 2, index: 2 }, { decision: 3, index: 1 }]);
  // One that follows a schedule is asked for all.
  const followed = plan.next({} as Outcome).value as ExecutionRequest;
  expect(followed.strategy.followsSchedule).toBe(true);
  expect(new Decisions(followed.strategy).decide([meeting, independent])).toBe(0);
  journal.dispose();
});
