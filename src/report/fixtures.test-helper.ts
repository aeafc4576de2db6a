/** Timelines made by hand, for the tests of the reports. */
import type { EventKind } from "../engine/event.ts";
import type { Note, Site, StepDeviation, Timeline, TimelineStep, Waiter } from "./timeline.ts";

export const cwd = "/app";

const sources: Readonly<Record<string, readonly string[]>> = {
  "/app/src/wallet.ts": [
    "export class Wallet {",
    "  balance = 100;",
    "",
    "  async withdraw(amount: number): Promise<void> {",
    "    const balance = this.balance;",
    "    await this.audit.record(amount);",
    "    this.balance = balance - amount;",
    "    await this.audit.flush();",
    "  }",
    "}",
  ],
  "/app/src/bank.ts": [
    "export async function transfer(from: Account, to: Account): Promise<void> {",
    "  const first = await from.mutex.acquire();",
    "  const second = await to.mutex.acquire();",
    "}",
  ],
  "/app/src/lines.ts": [
    "export async function readLine(reader: Reader): Promise<string> {",
    "  const head = await reader.read();",
    "  const tail = await reader.read();",
    "  return head + tail;",
    "}",
  ],
  "/app/src/draft.ts": [
    "export function edit(text: string): void {",
    "  setTimeout(() => publish(text), 50);",
    "  await db.save(text);",
    "}",
  ],
};

export function readLine(file: string, line: number): string | undefined {
  return sources[file]?.[line - 1];
}

export function site(place: string, functionName?: string): Site {
  const [name = "", line = "1", column = "1"] = place.split(":");
  return { file: `/app/src/${name}`, line: Number(line), column: Number(column), functionName };
}

/** A step as a test writes it: what it leaves out is filled in. */
export interface Sketch {
  readonly task: number;
  readonly at?: string;
  readonly kind?: EventKind;
  readonly label?: string;
  readonly event?: string;
  readonly notes?: readonly Note[];
  readonly deviation?: StepDeviation;
  readonly legal?: readonly string[];
  readonly atMs?: number;
}

export function timelineOf(
  names: readonly string[],
  sketches: readonly Sketch[],
  rest: Partial<Pick<Timeline, "waiting" | "leaks" | "order">> = {},
): Timeline {
  const lengths = new Map<number, number>();
  const steps = sketches.map((sketch, index): TimelineStep => {
    const length = (lengths.get(sketch.task) ?? 0) + 1;
    lengths.set(sketch.task, length);
    const event = sketch.event ?? `${names[sketch.task]}#${length}`;
    return {
      index,
      event,
      kind: sketch.kind ?? "await",
      label: sketch.label,
      task: sketch.task,
      site: sketch.at === undefined ? undefined : site(sketch.at),
      atMs: sketch.atMs ?? 0,
      notes: sketch.notes ?? [],
      legal: sketch.legal ?? [event],
      deviation: sketch.deviation,
    };
  });
  const waiting: readonly Waiter[] = rest.waiting ?? [];
  const tasks = names.map((name) => ({ path: name, name }));
  return { version: 1, order: rest.order ?? "latency", tasks, steps, waiting, leaks: rest.leaks ?? [] };
}

export function skip(insteadOf: string, insteadOfTask: number, at?: string): StepDeviation {
  return { kind: "skip", insteadOf, insteadOfTask, insteadOfSite: at === undefined ? undefined : site(at) };
}

export function starve(insteadOf: string, insteadOfTask: number, at?: string): StepDeviation {
  return { ...skip(insteadOf, insteadOfTask, at), kind: "starve" };
}

export function read(member: string, value: string, at?: string): Note {
  const [object = "", key = ""] = member.split(".");
  return { type: "read", object, key, value, site: at === undefined ? undefined : site(at) };
}

export function write(member: string, value: string, previous: string, at?: string): Note {
  const [object = "", key = ""] = member.split(".");
  return { type: "write", object, key, value, previous, site: at === undefined ? undefined : site(at) };
}

export function request(name: string, value: string): Note {
  return { type: "request", name, value };
}

export function answer(name: string, value: string, failed: boolean = false): Note {
  return { type: "answer", name, value, failed };
}

/** Two withdrawals that both read 100 before either wrote. */
export const wallet: Timeline = timelineOf(
  ["main", "checkout", "payout"],
  [
    { task: 0, kind: "outside" },
    { task: 1, at: "wallet.ts:4:3", notes: [read("wallet.balance", "100", "wallet.ts:5:26")] },
    {
      task: 2,
      at: "wallet.ts:4:3",
      notes: [read("wallet.balance", "100", "wallet.ts:5:26")],
      deviation: skip("checkout#2", 1, "wallet.ts:6:5"),
    },
    { task: 1, at: "wallet.ts:6:5", notes: [write("wallet.balance", "40", "100", "wallet.ts:7:5")] },
    { task: 2, at: "wallet.ts:6:5", notes: [write("wallet.balance", "40", "40", "wallet.ts:7:5")] },
    { task: 1, at: "wallet.ts:8:5" },
    { task: 2, at: "wallet.ts:8:5" },
    { task: 0 },
  ],
);

/** Two transfers that each hold the mutex that the other wants. */
export const deadlock: Timeline = timelineOf(
  ["main", "rent", "refund"],
  [
    { task: 0, kind: "outside" },
    { task: 1, at: "bank.ts:2:17", notes: [{ type: "log", text: "rent holds A" }] },
    {
      task: 2,
      at: "bank.ts:2:17",
      notes: [{ type: "log", text: "refund holds B" }],
      deviation: skip("rent#2", 1, "bank.ts:3:18"),
    },
    { task: 1, at: "bank.ts:3:18" },
    { task: 2, at: "bank.ts:3:18" },
  ],
  {
    waiting: [
      { task: 0, kind: "await", site: site("bank.test.ts:9:3"), waitsFor: "the tasks it spawned" },
      { task: 1, kind: "await", site: site("bank.ts:3:18"), waitsFor: "mutex B, held by refund" },
      { task: 2, kind: "await", site: site("bank.ts:3:18"), waitsFor: "mutex A, held by rent" },
    ],
  },
);

/** Two consumers that each want two chunks in a row from one reader. */
export const readers: Timeline = timelineOf(
  ["main", "first", "second"],
  [
    { task: 0, kind: "outside" },
    { task: 1, kind: "request", label: "reader.read", at: "lines.ts:2:16", notes: [request("reader.read", "")] },
    { task: 1, kind: "completion", label: "reader.read", at: "lines.ts:2:16", notes: [answer("reader.read", '"a"')] },
    {
      task: 2,
      kind: "request",
      label: "reader.read",
      at: "lines.ts:2:16",
      notes: [request("reader.read", "")],
      deviation: skip("first#3", 1, "lines.ts:3:16"),
    },
    { task: 1, kind: "request", label: "reader.read", at: "lines.ts:3:16", notes: [request("reader.read", "")] },
    { task: 2, kind: "completion", label: "reader.read", at: "lines.ts:2:16", notes: [answer("reader.read", '"b"')] },
    { task: 1, kind: "completion", label: "reader.read", at: "lines.ts:3:16", notes: [answer("reader.read", '"c"')] },
  ],
);

/** A debounce that fires before the answer that should have cancelled it. */
export const debounce: Timeline = timelineOf(
  ["main", "edit"],
  [
    { task: 0, kind: "outside" },
    { task: 1, kind: "request", label: "db.save", at: "draft.ts:3:9", notes: [request("db.save", '"x"')] },
    { task: 1, kind: "timer", label: "50", at: "draft.ts:2:3", atMs: 50, event: "edit.2#1", deviation: skip("edit#2", 1, "draft.ts:3:9") },
    { task: 1, kind: "completion", label: "db.save", at: "draft.ts:3:9", atMs: 50, event: "edit#2", notes: [answer("db.save", "3")] },
  ],
  { order: "production" },
);
