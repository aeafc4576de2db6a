import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { appendFile, cp, mkdir, mkdtemp, rename, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { explore } from "heddle";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { removeCreated, watchCreated } from "./created.ts";

let folder = "";
const at = (...names: string[]): string => join(folder, ...names);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "heddle-test-"));
  writeFileSync(at("older"), "older");
  mkdirSync(at("filled"));
  writeFileSync(at("filled", "x"), "x");
  watchCreated(true);
});

afterEach(() => {
  watchCreated(false);
  rmSync(folder, { recursive: true });
});

/** What is there after an execution of this, and after the removal. */
async function left(body: () => unknown): Promise<string[]> {
  const { failure } = await explore(async () => void (await body()), { runs: 1, order: "production" });
  if (failure !== undefined) throw failure.error;
  removeCreated();
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).toSorted();
}

const UNTOUCHED = ["filled", "filled/x", "older"];

const makers: Readonly<Record<string, () => unknown>> = {
  "a file": () => writeFile(at("new"), ""),
  "a file, at once": () => writeFileSync(at("new"), ""),
  "bytes, at once": () => writeFileSync(at("new"), new Uint8Array(3)),
  "a file that is appended to": () => appendFile(at("filled", "new"), "a"),
  "folders in folders": () => mkdir(at("a", "b", "c"), { recursive: true }),
  "folders in folders, at once": () => mkdirSync(at("a", "b", "c"), { recursive: true }),
  "a copied folder": () => cp(at("filled"), at("copy"), { recursive: true }),
  "a renamed file": async () => {
    await writeFile(at("new.tmp"), "");
    await rename(at("new.tmp"), at("new"));
  },
  "a temporary folder": async () => writeFile(join(await mkdtemp(at("t-")), "x"), ""),
  "a temporary folder, at once": () => writeFileSync(join(mkdtempSync(at("t-")), "x"), ""),
  "a folder that was there is made again": async () => {
    await mkdir(at("filled"), { recursive: true });
    await writeFile(at("filled", "y"), "");
  },
};

describe("what an execution has made below the temporary folder", () => {
  it.each(Object.entries(makers))("is removed: %s", async (_name, make) => {
    expect(await left(make)).toEqual(UNTOUCHED);
  });

  const touching: Readonly<Record<string, () => unknown>> = {
    "written to": () => appendFile(at("older"), "new"),
    "written to, at once": () => writeFileSync(at("older"), "new"),
    "renamed": () => rename(at("older"), at("other")).catch(() => undefined),
    "removed": () => rmSync(at("older"), { force: true }),
  };

  it.each(Object.entries(touching))("is left where something older was %s: that may tell of it", async (_name, touch) => {
    await left(async () => {
      await writeFile(at("new"), "");
      await touch();
    });
    expect(existsSync(at("new"))).toBe(true);
  });

  it("is never anything that was there before, nor anything that others make", async () => {
    await left(() => undefined);
    writeFileSync(at("by another"), "");
    removeCreated();
    expect(existsSync(at("by another"))).toBe(true);
    expect(readFileSync(at("older"), "utf8")).toBe("older");
  });
});
