import fs, { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { explore, type Body, type Exploration, type ExploreOptions } from "heddle";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Corpus } from "../corpus/corpus.ts";
import { decodeRecord } from "../corpus/schedule-file.ts";
import { decodeSeed, encodeSeed } from "../engine/seed.ts";

let folder: string;
let corpus: string;
const warned = vi.spyOn(console, "warn");

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "heddle-"));
  corpus = join(folder, ".heddle");
  vi.stubEnv("CI", "");
  warned.mockReset().mockImplementation(() => undefined);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const NAME = "counts to three";

/** A lost update that plain JavaScript's order does not show: `late` reads before `early` has written, or does not. */
function counting(wrong: (stored: number) => unknown = (stored) => new Error(`stored ${stored}, not 3`), sees: (choices: readonly string[]) => void = () => undefined): Body {
  return async ({ spawn, io }) => {
    let stored = 0;
    const course: string[] = [];
    const load = io("db.load", () => stored);
    const save = io("db.save", (value: number) => {
      stored = value;
    });
    const add = async (amount: number): Promise<void> => {
      const before = await load();
      course.push(`read by ${amount}`);
      await save(before + amount);
    };
    const late = async (): Promise<void> => {
      await load();
      await load();
      await add(2);
    };
    await Promise.all([spawn("a", () => add(1)), spawn("b", late)]);
    sees(course);
    if (stored !== 3) throw wrong(stored);
  };
}

/** The same tasks and boundaries, so that the same schedules fit; but the store adds up, and nothing is lost. */
const mended: Body = async ({ spawn, io }) => {
  let stored = 0;
  const load = io("db.load", () => stored);
  const save = io("db.save", (amount: number) => {
    stored += amount;
  });
  const add = async (amount: number): Promise<void> => {
    await load();
    await save(amount);
  };
  const late = async (): Promise<void> => {
    await load();
    await load();
    await add(2);
  };
  await Promise.all([spawn("a", () => add(1)), spawn("b", late)]);
  if (stored !== 3) throw new Error(`stored ${stored}, not 3`);
};

const rewritten: Body = async ({ spawn, io }) => {
  await Promise.all([spawn("first", () => io("one", () => 0)()), spawn("second", () => io("two", () => 0)())]);
};

const run = (body: Body, options: ExploreOptions = {}): Promise<Exploration> => explore(body, { name: NAME, corpus, ...options });
const files = (): string[] => readdirSync(corpus);
const only = (): string => {
  const [path, ...more] = files();
  expect(more).toEqual([]);
  return join(corpus, path!);
};
const text = (): string => readFileSync(only(), "utf8");

describe("a failure that is found", () => {
  test("is kept, and the report says where", async () => {
    const { failure } = await run(counting());
    expect(failure!.keptIn).toBe(only());
    expect(decodeRecord(text())).toMatchObject({ test: NAME, file: "", kind: "error", error: "Error: stored 1, not 3", sentence: failure!.sentence, seed: failure!.seed });
    expect(String(failure)).toMatch(/\nkept in \S+\.seed: commit it,\s+and\s+it\s+is\s+replayed\s+first\s+from\s+now\s+on\nreplay: HEDDLE_SEED=/);
  });

  test("is on the disk before anything else is done with it, and again with the checks of its events", async () => {
    const seen = new Set<string>();
    // The file system is looked at from within the executions that shrink and confirm.
    const body = counting(undefined, () => {
      if (existsSync(corpus)) for (const file of files()) if (!file.endsWith(".tmp")) seen.add(readFileSync(join(corpus, file), "utf8"));
    });
    const { failure } = await run(body, { strategy: "random", seed: 5 });
    const records = [...seen].map(decodeRecord);
    expect(records.length).toBeGreaterThanOrEqual(2);
    expect(records.every(({ sentence }) => sentence === "")).toBe(true);
    const schedules = records.map(({ seed }) => decodeSeed(seed).schedule);
    expect(schedules[0]!.every(({ check }) => check === undefined)).toBe(true);
    expect(schedules[1]!.every(({ check }) => check !== undefined)).toBe(true);
    expect(records[1]!.seed).toBe(failure!.originalSeed);
    // And in the end there is one, which was shrunk.
    expect(decodeRecord(text()).seed).toBe(failure!.seed);
  });

  test("is kept though the test has put fakes in the place of the file system", async () => {
    const fake = (): never => {
      throw new Error("a fake was called");
    };
    const spies = (["openSync", "writeFileSync", "renameSync", "mkdirSync", "readdirSync"] as const).map((name) => vi.spyOn(fs, name).mockImplementation(fake));
    // What was imported by name changes too, as after heddle's own patches.
    syncBuiltinESMExports();
    const { failure } = await run(counting());
    for (const spy of spies) spy.mockRestore();
    syncBuiltinESMExports();
    expect(failure!.keptIn).toBe(only());
  });

  test("twice, by two searches, is one file; by two tests, two", async () => {
    await run(counting());
    const before = text();
    rmSync(corpus, { recursive: true });
    await run(counting());
    expect(text()).toBe(before);
    await run(counting(), { name: "another" });
    expect(files()).toHaveLength(2);
  });

  test("in plain JavaScript's order is not kept: every search begins with it", async () => {
    const { failure } = await run(async () => {
      throw new Error("always");
    });
    expect(failure!.deviations).toEqual([]);
    expect(failure!.keptIn).toBeUndefined();
    expect(existsSync(corpus)).toBe(false);
  });

  test("that nobody can replay is not kept, and the report says that it cannot", async () => {
    let times = 0;
    const { failure } = await run(counting((stored) => ((times += 1) % 2 === 1 ? new Error(`stored ${stored}`) : new TypeError("not the same"))));
    expect(failure).toMatchObject({ kind: "nondeterministic", seed: "" });
    expect(String(failure)).toMatch(/replay: not possible, see above$/);
    expect(files()).toEqual([]);
  });

  test("by a seed that was pasted is kept too: the failure of another machine guards this one", async () => {
    const { failure } = await explore(counting(), { name: NAME });
    const replayed = await run(counting(), { seed: failure!.seed });
    expect(decodeRecord(text()).seed).toBe(failure!.seed);
    expect(replayed.failure!.keptIn).toBe(only());
  });
});

test("a journal that cannot be written is refused, and the thread is free again", async () => {
  const file = join(folder, "a file");
  writeFileSync(file, "");
  vi.stubEnv("HEDDLE_JOURNAL", file);
  await expect(run(counting())).rejects.toThrow(/^HEDDLE_JOURNAL is ".*a file", where no journal can be written \(E.*\); it takes a folder \[BAD_OPTION\]$/);
  vi.stubEnv("HEDDLE_JOURNAL", "");
  expect(await run(counting())).toMatchObject({ verdict: "failed" });
});

describe("what is kept is replayed first", () => {
  test("it still fails: one execution, and the whole report", async () => {
    const first = await run(counting());
    const before = text();
    const second = await run(counting());
    expect(second).toMatchObject({ verdict: "failed", runs: 1, replayed: [{ path: only(), outcome: "fails", seed: first.failure!.seed }] });
    expect(second.failure).toMatchObject({ seed: first.failure!.seed, sentence: first.failure!.sentence, reproduced: "5 of 5", keptIn: only() });
    expect(String(second.failure)).toMatch(/\nknown failure, replayed from \S+\.seed\nreplay: /);
    expect(text()).toBe(before);
  });

  test("it passes now: it stays, and the search goes on", async () => {
    await run(counting());
    const before = text();
    const exploration = await run(mended);
    expect(exploration).toMatchObject({ verdict: "passed", replayed: [{ path: only(), outcome: "passes" }] });
    expect(exploration.runs).toBeGreaterThan(1);
    expect(exploration.replayed[0]!.note).toMatch(/\.seed passes now; it stays, and is replayed first$/);
    expect(text()).toBe(before);
    expect(await run(counting())).toMatchObject({ verdict: "failed", runs: 1 });
    expect(warned).not.toHaveBeenCalled();
  });

  /** As a process leaves it that died before it had shrunk what it had found, and replayed it even once or not. */
  async function leaveUnshrunk(isChecked: boolean): Promise<string> {
    const { failure } = await run(counting(), { strategy: "random", seed: 5, corpus: false });
    const content = decodeSeed(failure!.originalSeed);
    const schedule = isChecked ? content.schedule : content.schedule.map((deviation) => ({ ...deviation, check: undefined }));
    const kept = new Corpus(corpus, () => undefined).keep({
      test: NAME, file: "", project: "", kind: "error", error: "Error: stored 2, not 3", sentence: "", heddle: "0.1.0", seed: encodeSeed({ ...content, schedule }),
    });
    return kept!.path;
  }

  test.each([true, false])("it was left unshrunk and fails: it is shrunk now (replayed before: %s)", async (isChecked) => {
    const left = await leaveUnshrunk(isChecked);
    const { failure, runs, replayed } = await run(counting());
    expect(replayed).toMatchObject([{ path: left, outcome: "fails" }]);
    expect([runs, failure!.reproduced]).toEqual([1, "5 of 5"]);
    expect(failure!.deviations.length).toBeLessThan(decodeSeed(replayed[0]!.seed).schedule.length);
    expect(failure!.keptIn).toBe(only());
    expect(decodeRecord(text())).toMatchObject({ seed: failure!.seed, sentence: failure!.sentence });
    expect(only()).not.toBe(left);
  });

  test("it was left unshrunk and passes: it stays if it is known to fit, and goes if that cannot be known", async () => {
    const left = await leaveUnshrunk(true);
    expect(await run(mended)).toMatchObject({ verdict: "passed", replayed: [{ path: left, outcome: "passes" }] });
    expect(only()).toBe(left);
    rmSync(left);
    const unchecked = await leaveUnshrunk(false);
    expect(await run(mended)).toMatchObject({ verdict: "passed", replayed: [{ path: unchecked, outcome: "gone" }] });
    expect(files()).toEqual([]);
    expect(warned.mock.calls.flat().join()).toMatch(/\.seed was removed: it failed once, was never confirmed, and passes now\. It was "Error: stored 2, not 3"; the search goes on without it/);
  });

  test("it does not fit the code any more: it is removed, which is said, and the search goes on", async () => {
    const { failure } = await run(counting());
    const exploration = await run(rewritten);
    expect(exploration).toMatchObject({ verdict: "passed", replayed: [{ path: failure!.keptIn, outcome: "gone" }] });
    expect(exploration.runs).toBeGreaterThan(1);
    expect(files()).toEqual([]);
    const [note, ...more] = warned.mock.calls.flat() as string[];
    expect(more).toEqual([]);
    expect(note).toMatch(/^heddle: \S+counts-to-three-\w+\.seed was removed: it does not fit the code any more \((?:at decision \d+ it expects an? \w+|the body ended after \d+ decisions?).*\)\. It was "/);
    expect(note).toContain(failure!.sentence);
    expect(note).toMatch(/the search goes on without it$/);
  });

  test("but under CI nothing is removed, as nobody would commit it", async () => {
    await run(counting());
    vi.stubEnv("CI", "true");
    expect(await run(rewritten)).toMatchObject({ verdict: "passed", replayed: [{ outcome: "gone" }] });
    expect(files()).toHaveLength(1);
    expect(warned.mock.calls.flat().join()).toMatch(/\.seed is of no more use \(run the test without CI in the environment, and it is removed\): it does not fit/);
  });

  test("it fails otherwise: the search goes on, and what it finds counts", async () => {
    await run(counting());
    const before = text();
    const always = counting();
    const broken: Body = async (context) => {
      await Promise.resolve(always(context)).catch(() => undefined);
      throw new TypeError("the test itself is broken");
    };
    const exploration = await run(broken);
    expect(exploration).toMatchObject({ verdict: "failed", replayed: [{ outcome: "fails-otherwise" }] });
    expect(exploration.failure).toMatchObject({ deviations: [], error: { message: "the test itself is broken" } });
    expect(exploration.replayed[0]!.note).toMatch(/fails otherwise than when it was kept: then error \(Error: stored 1, not 3\), now error \(TypeError: the test itself is broken\)$/);
    expect(text()).toBe(before);
  });

  test("and where the search finds nothing, the kept schedule's other failure is the verdict", async () => {
    await run(counting());
    const { failure } = await run(counting(() => new RangeError("not the words of then")), { runs: 1, order: "production" });
    expect(failure?.error).toBeInstanceOf(RangeError);
    expect(String(failure)).toMatch(/tip: this schedule failed otherwise when it was kept: Error: stored 1, not 3/);
  });

  test("numbers in the error do not make it another failure", async () => {
    let times = 0;
    await run(counting());
    const { replayed } = await run(counting((stored) => new Error(`stored ${stored + 40}, not ${(times += 1) > 0 ? 43 : 3}`)));
    expect(replayed).toMatchObject([{ outcome: "fails" }]);
  });

  test("one of an order, a scope or a latency that this run does not try is left out, and stays", async () => {
    await run(counting(), { order: "latency" });
    const before = text();
    for (const options of [{ order: "production" }, { latencyMs: 99 }, { scope: "all" }] as const) {
      const { replayed } = await run(mended, options);
      expect(replayed).toMatchObject([{ path: only(), outcome: "left-out" }]);
      expect(replayed[0]!.note).toMatch(/was not replayed: it is of the order latency, the scope user and a latency of 100 ms, which this test does not try$/);
    }
    expect(await run(counting(), { latencyMs: 101 })).toMatchObject({ verdict: "failed", replayed: [{ outcome: "fails" }] });
    expect(text()).toBe(before);
  });

  test("where there is no time for it, that is said", async () => {
    await run(counting());
    const { replayed } = await run(counting(), { timeMs: 0 });
    expect(replayed).toMatchObject([{ outcome: "left-out" }]);
    expect(replayed[0]!.note).toMatch(/was not replayed: the time was used up; raise `timeMs` \(under Vitest the test's `timeout`\)$/);
  });

  test("where a seed is given, that and nothing else is replayed", async () => {
    const { failure } = await run(counting());
    expect(await run(mended, { seed: failure!.seed })).toMatchObject({ verdict: "passed", runs: 1, replayed: [] });
  });
});
