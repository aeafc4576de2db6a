import fc from "fast-check";
import { expect, test } from "vitest";
import { cases, law } from "../../properties/support/cases.ts";
import { timelines, wildText } from "./arbitraries.test-helper.ts";
import { answer, cwd, deadlock, debounce, read, readers, readLine, request, type Sketch, skip, starve, timelineOf, wallet, write } from "./fixtures.test-helper.ts";
import { cells } from "./layout.ts";
import { explain } from "./sentence.ts";
import { renderTimeline } from "./text.ts";
import type { Timeline } from "./timeline.ts";

const plain = { colour: false, readLine, cwd };

function linesOf(timeline: Timeline, options: Partial<Parameters<typeof renderTimeline>[1]> = {}): string[] {
  return renderTimeline(timeline, { ...plain, ...options }).split("\n");
}

test("a lost update", () => {
  expect(renderTimeline(wallet, plain)).toMatchInlineSnapshot(`
    "main  checkout  payout  (each row: what ran after that line's await, up to the next)
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
    ●                                      [await]"
  `);
});

test("a deadlock", () => {
  expect(renderTimeline(deadlock, plain)).toMatchInlineSnapshot(`
    "rent  refund  (each row: what ran after that line's await, up to the next)
    ●             bank.ts:2:17  const first = await from.mutex.acquire();
    │               log rent holds A
    │     ●       bank.ts:2:17  const first = await from.mutex.acquire();
    │     │       ◀ here plain JavaScript would have run rent (bank.ts:3)
    │     │         log refund holds B
    ●     │       bank.ts:3:18  const second = await to.mutex.acquire();
          ●       bank.ts:3:18  const second = await to.mutex.acquire();"
  `);
});

test("two readers of one stream", () => {
  expect(renderTimeline(readers, plain)).toMatchInlineSnapshot(`
    "first  second  (each row: what ran after that line's await, up to the next)
    ●              lines.ts:2:16  reader.read() asked
    ●              lines.ts:2:16  const head = await reader.read();
    │                reader.read answered "a"
    │      ●       lines.ts:2:16  reader.read() asked
    │      │       ◀ here plain JavaScript would have run first's request of reader.read (lines.ts:3)
    ●      │       lines.ts:3:16  reader.read() asked
    │      ●       lines.ts:2:16  const head = await reader.read();
    │      │         reader.read answered "b"
    ●              lines.ts:3:16  const tail = await reader.read();
    │                reader.read answered "c""
  `);
});

test("a timer against an answer", () => {
  expect(renderTimeline(debounce, plain)).toMatchInlineSnapshot(`
    "edit  (each row: what ran after that line's await, up to the next)
    ●     draft.ts:3:9  db.save("x") asked
    ●     draft.ts:2:3  [timer of 50 ms, at 50 ms] setTimeout(() => publish(text), 50);
    │     ◀ here plain JavaScript would have run edit's answer of db.save (draft.ts:3)
    ●     draft.ts:3:9  await db.save(text);
    │       db.save answered 3"
  `);
});

test("a starved event is marked where it is held back and where it runs, not between", () => {
  const held = starve("slow#2", 1, "wallet.ts:6:5");
  const timeline = timelineOf(
    ["main", "slow", "fast"],
    [
      { task: 1, at: "wallet.ts:4:3" },
      { task: 2, at: "wallet.ts:6:5", deviation: held },
      { task: 2, at: "wallet.ts:8:5", deviation: held },
      { task: 1, at: "wallet.ts:6:5" },
    ],
  );
  expect(renderTimeline(timeline, plain)).toMatchInlineSnapshot(`
    "slow  fast  (each row: what ran after that line's await, up to the next)
    ●           wallet.ts:4:3  async withdraw(amount: number): Promise<void> {
    │     ●     wallet.ts:6:5  await this.audit.record(amount);
    │     │     ◀ slow (wallet.ts:6) held back as long as possible
    │     ●     wallet.ts:8:5  await this.audit.flush();
    ●           wallet.ts:6:5  await this.audit.record(amount);
    │           ◀ slow was held back until here"
  `);
});

/** A worker's long life, a race near its end. */
function long(total: number): Timeline {
  const idle = Array.from({ length: total - 20 }, (_, index): Sketch => ({ task: 1 + (index % 50 < 40 ? 0 : 1), at: "wallet.ts:8:5" }));
  const busy = Array.from({ length: 14 }, (_, index): Sketch => ({
    task: 1 + (index % 2),
    at: "draft.ts:3:9",
    notes: [request("db.save", String(index)), answer("db.save", "ok")],
  }));
  const race: Sketch[] = [
    { task: 1, at: "wallet.ts:4:3", notes: [read("wallet.balance", "100", "wallet.ts:5:26")] },
    { task: 2, at: "wallet.ts:4:3", notes: [read("wallet.balance", "100", "wallet.ts:5:26")], deviation: skip("checkout#next", 1, "wallet.ts:6:5") },
    { task: 1, at: "wallet.ts:6:5", event: "checkout#next", notes: [write("wallet.balance", "40", "100", "wallet.ts:7:5")] },
    { task: 2, at: "wallet.ts:6:5", notes: [write("wallet.balance", "40", "40", "wallet.ts:7:5")] },
    { task: 1, at: "wallet.ts:8:5" },
    { task: 2, at: "wallet.ts:8:5" },
  ];
  return timelineOf(["main", "checkout", "payout"], [...idle, ...busy.slice(0, 7), ...race, ...busy.slice(7)]);
}

test("300 steps take 40 lines, and the race is among them", () => {
  const lines = linesOf(long(300));
  expect(lines.length).toBeLessThanOrEqual(40);
  expect(lines.length).toBeGreaterThan(35);
  const text = lines.join("\n");
  expect(text.match(/read wallet\.balance -> 100/gu)).toHaveLength(2);
  expect(text.match(/write wallet\.balance = 40/gu)).toHaveLength(2);
  expect(text).toContain("◀ here plain JavaScript would have run checkout (wallet.ts:6)");
  expect(text).toMatch(/… \d+ steps of checkout/u);
  expect(lines.at(-2)).toContain("db.save(13) asked");
});

test("in 15 lines only the race is left", () => {
  expect(linesOf(long(300), { maxRows: 15 }).join("\n")).toMatchInlineSnapshot(`
    "checkout  payout  (each row: what ran after that line's await, up to the next)
    ⋮         ⋮       … 234 steps of checkout and 53 of payout
    ●         │       wallet.ts:4:3  async withdraw(amount: number): Promise<void> {
    │         │         read wallet.balance -> 100  (wallet.ts:5)
    │         ●       wallet.ts:4:3  async withdraw(amount: number): Promise<void> {
    │         │       ◀ here plain JavaScript would have run checkout (wallet.ts:6)
    │         │         read wallet.balance -> 100  (wallet.ts:5)
    ●         │       wallet.ts:6:5  await this.audit.record(amount);
    │         │         write wallet.balance = 40 (was 100)  (wallet.ts:7)
    │         ●       wallet.ts:6:5  await this.audit.record(amount);
    │         │         write wallet.balance = 40 (was 40)  (wallet.ts:7)
    ⋮         ⋮       … 4 steps of checkout and 4 of payout
              ●       draft.ts:3:9   await db.save(text);
              │         db.save(13) asked
              │         db.save answered ok"
  `);
});

test("every step is told, shown or folded", () => {
  for (const maxRows of [6, 12, 25, 40, 400]) {
    const lines = linesOf(long(300), { maxRows }).slice(1);
    const folded = lines.flatMap((line) => (line.includes("…") ? [...line.matchAll(/(\d+)(?: steps?)? of/gu)].map(([, n]) => Number(n)) : []));
    const shown = lines.filter((line) => line.includes("●")).length;
    expect(shown + folded.reduce((sum, n) => sum + n, 0)).toBe(300);
  }
});

test("a silent stretch of one task is folded even where there is room", () => {
  const timeline = timelineOf(
    ["main", "loop", "other"],
    [...Array.from({ length: 10 }, (): Sketch => ({ task: 1, at: "wallet.ts:6:5" })), { task: 2, at: "wallet.ts:8:5" }, { task: 1, at: "wallet.ts:8:5" }],
  );
  expect(linesOf(timeline)[1]).toBe("⋮            … 9 steps of loop");
});

test("twelve tasks: the busiest have a lifeline, the others share one and are named in their rows", () => {
  const names = Array.from({ length: 12 }, (_, index) => (index === 0 ? "main" : `transfer-${index}`));
  const steps = names.flatMap((_, task): Sketch[] => Array.from({ length: task % 4 === 1 ? 2 : 1 }, () => ({ task, at: "wallet.ts:6:5" })));
  const lines = linesOf(timelineOf(names, steps));
  expect(lines[0]).toMatch(/^main +tran…r-1 +tran…r-5 +tran…r-9 +8 more /u);
  expect(lines.find((line) => line.includes("transfer-11: "))).toMatch(/^ +● +wallet\.ts:6:5 {2}transfer-11: await this/u);
  for (const line of lines) expect(cells(line)).toBeLessThanOrEqual(100);
});

test("without the sources, the event and its function stand for the code", () => {
  const bare = { ...wallet, steps: wallet.steps.map((step) => ({ ...step, site: step.site && { ...step.site, functionName: "withdraw" } })) };
  expect(linesOf(bare, { readLine: () => undefined })[1]).toBe("      ●                 wallet.ts:4:3  [await in withdraw]");
});

test("a reader of sources is asked for the file and line as the model has them", () => {
  const asked: string[] = [];
  linesOf(debounce, { readLine: (file, line) => void asked.push(`${file}:${line}`) });
  expect(new Set(asked)).toEqual(new Set(["/app/src/draft.ts:3", "/app/src/draft.ts:2"]));
});

test("long values and lines are cut, escapes and newlines in them tamed", () => {
  const timeline = timelineOf(
    ["main", "a"],
    [{ task: 1, at: "x.ts:1:1", notes: [request("db.save", "y".repeat(300)), { type: "log", text: "\u001b[31mred\u001b[0m\nnext" }] }],
  );
  const lines = linesOf(timeline, { readLine: () => `\t${"z".repeat(300)}` });
  expect(lines[1]).toBe(`●  x.ts:1:1  ${"z".repeat(86)}…`);
  expect(lines[2]).toBe(`│    db.save(${"y".repeat(79)}…) asked`);
  expect(lines[3]).toBe("│    log red ⏎ next");
});

test("many notes on one step: those that matter are kept", () => {
  const chatter = Array.from({ length: 30 }, (_, index) => ({ type: "log" as const, text: String(index) }));
  const timeline = timelineOf(
    ["main", "a", "b"],
    [
      { task: 1, notes: [...chatter, read("n.value", "0")], at: "x.ts:1" },
      { task: 2, notes: [write("n.value", "1", "0")], at: "x.ts:2" },
    ],
  );
  const text = linesOf(timeline).join("\n");
  expect(text).toContain("read n.value -> 0");
  expect(text).toContain("… 23 more notes");
});

test("native code that only asked for what another row tells is no row", () => {
  const timeline = timelineOf(
    ["main", "a"],
    [
      { task: 1, at: "draft.ts:3:9", legal: [], notes: [request("db.save", '"x"')] },
      { task: 1, at: "draft.ts:3:9", kind: "request", label: "db.save" },
      { task: 1, at: "draft.ts:3:9", kind: "completion", label: "db.save", notes: [answer("db.save", "undefined")] },
    ],
  );
  expect(linesOf(timeline).slice(1)).toEqual(['●  draft.ts:3:9  db.save("x") asked', "●  draft.ts:3:9  await db.save(text);", "│    db.save answered"]);
});

test("a livelock shows its turn once, and how it came about", () => {
  const spin = Array.from({ length: 400 }, (_, index): Sketch => ({ task: 1, at: `wallet.ts:${6 + (index % 2) * 2}:5`, notes: [answer("lock.try", "false")] }));
  const lines = linesOf(timelineOf(["main", "a", "b"], [{ task: 2, at: "bank.ts:2:17", notes: [answer("lock.try", "true")] }, ...spin]));
  expect(lines.length).toBeLessThan(14);
  expect(lines.join("\n")).toContain("lock.try answered true");
  expect(lines.join("\n")).toMatch(/… \d{3} steps of a/u);
});

test("nothing recorded", () => {
  expect(renderTimeline(timelineOf([], []), plain)).toBe("(no steps were recorded)");
});

test("10,000 steps are quick", { timeout: 2_000 }, () => {
  expect(linesOf(long(10_000)).length).toBeLessThanOrEqual(40);
});

test("a file that can't be read doesn't hide the failure", () => {
  const readNothing = (): never => {
    throw new Error("ENOENT");
  };
  expect(linesOf(wallet, { readLine: readNothing })[1]).toContain("[await]");
});

const options = fc.record({
  width: fc.oneof(fc.integer({ min: 40, max: 220 }), fc.constantFrom(80, 200)),
  maxRows: fc.integer({ min: 6, max: 60 }),
  source: wildText,
});

test("any timeline: bounded in height and width, without escapes, the same each time", law(), () => {
  fc.assert(
    fc.property(timelines, options, (timeline, { width, maxRows, source }) => {
      const before = JSON.stringify(timeline);
      const given = { ...plain, width, maxRows, readLine: () => source };
      const text = renderTimeline(timeline, given);
      const lines = text.split("\n");
      expect(lines.length).toBeLessThanOrEqual(maxRows);
      for (const line of lines) expect(cells(line)).toBeLessThanOrEqual(width);
      expect(text.replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
      expect(renderTimeline(timeline, given)).toBe(text);
      expect(JSON.stringify(timeline)).toBe(before);
    }),
    cases(300),
  );
});

test("any timeline: colour changes nothing but the colour", law(), () => {
  fc.assert(
    fc.property(timelines, (timeline) => {
      const coloured = renderTimeline(timeline, { ...plain, colour: true });
      // eslint-disable-next-line no-control-regex
      const bare = coloured.replace(/\u001b\[\d+m/gu, "").split("\n").map((line) => line.trimEnd());
      expect(bare.join("\n")).toBe(renderTimeline(timeline, plain));
    }),
    cases(),
  );
});

test("any timeline has a sentence of one line", law(), () => {
  const kind = fc.constantFrom("error", "invariant", "deadlock", "livelock", "unhandled-rejection", "leak", "not-linearizable", "nondeterministic");
  fc.assert(
    fc.property(timelines, kind, wildText, (timeline, failed, message) => {
      const sentence = explain(timeline, { kind: failed as "error", message });
      expect(sentence).not.toBe("");
      expect(sentence).not.toMatch(/\p{Cc}/u);
    }),
    cases(300),
  );
});
