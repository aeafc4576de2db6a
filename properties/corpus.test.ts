/** The corpus, in the hands of many processes of which each may die at any moment; and its files, damaged at will. */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Corpus } from "../src/corpus/corpus.ts";
import { disk } from "../src/corpus/disk.ts";
import { readJournal, type JournalEntry } from "../src/corpus/journal.ts";
import { decodeRecord, encodeRecord, fileNameOf, UnreadableScheduleError, type FailingScheduleRecord } from "../src/corpus/schedule-file.ts";
import { heddleVersion } from "../src/corpus/version.ts";
import { encodeSeed, testHash } from "../src/engine/seed.ts";
import { Keeper } from "../src/harness/keeper.ts";
import { cases, count, law } from "./support/cases.ts";

const PROCESS = fileURLToPath(new URL("./support/corpus-process.mjs", import.meta.url));
const PROCESSES = 8;
/** In a suite; `npm run soak -- --only corpus` kills them for as long as there is time. */
const USUAL_KILLS = 8;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "heddle-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

const text = fc.string({ unit: "binary", maxLength: 40 });
const seed = fc
  .record({
    order: fc.constantFrom("production", "latency", "chaos"),
    scope: fc.constantFrom("user", "all"),
    latencyMs: fc.nat(10_000),
    randomness: fc.nat(),
    test: text.map(testHash),
    schedule: fc.array(fc.record({ kind: fc.constantFrom("skip", "starve"), decision: fc.nat(500), index: fc.nat(9), check: fc.constant(undefined) }), { maxLength: 8 }).map((list) => list.sort((one, other) => one.decision - other.decision)),
  })
  .map(encodeSeed);
const record: fc.Arbitrary<FailingScheduleRecord> = fc.record({
  test: text,
  file: text,
  project: text,
  kind: fc.constantFrom("error", "invariant", "deadlock", "livelock", "unhandled-rejection", "leak"),
  error: text,
  sentence: text,
  heddle: fc.constantFrom("0.1.0", "12.0.0-beta.1"),
  seed,
});

function isRefused(bytes: Uint8Array): boolean {
  try {
    decodeRecord(Buffer.from(bytes).toString());
    return false;
  } catch (error) {
    if (!(error instanceof UnreadableScheduleError)) throw error;
    return true;
  }
}

describe("a file", () => {
  test("says what was written, whatever names and errors hold", law(), () => {
    fc.assert(
      fc.property(record, (written) => {
        const bytes = Buffer.from(encodeRecord(written));
        expect(decodeRecord(bytes.toString())).toEqual(written);
        expect(decodeRecord(bytes.toString().replaceAll("\n", "\r\n"))).toEqual(written);
        expect(fileNameOf(written)).toMatch(/^[a-z0-9][a-z0-9-]*-[0-9a-f]{10}\.seed$/);
      }),
      cases(),
    );
  });

  test("that was cut off is never taken for whole", law(), () => {
    fc.assert(
      fc.property(record, fc.nat(), (written, at) => {
        const bytes = Buffer.from(encodeRecord(written));
        expect(isRefused(bytes.subarray(0, at % bytes.length))).toBe(true);
      }),
      cases(),
    );
  });

  test("of which any bit is flipped is never taken for what was written", law(), () => {
    fc.assert(
      fc.property(record, fc.nat(), (written, at) => {
        const bytes = Buffer.from(encodeRecord(written));
        const bit = at % (bytes.length * 8);
        bytes[bit >> 3]! ^= 1 << (bit & 7);
        expect(isRefused(bytes)).toBe(true);
      }),
      cases(1000),
    );
  });

  test("that is no file of heddle's at all is refused, and nothing worse", law(), () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), isRefused), cases());
    fc.assert(fc.property(text, (rest) => isRefused(Buffer.from(`heddle failing schedule, version 1\n${rest}`))), cases());
  });
});

/** Within which a process that has begun to write is killed. */
const MOMENTS_MS = 300;

/** A process that keeps failures until it is killed, and the files that it has said it has kept. */
class Writer {
  readonly child: ChildProcess;
  readonly said: string[] = [];
  private rest = "";

  constructor() {
    this.child = spawn(process.execPath, [PROCESS, "write", folder], { stdio: ["ignore", "pipe", "inherit"] });
    this.child.stdout!.on("data", (chunk: Buffer) => this.hear(String(chunk)));
  }

  /** Once all that it has said is here. */
  get ended(): Promise<void> {
    return new Promise((resolve) => this.child.on("close", () => resolve()));
  }

  private hear(chunk: string): void {
    const lines = (this.rest + chunk).split("\n");
    this.rest = lines.pop()!;
    // It takes a while to begin: only then do moments count.
    if (this.said.length === 0 && lines.length > 0) setTimeout(() => this.child.kill("SIGKILL"), Math.random() * MOMENTS_MS);
    this.said.push(...lines);
  }
}

/** Has so many processes write, and kills them at random moments, so often. Returns all that they had said by then. */
async function killAtRandom(processes: number, kills: number): Promise<string[]> {
  const said: string[] = [];
  let left = kills;
  const live = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const writer = new Writer();
      await writer.ended;
      expect(writer.child.signalCode).toBe("SIGKILL");
      said.push(...writer.said);
    }
  };
  await Promise.all(Array.from({ length: processes }, live));
  return said;
}

test(`${PROCESSES} processes write at once and are killed at random moments: no file is torn, and none is lost that was told of`, law(92_000), async () => {
  const kills = count(USUAL_KILLS);
  const said = await killAtRandom(PROCESSES, kills);
  // Warnings would be among what was said: there is none.
  expect(said.filter((line) => !/\.heddle[\\/][a-z0-9-]+\.seed$/.test(line))).toEqual([]);
  const told = new Set(said);
  expect(said.length).toBeGreaterThan(kills);
  expect([...told].filter((path) => !existsSync(path))).toEqual([]);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".seed")).map((name) => join(folder, name));
  for (const path of files) expect(fileNameOf(decodeRecord(readFileSync(path, "utf8")))).toBe(basename(path));
  const sentences = [...told].map((path) => decodeRecord(readFileSync(path, "utf8")).sentence);
  expect(sentences).not.toContain("");
  const warnings: string[] = [];
  for (const part of readdirSync(folder)) new Corpus(join(folder, part, ".heddle"), (warning) => warnings.push(warning)).all();
  expect(warnings).toEqual([]);
  const halves = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".tmp"));
  console.log(`heddle: ${kills} kills, ${said.length} files told of (${told.size} different), ${files.length} there, ${halves.length} died while writing one`);
});

/** Lets the file system work up to an operation, of which (if it writes) half is done, and nothing after it. */
function dieAt(operation: number): () => boolean {
  let done = 0;
  const names = Object.keys(disk).filter((name): name is keyof typeof disk => /^(?:open|write|fsync|close|rename|unlink|mkdir|readdir|readFile|stat)/.test(name));
  for (const name of names) {
    const native = disk[name] as (...values: unknown[]) => unknown;
    vi.spyOn(disk, name).mockImplementation(((...values: unknown[]) => {
      done += 1;
      if (done < operation) return native(...values);
      if (done === operation && name === "writeFileSync") native(values[0], String(values[1]).slice(0, String(values[1]).length / 2));
      throw new Error("the process is dead");
    }) as never);
  }
  return () => done >= operation;
}

test("a process that dies at any operation of the file system leaves no file torn, and none lost of which it had been told", () => {
  const seedOf = (index: number): string => encodeSeed({ order: "latency", scope: "user", latencyMs: 100, randomness: 1, test: 5, schedule: [{ kind: "skip", decision: 1, index, check: undefined }] });
  const error = new Error("lost");
  let deaths = 0;
  // It is read once in a process.
  heddleVersion();
  for (let operation = 1, isDead = true; isDead; operation += 1) {
    const directory = join(folder, String(operation), ".heddle");
    const ended = dieAt(operation);
    const keeper = new Keeper(new Corpus(directory, () => undefined), { test: "t", file: "", project: "" });
    const steps = [
      () => keeper.found(seedOf(3), { kind: "error", error }),
      () => keeper.found(seedOf(2), { kind: "error", error }),
      () => keeper.confirmed({ seed: seedOf(1), kind: "error", error, sentence: "lost update" }),
    ];
    let told = 0;
    for (const step of steps) {
      step();
      if (ended()) break;
      told += 1;
    }
    isDead = ended();
    vi.restoreAllMocks();
    const warnings: string[] = [];
    const seeds = new Corpus(directory, (warning) => warnings.push(warning)).all().map((kept) => kept.seed);
    expect(warnings).toEqual([]);
    // Of a failure that was told of: as it was then, or what came of it.
    if (told > 0) expect([seedOf(4 - told), seedOf(3 - told)].some((one) => seeds.includes(one)), `dead at operation ${operation}`).toBe(true);
    if (!isDead) expect(seeds).toEqual([seedOf(1)]);
    deaths = operation;
  }
  expect(deaths).toBeGreaterThan(20);
});

/** Runs a process to its end; one that says that it loops is killed. Returns what else it has said. */
async function runProcess(mode: string, how: string, environment: Record<string, string> = {}): Promise<string> {
  const env = { ...process.env, CI: "", HEDDLE_CORPUS: "", HEDDLE_SEED: "", ...environment };
  const child = spawn(process.execPath, ["--max-old-space-size=64", PROCESS, mode, folder, how], { env, stdio: ["ignore", "pipe", "ignore"] });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += String(chunk);
    if (output === "looping\n") child.kill("SIGKILL");
  });
  await new Promise((resolve) => child.on("close", resolve));
  return output.replace("looping\n", "");
}

describe.each([
  ["it is killed", "kill"],
  ["it calls process.exit", "exit"],
  ["it is caught in a synchronous loop", "loop"],
  ["it runs out of memory", "memory"],
] as const)("a body that takes its process with it: %s", (_name, how) => {
  test("while a failure is shrunk: the failure is on the disk, and is shrunk by the next run", async () => {
    expect(await runProcess("dieShrinking", how)).toBe("");
    const corpus = join(folder, ".heddle");
    const [file, ...more] = readdirSync(corpus);
    expect(more).toEqual([]);
    expect(decodeRecord(readFileSync(join(corpus, file!), "utf8"))).toMatchObject({ test: "dies", kind: "error", sentence: "" });
    const again = JSON.parse(await runProcess("again", "")) as { readonly keptIn: string };
    expect(again).toMatchObject({ verdict: "failed", runs: 1, reproduced: "5 of 5", replayed: [{ path: join(corpus, file!), outcome: "fails" }] });
    expect(again.keptIn).not.toBe(join(corpus, file!));
    expect(readdirSync(corpus)).toEqual([basename(again.keptIn)]);
    expect(decodeRecord(readFileSync(again.keptIn, "utf8")).sentence).not.toBe("");
  });

  test("before any failure is known: its journal has the schedule, which replays", async () => {
    const journals = join(folder, "journals");
    expect(await runProcess("dieSearching", how, { HEDDLE_JOURNAL: journals })).toBe("");
    const [file, ...more] = readdirSync(journals);
    expect(more).toEqual([]);
    const entry = readJournal(join(journals, file!)) as JournalEntry;
    expect(entry.test).toBe("dies");
    expect(entry.deviations).toBeGreaterThan(0);
    expect(JSON.parse(await runProcess("replayJournal", entry.seed))).toEqual({ verdict: "failed", runs: 1 });
  });
});

describe("a search in several threads", () => {
  test.each(["kill", "exit"])("that dies while one of them shrinks (%s): what was found is on the disk, and is shrunk by the next run", async (how) => {
    expect(await runProcess("dieInWorker", how)).toBe("");
    const corpus = join(folder, ".heddle");
    // Each thread has found one of its own, or the same.
    const left = readdirSync(corpus).filter((name) => name.endsWith(".seed"));
    expect(left.length).toBeGreaterThan(0);
    for (const name of left) expect(decodeRecord(readFileSync(join(corpus, name), "utf8"))).toMatchObject({ test: "dies", sentence: "" });
    const again = JSON.parse(await runProcess("again", "")) as { readonly keptIn: string };
    expect(again).toMatchObject({ verdict: "failed", runs: 1, reproduced: "5 of 5", replayed: [{ path: join(corpus, left[0]!), outcome: "fails" }] });
  });

  test("keeps the failure that it reports, and nothing else", async () => {
    const keptIn = (await runProcess("dieInWorker", "")).trim();
    expect(readdirSync(join(folder, ".heddle"))).toEqual([basename(keptIn)]);
    expect(decodeRecord(readFileSync(keptIn, "utf8")).sentence).not.toBe("");
  });
});

test("a journal of a search that came to its end says that nothing is being tried", async () => {
  const journals = join(folder, "journals");
  expect(await runProcess("again", "", { HEDDLE_JOURNAL: journals })).toContain('"failed"');
  expect(readdirSync(journals)).toHaveLength(1);
  expect(readJournal(join(journals, readdirSync(journals)[0]!))).toBeUndefined();
});

test("any file that lies in the folder is told of or read, and never stands in the way of the others", law(), () => {
  const good: FailingScheduleRecord = { test: "t", file: "", project: "", kind: "error", error: "e", sentence: "s", heddle: "0.1.0", seed: encodeSeed({ order: "latency", scope: "user", latencyMs: 100, randomness: 1, test: 5, schedule: [] }) };
  let times = 0;
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.uint8Array({ maxLength: 200 }), record.map((one) => Buffer.from(encodeRecord(one)))), { maxLength: 5 }), (contents) => {
      const directory = join(folder, String((times += 1)));
      mkdirSync(directory);
      contents.forEach((bytes, index) => writeFileSync(join(directory, `${index}.seed`), bytes));
      const warnings: string[] = [];
      const corpus = new Corpus(directory, (warning) => warnings.push(warning));
      const kept = corpus.keep(good);
      expect(corpus.of(good)).toContainEqual(kept);
      const broken = contents.flatMap((bytes, index) => (isRefused(bytes) ? [`${index}.seed`] : []));
      expect(corpus.all()).toHaveLength(contents.length + 1 - broken.length);
      expect(warnings).toHaveLength(broken.length);
      for (const name of broken) expect(warnings.join("\n")).toContain(join(directory, name));
    }),
    cases(50),
  );
});
