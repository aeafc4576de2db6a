import { expect, test } from "vitest";
import { answer, deadlock, debounce, read, readers, request, site, skip, starve, timelineOf, wallet, write } from "./fixtures.test-helper.ts";
import { explain, explainWithPlaces } from "./sentence.ts";

const error = { kind: "error", message: "expected 40 to be -20" } as const;

test("a lost update names both tasks and what they read", () => {
  expect(explain(wallet, error)).toBe("lost update: checkout and payout both read balance = 100 before either wrote");
});

test("its places are the read that went stale and the write that made it so", () => {
  expect(explainWithPlaces(wallet, error).places).toEqual([
    { what: "payout read wallet.balance = 100", site: site("wallet.ts:5:26") },
    { what: "checkout wrote wallet.balance = 40", site: site("wallet.ts:7:5") },
  ]);
});

test("a race explains a broken invariant better than the step that showed it", () => {
  expect(explain(wallet, { kind: "invariant", message: 'invariant "never overdrawn" failed' })).toMatch(/^lost update: /u);
});

test("a stale read: only one of the two based its write on what was gone", () => {
  const timeline = timelineOf(
    ["main", "checkout", "payout"],
    [
      { task: 2, notes: [read("wallet.balance", "100")] },
      { task: 1, notes: [write("wallet.balance", "40", "100")], deviation: skip("payout#2", 2) },
      { task: 2, notes: [write("wallet.balance", "70", "40")] },
    ],
  );
  expect(explain(timeline, error)).toBe(
    "stale read: payout acted on balance = 100, which checkout had changed to 40 in between",
  );
});

test("check-then-act on another thing says only what happened", () => {
  const timeline = timelineOf(
    ["main", "first", "second"],
    [
      { task: 1, notes: [read("hall.seats", "1")] },
      { task: 2, notes: [read("hall.seats", "1"), write("hall.seats", "0", "1")], deviation: skip("first#2", 1) },
      { task: 1, notes: [request("tickets.print", '"A1"')] },
    ],
  );
  expect(explain(timeline, error)).toBe(
    'stale read: first read seats = 1, second changed it to 0, and then first asked tickets.print("A1") without reading it again',
  );
});

test("a read and write in one step is atomic: no race is claimed", () => {
  const timeline = timelineOf(
    ["main", "a", "b"],
    [
      { task: 1, notes: [read("n.value", "0"), write("n.value", "1", "0")] },
      { task: 2, notes: [read("n.value", "1"), write("n.value", "2", "1")] },
    ],
  );
  expect(explain(timeline, error)).toBe("fails in the order plain JavaScript takes, with nothing reordered");
});

test("one who looks again before it writes has read nothing stale", () => {
  const timeline = timelineOf(
    ["main", "a", "b"],
    [
      { task: 1, at: "a.ts:1", notes: [read("n.value", "0")] },
      { task: 2, at: "a.ts:5", notes: [write("n.value", "1", "0")], deviation: skip("a#2", 1, "a.ts:2") },
      { task: 1, at: "a.ts:2", notes: [read("n.value", "1"), write("n.value", "2", "1")] },
    ],
  );
  expect(explain(timeline, error)).toBe("b went on from a.ts:5 during a's await at a.ts:2");
});

test("a race without a deviation is said to be plain JavaScript's own", () => {
  const plain = { ...wallet, steps: wallet.steps.map((step) => ({ ...step, deviation: undefined })) };
  expect(explain(plain, error)).toMatch(/before either wrote, in the order plain JavaScript takes$/u);
});

test("a key that two objects have is told with its object", () => {
  const timeline = timelineOf(
    ["main", "a", "b"],
    [
      { task: 1, notes: [read("left.size", "0"), read("right.size", "9")] },
      { task: 2, notes: [read("left.size", "0")], deviation: skip("a#2", 1) },
      { task: 1, notes: [write("left.size", "1", "0")] },
      { task: 2, notes: [write("left.size", "5", "1")] },
    ],
  );
  expect(explain(timeline, error)).toBe("lost update: a and b both read left.size = 0 before either wrote");
});

test("two consumers of one stream", () => {
  expect(explain(readers, error)).toBe(
    "first and second interleaved on reader: second's read() came between first's read() and read()",
  );
});

test("tasks that take turns on a resource are told where nothing was reordered, but not where a deviation lies elsewhere", () => {
  const plain = { ...readers, steps: readers.steps.map((step) => ({ ...step, deviation: undefined })) };
  expect(explain(plain, error)).toMatch(/^first and second interleaved on reader: .*, in the order plain JavaScript takes$/u);
  const held = { ...readers.steps[3]!, index: 7, event: "second#9", kind: "await" as const, label: undefined, notes: [] };
  const late = { ...plain, steps: [...plain.steps, { ...held, deviation: skip("first#9", 1, "lines.ts:3:16") }] };
  expect(explain(late, error)).toBe("second went on from lines.ts:2 while first waited at lines.ts:3");
});

test("a transaction in another's", () => {
  const query = (task: number, text: string): Parameters<typeof timelineOf>[1][number] => ({
    task,
    kind: "request",
    label: "db.query",
    notes: [request("db.query", JSON.stringify(text))],
  });
  const timeline = timelineOf(
    ["main", "transfer-1", "transfer-2"],
    [query(1, "BEGIN"), { ...query(2, "BEGIN"), deviation: skip("transfer-1#2", 1) }, query(1, "UPDATE accounts")],
  );
  expect(explain(timeline, error)).toBe(
    'transfer-1 and transfer-2 interleaved on db: transfer-2\'s query("BEGIN") came between ' +
      'transfer-1\'s query("BEGIN") and query("UPDATE accounts")',
  );
});

test("a timer before an answer", () => {
  expect(explain(debounce, error)).toBe("timer of 50 ms fired before db.save answered");
});

test("answers of one boundary are told apart by their tasks", () => {
  const timeline = timelineOf(
    ["main", "old", "new"],
    [
      { task: 2, kind: "completion", label: "search", notes: [answer("search", "[]")], deviation: skip("old#2", 1), event: "new#2" },
      { task: 1, kind: "completion", label: "search", notes: [answer("search", "[1]")], event: "old#2" },
    ],
  );
  expect(explain(timeline, error)).toBe("new's search answered before old's search answered");
});

test("the event that was due never ran", () => {
  const timeline = timelineOf(
    ["main", "a", "b"],
    [{ task: 2, at: "a.ts:5", deviation: skip("a#1", 1, "a.ts:2") }],
  );
  expect(explain(timeline, error)).toBe("b went on from a.ts:5 while a waited at a.ts:2");
});

test("a starved event is told with those who ran meanwhile", () => {
  const held = starve("a#1", 1, "a.ts:2");
  const timeline = timelineOf(
    ["main", "a", "b", "c"],
    [
      { task: 2, at: "a.ts:5", deviation: held },
      { task: 3, at: "a.ts:6", deviation: held },
      { task: 1, at: "a.ts:2", event: "a#1" },
    ],
  );
  expect(explain(timeline, error)).toBe("a was held back at a.ts:2 while b and c ran");
});

test("a deadlock names who waits for what, and not the body that waits for them", () => {
  expect(explain(deadlock, { kind: "deadlock", message: "" })).toBe(
    "deadlock: rent waits for mutex B, held by refund (bank.ts:3) and refund waits for mutex A, held by rent (bank.ts:3)",
  );
});

test("a deadlock of many names two", () => {
  const waiting = Array.from({ length: 9 }, (_, task) => ({ task, kind: "await" as const, site: undefined, waitsFor: "a promise" }));
  const names = waiting.map(({ task }) => (task === 0 ? "main" : `w${task}`));
  expect(explain(timelineOf(names, [], { waiting }), { kind: "deadlock", message: "" })).toBe(
    "deadlock: w1 waits for a promise, w2 waits for a promise and 6 more wait",
  );
});

test("each of the other kinds has its sentence", () => {
  const spin = timelineOf(
    ["main", "a", "b"],
    Array.from({ length: 10_000 }, (_, index) => ({ task: 1 + (index % 2), at: `spin.ts:${3 + (index % 2)}` })),
    { leaks: ["timer of 30 ms, armed at wallet.ts:3", "task worker"] },
  );
  const say = (kind: Parameters<typeof explain>[1]["kind"], message: string): string => explain(spin, { kind, message });
  expect(say("livelock", "")).toBe("livelock: no end after 10,000 steps, the last 20 of them by a (spin.ts:3) and b (spin.ts:4), round and round through spin.ts:3 and spin.ts:4");
  expect(say("leak", "")).toBe("leak: timer of 30 ms, armed at wallet.ts:3, and 1 more");
  expect(say("unhandled-rejection", "Error: gone\n  at x")).toBe("unhandled rejection: Error: gone, after b's step at spin.ts:4");
  expect(say("nondeterministic", "step 4 differs")).toBe("nondeterministic: the same schedule took two courses (step 4 differs)");
  expect(say("not-linearizable", "")).toBe("not linearizable: fails in the order plain JavaScript takes, with nothing reordered");
  expect(say("invariant", 'invariant "n >= 0" failed')).toBe('invariant "n >= 0" failed after b\'s step at spin.ts:4');
  expect(say("invariant", 'sometimes "both in" never held in 1,000 runs')).toBe('sometimes "both in" never held in 1,000 runs');
});

test("no steps, no names, no sites: still a sentence", () => {
  const empty = timelineOf([], []);
  expect(explain(empty, error)).toBe("fails in the order plain JavaScript takes, with nothing reordered");
  expect(explain(empty, { kind: "deadlock", message: "" })).toBe("deadlock: nothing is left to run, and the body has not ended");
  expect(explain(timelineOf([], [{ task: 3, deviation: skip("x#1", 7) }]), error)).toBe("another task went on while another task waited");
});

test("an order that only tells what came of it, a late step before one that never ran, is not the cause", () => {
  const tasks = ["main", "user", "other", "settle"];
  const failing = timelineOf(tasks, [
    { task: 1 },
    { task: 2, kind: "timer", label: "8", deviation: skip("user#2", 1) },
    { task: 1 },
    { task: 3, kind: "timer", label: "30" },
  ]);
  const passing = timelineOf(tasks, [{ task: 1 }, { task: 1 }, { task: 1, kind: "timer", label: "12" }, { task: 3, kind: "timer", label: "30" }]);
  const [all, none] = [{ failed: 10, of: 10 }, { failed: 0, of: 10 }];
  const symptom = { before: { event: "settle#1", step: 3 }, after: { event: "user#3", passingStep: 2 }, kept: all, broken: none };
  const cause = { base: none, deciding: [], constraints: [symptom], kept: all, passing: { timeline: passing, partsAt: 1 }, isCutShort: false };
  expect(explain({ ...failing, cause }, error)).toMatch(/^timer of 8 ms fired/u);
  const ran = { ...symptom, before: { event: "other#1", step: 1 } };
  expect(explain({ ...failing, cause: { ...cause, constraints: [ran] } }, error)).toMatch(/ before .*timer of 12 ms fired/u);
});
