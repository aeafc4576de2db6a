import fc from "fast-check";
import { expect, test } from "vitest";
import { cases, law } from "../../properties/support/cases.ts";
import { timelines, wildText } from "./arbitraries.test-helper.ts";
import { type FailureReport, renderFailure } from "./failure-text.ts";
import { cwd, deadlock, debounce, readLine, site, timelineOf, wallet } from "./fixtures.test-helper.ts";
import { cells } from "./layout.ts";
import { explain } from "./sentence.ts";
import type { Timeline } from "./timeline.ts";

const plain = { colour: false, readLine, cwd };

function reportOf(timeline: Timeline, rest: Partial<FailureReport> = {}): FailureReport {
  const kind = rest.kind ?? "error";
  return {
    title: "withdraws twice",
    kind,
    sentence: explain(timeline, { kind, message: "" }),
    errorText: "AssertionError: expected 40 to be -20 // Object.is equality\n\n- Expected\n+ Received\n\n- -20\n+ 40",
    timeline,
    order: { needs: "latency", awaitSite: site("wallet.ts:6:5"), latencyMs: 100 },
    counts: { foundAtRun: 3, executions: 41, deviations: 1, reproduced: 10, replays: 10 },
    tips: [],
    replay: 'replay: HEDDLE_SEED=hd1-l-abc npx vitest run -t "withdraws twice"',
    ...rest,
  };
}

test("a lost update", () => {
  expect(renderFailure(reportOf(wallet), plain)).toMatchInlineSnapshot(`
    "lost update: checkout and payout both read balance = 100 before either wrote
    error in "withdraws twice"

      AssertionError: expected 40 to be -20 // Object.is equality

      - Expected
      + Received

      - -20
      + 40

    payout read wallet.balance = 100    src/wallet.ts:5:26  const balance = this.balance;
    checkout wrote wallet.balance = 40  src/wallet.ts:7:5   this.balance = balance - amount;

    main  checkout  payout  (each row: what ran after that line's await, up to the next)
          ●                 wallet.ts:4:3  async withdraw(amount: number): Promise<void> {
          │                   read wallet.balance -> 100  (wallet.ts:5)
          │         ●       wallet.ts:4:3  async withdraw(amount: number): Promise<void> {
          │         │       ◀ here plain JavaScript would have run checkout (wallet.ts:6)
          │         │         read wallet.balance -> 100  (wallet.ts:5)
          ●         │       wallet.ts:6:5  await this.audit.record(amount);
          │         │         write wallet.balance = 40 (was 100)  (wallet.ts:7)
          │         ●       wallet.ts:6:5  await this.audit.record(amount);
          │         │         write wallet.balance = 40 (was 40)  (wallet.ts:7)
          ●         │       wallet.ts:8:5  await this.audit.flush();
                    ●       wallet.ts:8:5  await this.audit.flush();
    ●                                      [await]

    happens once the await at src/wallet.ts:6:5 really takes time (up to 100 ms)
    found in run 3, 41 executions in all, 1 deviation (◀) left after shrinking, reproduced 10 of 10
    replay: HEDDLE_SEED=hd1-l-abc npx vitest run -t "withdraws twice""
  `);
});

test("a deadlock", () => {
  const report = reportOf(deadlock, {
    kind: "deadlock",
    title: undefined,
    errorText: "nothing is left to run",
    order: { needs: "latency" },
    tips: ["take the mutexes in one order everywhere"],
  });
  expect(renderFailure(report, plain)).toMatchInlineSnapshot(`
    "deadlock: rent waits for mutex B, held by refund (bank.ts:3) and refund waits for mutex A, held by
    rent (bank.ts:3)

      nothing is left to run

    rent    src/bank.ts:3:18  const second = await to.mutex.acquire();
            waits for mutex B, held by refund
    refund  src/bank.ts:3:18  const second = await to.mutex.acquire();
            waits for mutex A, held by rent
    main    src/bank.test.ts:9:3
            waits for the tasks it spawned

    rent  refund  (each row: what ran after that line's await, up to the next)
    ●             bank.ts:2:17  const first = await from.mutex.acquire();
    │               log rent holds A
    │     ●       bank.ts:2:17  const first = await from.mutex.acquire();
    │     │       ◀ here plain JavaScript would have run rent (bank.ts:3)
    │     │         log refund holds B
    ●     │       bank.ts:3:18  const second = await to.mutex.acquire();
          ●       bank.ts:3:18  const second = await to.mutex.acquire();

    happens once an await really takes time
    tip: take the mutexes in one order everywhere
    found in run 3, 41 executions in all, 1 deviation (◀) left after shrinking, reproduced 10 of 10
    replay: HEDDLE_SEED=hd1-l-abc npx vitest run -t "withdraws twice""
  `);
});

test("a timer against an answer, with the latency that it takes", () => {
  const report = reportOf(debounce, { order: { needs: "production", leastLatencyMs: 50 }, errorText: "Error: saved twice" });
  expect(renderFailure(report, plain)).toMatchInlineSnapshot(`
    "timer of 50 ms fired before db.save answered
    error in "withdraws twice"

      Error: saved twice

    edit's timer of 50 ms went first  src/draft.ts:2:3  setTimeout(() => publish(text), 50);
    edit's answer of db.save was due  src/draft.ts:3:9  await db.save(text);

    edit  (each row: what ran after that line's await, up to the next)
    ●     draft.ts:3:9  db.save("x") asked
    ●     draft.ts:2:3  [timer of 50 ms, at 50 ms] setTimeout(() => publish(text), 50);
    │     ◀ here plain JavaScript would have run edit's answer of db.save (draft.ts:3)
    ●     draft.ts:3:9  await db.save(text);
    │       db.save answered 3

    can happen in production as it stands, once an I/O takes 50 ms or longer
    found in run 3, 41 executions in all, 1 deviation (◀) left after shrinking, reproduced 10 of 10
    replay: HEDDLE_SEED=hd1-l-abc npx vitest run -t "withdraws twice""
  `);
});

function endOf(report: FailureReport): string[] {
  return renderFailure(report, plain).split("\n\n").at(-1)?.split("\n") ?? [];
}

test("what each order means", () => {
  const first = (order: FailureReport["order"]): string | undefined => endOf(reportOf(wallet, { order }))[0];
  expect(first({ needs: "production" })).toBe("can happen in production as it stands");
  expect(first({ needs: "production", leastLatencyMs: 20 })).toBe("can happen in production as it stands, once an I/O takes 20 ms or longer");
  expect(first({ needs: "latency", latencyMs: 100 })).toBe("happens once an await really takes time (up to 100 ms)");
  expect(first({ needs: "latency", latencyMs: Number.POSITIVE_INFINITY })).toBe("happens once an await really takes time");
  expect(first({ needs: "latency", latencyMs: 100, leastLatencyMs: 30, awaitSite: site("wallet.ts:6:5") })).toBe(
    "happens once the await at src/wallet.ts:6:5 really takes time (30 ms or longer)",
  );
  expect(first({ needs: "chaos" })).toBe("only under chaos: a stress test, some of whose orders JavaScript never takes");
});

test("leaks warn, tips follow, a replay that didn't fail is told", () => {
  const leaky = timelineOf(["main"], [{ task: 0, at: "wallet.ts:6:5" }], { leaks: ["a", "b", "c", "d", "e", "f", "g"] });
  const counts = { foundAtRun: 1, executions: 1_000, deviations: 0, reproduced: 7, replays: 10 };
  expect(endOf(reportOf(leaky, { counts, tips: ["set a bound", "use io()"] }))).toEqual([
    "happens once the await at src/wallet.ts:6:5 really takes time (up to 100 ms)",
    ...["a", "b", "c", "d", "e"].map((leak) => `warning: ${leak}`),
    "warning: 2 more leaks",
    "tip: set a bound",
    "tip: use io()",
    "found in run 1, 1,000 executions in all, nothing reordered, reproduced 7 of 10",
    "warning: the same schedule does not always fail: something escapes control",
    'replay: HEDDLE_SEED=hd1-l-abc npx vitest run -t "withdraws twice"',
  ]);
});

test("what no single order explains is laid to none", () => {
  const message = "the body is not deterministic: of two executions with the same schedule, step 4 was request a#3 at /app/src/x.ts:6:62 (of 2 legal) in the one and the end in the other";
  const counts = { foundAtRun: 1, executions: 6, deviations: 0, reproduced: 0, replays: 5 };
  const kind = "nondeterministic";
  const twice = reportOf(wallet, { kind, sentence: explain(wallet, { kind, message }), counts });
  expect(renderFailure(twice, plain)).toContain("step\n4 was request a#3 at x.ts:6 in the one and the end in the other)");
  expect(endOf(twice)).toEqual(["found in run 1, 6 executions in all, nothing reordered, reproduced 0 of 5", twice.replay]);

  const errorText = 'Error: sometimes "both" never held in 70 executions';
  const never = reportOf(wallet, { kind: "invariant", errorText, counts: { ...counts, executions: 70, replays: 0 } });
  expect(endOf(never)).toEqual(["70 executions; above is one of them", never.replay]);
});

test("where no two places are known, the last one is a whole path", () => {
  const timeline = timelineOf(["main", "a"], [{ task: 1, at: "wallet.ts:6:5" }]);
  expect(renderFailure(reportOf(timeline), plain)).toContain("\n\na ran last  src/wallet.ts:6:5  await this.audit.record(amount);\n\n");
});

test("the user's error stays whole, however wide, and only loses colours that nobody asked for", () => {
  const errorText = `\u001b[32m- ${"x".repeat(300)}\u001b[39m\n\n  indented`;
  const bare = renderFailure(reportOf(wallet, { errorText }), plain).split("\n");
  expect(bare.slice(3, 6)).toEqual([`  - ${"x".repeat(300)}`, "", "    indented"]);
  expect(renderFailure(reportOf(wallet, { errorText }), { ...plain, colour: true })).toContain(`  \u001b[32m- ${"x".repeat(300)}`);
});

test("of a long error the head has what differs and where it was thrown; the whole stands below the rows", () => {
  const errorText = "AssertionError: a request failed\n+ actual - expected\n\n  [\n    '/a',\n+   '401'\n-   '/b'\n  ]\n    at test.ts:20:10";
  const text = renderFailure(reportOf(wallet, { errorText }), plain);
  const [head = "", rest = ""] = text.split("(each row:");
  expect(head).toContain("  AssertionError: a request failed\n  +   '401'\n  -   '/b'\n      at test.ts:20:10\n\n");
  expect(rest).toContain(`the whole error:\n\n${errorText.split("\n").map((line) => (line === "" ? "" : `  ${line}`)).join("\n")}\n`);
});

test("any failure: the replay is the last line, whole; no other line is too wide but the error's", law(), () => {
  const texts = fc.record({ sentence: wildText, errorText: wildText, title: wildText, tips: fc.array(wildText, { maxLength: 3 }) });
  const kind = fc.constantFrom("error", "deadlock", "invariant", "leak") as fc.Arbitrary<FailureReport["kind"]>;
  fc.assert(
    fc.property(timelines, texts, kind, fc.integer({ min: 40, max: 140 }), (timeline, rest, failed, width) => {
      const report = reportOf(timeline, { ...rest, kind: failed, replay: `replay: ${"s".repeat(200)}` });
      const text = renderFailure(report, { ...plain, width });
      expect(text.split("\n").at(-1)).toBe(report.replay);
      const without = renderFailure({ ...report, errorText: "" }, { ...plain, width }).split("\n").slice(0, -1);
      for (const line of without) expect(cells(line)).toBeLessThanOrEqual(width);
      expect(text).not.toContain("\u001b[");
      expect(renderFailure(report, { ...plain, width })).toBe(text);
    }),
    cases(200),
  );
});
