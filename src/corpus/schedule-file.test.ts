import { describe, expect, test } from "vitest";
import { decodeRecord, encodeRecord, fileNameOf, UnreadableScheduleError, type FailingScheduleRecord } from "./schedule-file.ts";

const record: FailingScheduleRecord = {
  test: "wallet > two withdrawals",
  file: "wallet.test.ts",
  project: "",
  kind: "error",
  error: "AssertionError: expected 70 to be 10",
  sentence: 'lost update: checkout and payout both got 100 from db.get("balance")',
  heddle: "0.1.0",
  seed: "hd101jfb6p9mc34tx810974rtqgz",
};

function refusal(text: string): string {
  try {
    decodeRecord(text);
  } catch (error) {
    expect(error).toBeInstanceOf(UnreadableScheduleError);
    return (error as Error).message;
  }
  throw new Error("it was read");
}

describe("a file of the corpus", () => {
  test("is text that a person can read, and that a diff shows line by line", () => {
    expect(encodeRecord(record)).toMatchInlineSnapshot(`
      "heddle failing schedule, version 1
      # Commit this file: heddle replays it before it searches, so that the failure cannot come back unseen. Delete it once it is of no more use.
      test: wallet > two withdrawals
      file: wallet.test.ts
      kind: error
      error: AssertionError: expected 70 to be 10
      sentence: lost update: checkout and payout both got 100 from db.get("balance")
      heddle: 0.1.0
      order: production
      seed: hd101jfb6p9mc34tx810974rtqgz
      checksum: 4dba19a8468fb4a3
      "
    `);
    expect(decodeRecord(encodeRecord(record))).toEqual(record);
  });

  test("is the same to Git on Windows, which changes the ends of lines", () => {
    expect(decodeRecord(encodeRecord(record).replaceAll("\n", "\r\n"))).toEqual(record);
  });

  test("keeps names that no line could hold", () => {
    const odd = { ...record, test: " a\nb\r\n\\u{41} \uD800 \u2028 seed: x ", error: "" };
    const text = encodeRecord(odd);
    expect(text.split("\n")).toHaveLength(encodeRecord(record).split("\n").length - 1);
    expect(decodeRecord(Buffer.from(text).toString())).toEqual(odd);
  });

  test("has a name that says which test, and which schedule", () => {
    expect(fileNameOf(record)).toMatch(/^wallet-two-withdrawals-[0-9a-f]{10}\.seed$/);
    expect(fileNameOf({ ...record, sentence: "", error: "", heddle: "9.9.9" })).toBe(fileNameOf(record));
    const others = [{ ...record, file: "other.test.ts" }, { ...record, project: "jsdom" }, { ...record, seed: `${record.seed}0` }, { ...record, test: "wallet > two  withdrawals" }];
    expect(new Set([record, ...others].map(fileNameOf)).size).toBe(5);
    expect(fileNameOf({ ...record, test: "Überweisung/两次 \u0000.." })).toMatch(/^u-berweisung-[0-9a-f]{10}\.seed$/);
    expect(fileNameOf({ ...record, test: "两次" })).toMatch(/^test-[0-9a-f]{10}\.seed$/);
  });
});

describe("what is no file of the corpus says why, and what to do", () => {
  test("another program's", () => {
    expect(refusal("{}")).toBe("it is no failing schedule of heddle's; delete it, or move it to another folder");
    expect(refusal("")).toMatch(/no failing schedule of heddle's; delete it/);
  });

  test("a newer heddle's", () => {
    expect(refusal(encodeRecord(record).replace("version 1", "version 2"))).toBe("a newer heddle wrote it (version 2, and this heddle reads version 1); update heddle");
  });

  test("one that was cut off, or changed by hand", () => {
    const text = encodeRecord(record);
    for (const broken of [text.slice(0, -1), text.slice(0, 200), text.replace("two", "three"), text.replace("error: A", "error:  A"), `${text}\n`]) {
      expect(refusal(broken)).toBe("it was cut off or changed by hand (its checksum is wrong); restore it from version control, or delete it");
    }
  });

  test("one whose lines a merge has put together from two", () => {
    const [one, other] = [encodeRecord(record), encodeRecord({ ...record, error: "TypeError: no", sentence: "x" })];
    expect(refusal(`${one}<<<<<<<\n${other}`)).toMatch(/its checksum is wrong/);
  });
});
