import { describe, expect, test } from "vitest";
import * as fastCheck from "../fast-check/index.ts";
import * as index from "../index.ts";
import * as point from "../point.ts";
import * as vitest from "../vitest/index.ts";
import * as stubOfFastCheck from "./fast-check.ts";
import * as stub from "./index.ts";
import * as stubOfPoint from "./point.ts";
import * as stubOfVitest from "./vitest.ts";

/** What stands for each entry in a browser, and the entry. */
const ENTRIES: readonly (readonly [string, object, object])[] = [
  ["heddle", stub, index], ["heddle/fast-check", stubOfFastCheck, fastCheck], ["heddle/vitest", stubOfVitest, vitest], ["heddle/point", stubOfPoint, point],
];

describe("in a browser", () => {
  test.each(ENTRIES)("%s exports the same names", (_name, instead, entry) => {
    expect(Object.keys(instead).sort()).toEqual(Object.keys(entry).sort());
  });

  test("a race is refused, with the code and what to do", async () => {
    const refused = stub.race();
    await expect(refused).rejects.toMatchObject({ name: "HeddleError", code: "UNSUPPORTED" });
    await expect(refused).rejects.toThrow(/does not run in a browser yet.*Run this test in Node.*\[UNSUPPORTED\]$/);
  });

  test("what the plugin puts in does nothing", () => {
    const value = {};
    expect([stubOfPoint.point(value), stubOfPoint.mark(value), stubOfPoint.iterate(value)]).toEqual([value, value, value]);
  });
});
