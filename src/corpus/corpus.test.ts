import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Corpus } from "./corpus.ts";
import { encodeRecord, fileNameOf, type FailingScheduleRecord } from "./schedule-file.ts";

const record: FailingScheduleRecord = {
  test: "two withdrawals",
  file: "wallet.test.ts",
  project: "",
  kind: "error",
  error: "Error: 70",
  sentence: "lost update",
  heddle: "0.1.0",
  seed: "hd101jfb6p9mc34tx810974rtqgz",
};

let folder: string;
let directory: string;
let warnings: string[];
let corpus: Corpus;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "heddle-"));
  directory = join(folder, ".heddle");
  warnings = [];
  corpus = new Corpus(directory, (text) => warnings.push(text));
});

afterEach(() => rmSync(folder, { recursive: true }));

describe("a folder of schedules", () => {
  test("is not there before there is something to keep, and nobody minds", () => {
    expect(corpus.all()).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
    expect(warnings).toEqual([]);
  });

  test("holds a file for each, and nothing else", () => {
    const kept = corpus.keep(record);
    expect(kept).toEqual({ ...record, path: join(directory, fileNameOf(record)) });
    expect(readdirSync(directory)).toEqual([fileNameOf(record)]);
    expect(readFileSync(kept!.path, "utf8")).toBe(encodeRecord(record));
    expect(new Corpus(directory, (text) => warnings.push(text)).all()).toEqual([kept]);
    corpus.drop(kept!);
    corpus.drop(kept!);
    expect(readdirSync(directory)).toEqual([]);
    expect(warnings).toEqual([]);
  });

  test("gives a test its own: of its name, its file and its project", () => {
    const others = [{ ...record, test: "two" }, { ...record, file: "other.test.ts" }, { ...record, project: "jsdom" }];
    for (const one of [record, ...others]) corpus.keep(one);
    for (const one of [record, ...others]) expect(corpus.of(one)).toEqual([{ ...one, path: join(directory, fileNameOf(one)) }]);
    expect(corpus.all()).toHaveLength(4);
  });

  test("is written to no more than it has to: what is committed stays as it is", () => {
    const { path } = corpus.keep({ ...record, sentence: "" })!;
    corpus.keep(record);
    expect(readFileSync(path, "utf8")).toBe(encodeRecord(record));
    for (const later of [{ ...record, heddle: "7.0.0" }, { ...record, sentence: "another sentence" }, { ...record, sentence: "" }]) {
      expect(corpus.keep(later)).toEqual({ ...record, path });
      expect(readFileSync(path, "utf8")).toBe(encodeRecord(record));
    }
  });

  test("mends a file that was damaged, when the same schedule is found again", () => {
    const { path } = corpus.keep(record)!;
    writeFileSync(path, "");
    corpus.keep(record);
    expect(readFileSync(path, "utf8")).toBe(encodeRecord(record));
  });

  test("loses what a process that died left half written, once nobody can be writing it", () => {
    corpus.keep(record);
    const [old, fresh] = [".a.seed.1.tmp", ".b.seed.2.tmp"].map((name) => join(directory, name)) as [string, string];
    for (const path of [old, fresh]) writeFileSync(path, "heddle fai");
    const anHourAgo = new Date(statSync(old).mtimeMs - 3_600_000);
    utimesSync(old, anHourAgo, anHourAgo);
    expect(corpus.all()).toHaveLength(1);
    expect(readdirSync(directory).sort()).toEqual([".b.seed.2.tmp", fileNameOf(record)]);
    expect(warnings).toEqual([]);
  });
});

describe("what is wrong is said once, with the file and what to do", () => {
  test("files that cannot be read are passed over, and the others are not", () => {
    const kept = corpus.keep(record)!;
    writeFileSync(join(directory, "torn.seed"), encodeRecord(record).slice(0, 150));
    writeFileSync(join(directory, "foreign.seed"), "42");
    writeFileSync(join(directory, "newer.seed"), encodeRecord(record).replace("version 1", "version 9"));
    mkdirSync(join(directory, "folder.seed"));
    writeFileSync(join(directory, "README.md"), "not ours, and no business of ours");
    expect(corpus.all()).toEqual([kept]);
    expect(corpus.all()).toEqual([kept]);
    expect(warnings).toEqual([
      expect.stringMatching(/folder\.seed was passed over: it is no regular file; move it to another folder$/),
      expect.stringMatching(/foreign\.seed was passed over: it is no failing schedule of heddle's; delete it, or move it to another folder$/),
      expect.stringMatching(/newer\.seed was passed over: a newer heddle wrote it \(version 9, and this heddle reads version 1\); update heddle$/),
      expect.stringMatching(/torn\.seed was passed over: it was cut off or changed by hand \(its checksum is wrong\); restore it from version control, or delete it$/),
    ]);
  });

  test("where nothing can be written, the failure is worth more than its file", () => {
    writeFileSync(directory, "a file where the folder shall be");
    expect(corpus.keep(record)).toBeUndefined();
    expect(corpus.keep(record)).toBeUndefined();
    expect(warnings).toEqual([
      expect.stringMatching(/^could not keep the failing schedule hd101jfb6p9mc34tx810974rtqgz in .*two-withdrawals-\w+\.seed: E.*\. Make the folder writable, or turn the corpus off with HEDDLE_CORPUS=off$/),
    ]);
  });

  test("a folder that cannot be read", () => {
    writeFileSync(directory, "");
    expect(corpus.all()).toEqual([]);
    expect(warnings).toEqual([expect.stringMatching(/^could not read .*\.heddle: ENOTDIR.*It shall be a folder that this process may read$/)]);
  });
});
