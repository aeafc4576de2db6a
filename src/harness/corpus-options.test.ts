import { join, resolve } from "node:path";
import { HeddleError } from "heddle";
import { describe, expect, test } from "vitest";
import { corpusSettings } from "./corpus-options.ts";

function refusal(given: unknown, name?: string): string {
  try {
    corpusSettings(given as string, name, undefined);
  } catch (error) {
    expect(error).toBeInstanceOf(HeddleError);
    return (error as HeddleError).message;
  }
  throw new Error("it was taken");
}

describe("where failing schedules are kept", () => {
  test("nowhere, if nobody says where", () => {
    expect(corpusSettings(undefined, "t", undefined)).toBeUndefined();
    expect(corpusSettings(undefined, "t", "")).toBeUndefined();
    expect(corpusSettings(undefined, undefined, "elsewhere")).toBeUndefined();
  });

  test("in a folder, for a test of this name", () => {
    expect(corpusSettings("kept", "t", undefined)).toEqual({ directory: resolve("kept"), identity: { test: "t", file: "", project: "" } });
  });

  test("for a test of a file, as seen from where the folder lies: both may move together", () => {
    const identity = (directory: string): string | undefined => corpusSettings({ directory, file: join("a", "b", "x.test.ts") }, "t", undefined)?.identity.file;
    expect(identity(join("a", "b", ".heddle"))).toBe("x.test.ts");
    expect(identity(join("kept"))).toBe("a/b/x.test.ts");
    expect(identity(join("c", "kept"))).toBe("../a/b/x.test.ts");
    expect(corpusSettings({ directory: "kept", project: "jsdom", test: "t (2)" }, "t", undefined)?.identity).toEqual({ test: "t (2)", file: "", project: "jsdom" });
  });

  test("HEDDLE_CORPUS names another folder, or none; what was refused by an option stays so", () => {
    expect(corpusSettings("kept", "t", "elsewhere")?.directory).toBe(resolve("elsewhere"));
    expect(corpusSettings(undefined, "t", "elsewhere")?.directory).toBe(resolve("elsewhere"));
    expect(corpusSettings("kept", "t", "off")).toBeUndefined();
    expect(corpusSettings(false, "t", "elsewhere")).toBeUndefined();
  });

  test("what makes no sense is refused, with what would", () => {
    expect(refusal("kept")).toBe('`corpus` needs a `name`, by which the test\'s schedules are found again: explore(body, { name: "checkout", corpus: ".heddle" }) [BAD_OPTION]');
    expect(refusal("", "t")).toBe('`corpus` is ""; it takes the path of a folder, or false [BAD_OPTION]');
    expect(refusal(5, "t")).toBe("`corpus` is 5; it takes the path of a folder, or false [BAD_OPTION]");
    expect(refusal(null, "t")).toBe("`corpus` is null; it takes the path of a folder, or false [BAD_OPTION]");
    expect(refusal(Object.create(null), "t")).toMatch(/^`corpus` is undefined; it takes the path of a folder, or false/);
    expect(refusal({ directory: "kept", file: 7 }, "t")).toBe("`corpus.file` is 7; it takes a text [BAD_OPTION]");
  });
});
