import { expect, test } from "vitest";
import { answer, read, request, site, type Sketch, skip, timelineOf, write } from "./fixtures.test-helper.ts";
import { explain, explainWithPlaces } from "./sentence.ts";

const error = { kind: "error", message: "" } as const;
const names = ["main", "checkout", "payout"];

function ask(task: number, name: string, value: string, at: string): Sketch {
  return { task, at, kind: "request", label: name, notes: [request(name, value)] };
}

function told(task: number, name: string, value: string, at: string, rest: Partial<Sketch> = {}): Sketch {
  return { task, at, kind: "completion", label: name, notes: [answer(name, value)], ...rest };
}

/** Both read before either writes. */
function twins(get: readonly [string, string, string], then: readonly [string, string, string]): Sketch[] {
  const [name, value, result] = get;
  const [next, one, other] = then;
  return [
    ask(1, name, value, "wallet.ts:5"),
    ask(2, name, value, "wallet.ts:5"),
    told(1, name, result, "wallet.ts:5"),
    ask(1, next, one, "wallet.ts:7"),
    told(2, name, result, "wallet.ts:5"),
    ask(2, next, other, "wallet.ts:7"),
  ];
}

test("a lost update between calls, with nothing shared() recorded", () => {
  const timeline = timelineOf(names, twins(["db.read", '"ada"', "100"], ["db.write", '"ada", 70', '"ada", 50']));
  const { sentence, places } = explainWithPlaces(timeline, error);
  expect(sentence).toBe(
    'lost update: checkout and payout both got 100 from db.read("ada") before either called db.write, in the order plain JavaScript takes',
  );
  expect(places).toEqual([
    { what: 'payout got 100 from db.read("ada")', site: site("wallet.ts:5") },
    { what: 'checkout called db.write("ada", 70)', site: site("wallet.ts:7") },
    { what: 'payout called db.write("ada", 50)', site: site("wallet.ts:7") },
  ]);
});

test("check-then-act: what they call next has another key", () => {
  const timeline = timelineOf(names, twins(["token.state", "", '"expired"'], ["auth.refresh", "", ""]));
  expect(explain(timeline, error)).toMatch(/^check-then-act: checkout and payout both got "expired" from token\.state\(\) before either called auth\.refresh/u);
});

test("two that each made something new asked no question", () => {
  const timeline = timelineOf(names, twins(["pool.connect", "", "{ id: 0 }"], ["auth.check", "0", "0"]));
  expect(explain(timeline, error)).not.toContain("check-then-act");
});

test("one that read after the other had written has lost nothing", () => {
  const [a, b, c, d, e, f] = twins(["db.read", '"ada"', "100"], ["db.write", '"ada", 70', '"ada", 50']) as [Sketch, Sketch, Sketch, Sketch, Sketch, Sketch];
  expect(explain(timelineOf(names, [a, c, d, b, e, f]), error)).not.toContain("lost update");
});

const query = (task: number, text: string): Sketch => ask(task, "db.query", JSON.stringify(text), `bank.ts:${text.length}`);

test("a timer that only let the second task start says less than what the two did", () => {
  const timeline = timelineOf(
    ["main", "rent", "bicycle"],
    [
      query(1, "BEGIN"),
      { task: 2, kind: "timer", label: "10", at: "race.ts:24", atMs: 10, deviation: skip("rent#2", 1, "bank.ts:9") },
      query(2, "BEGIN"),
      told(1, "db.query", "{}", "bank.ts:9", { event: "rent#2" }),
      query(1, "UPDATE"),
      query(2, "ROLLBACK"),
      query(1, "COMMIT"),
    ],
  );
  expect(explain(timeline, error)).toBe(
    'rent and bicycle interleaved on db: bicycle\'s query("ROLLBACK") came between rent\'s query("UPDATE") and query("COMMIT")',
  );
});

test("of what a boundary touches, the place is the call", () => {
  const get: Sketch = { task: 1, at: "wallet.ts:5", kind: "request", label: "store.get", notes: [read("rows.a", "2", "store.ts:17")] };
  const set: Sketch = { task: 1, at: "wallet.ts:7", kind: "request", label: "store.set", notes: [write("rows.a", "1", "2", "store.ts:21")] };
  const timeline = timelineOf(names, [get, { ...get, task: 2 }, set, { ...set, task: 2, notes: [write("rows.a", "1", "1", "store.ts:21")] }]);
  expect(explainWithPlaces(timeline, error).places.map(({ site: at }) => at)).toEqual([site("wallet.ts:5"), site("wallet.ts:7")]);
});

test("what an unnamed task's function read before its first await was read in its caller's step", () => {
  const timeline = {
    ...timelineOf(
      ["main", "worker"],
      [
        { task: 0, notes: [read("state.total", "0", "x.ts:3")] },
        { task: 0, notes: [write("state.total", "1", "0", "x.ts:6")] },
        { task: 1, notes: [write("state.total", "1", "1", "x.ts:6")] },
      ],
    ),
    tasks: [{ path: "main", name: "main" }, { path: "main.2", name: "worker" }],
  };
  expect(explain(timeline, error)).toMatch(/^lost update: main and worker both read total = 0 before either wrote/u);
});

test("an event that never ran is told by what it would have been", () => {
  const deviation = { ...skip("rent#2", 1, "bank.ts:9"), insteadOfKind: "completion", insteadOfLabel: "auth.issue" } as const;
  const timeline = timelineOf(names, [{ task: 2, kind: "timer", label: "45", at: "race.ts:23", deviation }]);
  const { sentence, places } = explainWithPlaces(timeline, error);
  expect(sentence).toBe("timer of 45 ms fired before auth.issue answered");
  expect(places[1]?.what).toBe("checkout's answer of auth.issue was due");
});

test("an invariant is told by its name, with what the calls did before where no memory race explains it", () => {
  const steps = [query(1, "BEGIN"), { ...query(2, "BEGIN"), deviation: skip("checkout#2", 1) }, query(1, "COMMIT")];
  const message = 'invariant "one at a time" does not hold';
  expect(explain(timelineOf(names, steps), { kind: "invariant", message })).toBe(
    'invariant "one at a time" failed after checkout\'s step at bank.ts:6; before that, checkout and payout interleaved on db: ' +
      'payout\'s query("BEGIN") came between checkout\'s query("BEGIN") and query("COMMIT")',
  );
});
