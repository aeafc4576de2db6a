import { existsSync, readdirSync } from "node:fs";
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { explore, type BodyContext } from "heddle";
import { expect, test } from "vitest";

test("each execution has a folder of its own: empty at first, the same at each call, removed at the end", async () => {
  const folders = new Set<string>();
  const { verdict, runs } = await explore(async ({ workspace, spawn, setup }) => {
    const folder = workspace();
    folders.add(folder);
    expect(workspace()).toBe(folder);
    expect(readdirSync(folder)).toEqual([]);
    await setup(() => writeFile(join(workspace(), "log"), ""));
    await Promise.all([spawn("one", () => appendFile(join(folder, "log"), "1")), spawn("two", () => appendFile(join(folder, "log"), "2"))]);
    expect((await readFile(join(folder, "log"), "utf8")).length).toBe(2);
  }, { runs: 20, order: "production" });
  expect(verdict).toBe("passed");
  expect(runs).toBeGreaterThan(1);
  for (const folder of folders) expect(existsSync(folder)).toBe(false);
  // Results, errors and touched places are compared between executions.
  expect(folders.size).toBe(1);
});

test("is removed where the execution fails in the midst of its body, and a failure in it replays", async () => {
  let last = "";
  const body = async ({ workspace, spawn }: BodyContext): Promise<void> => {
    last = workspace();
    const path = join(last, "counter");
    await writeFile(path, "0");
    const add = async (): Promise<void> => writeFile(path, String(Number(await readFile(path, "utf8")) + 1));
    await Promise.all([spawn("one", add), spawn("two", add)]);
    expect(await readFile(path, "utf8")).toBe("2");
  };
  const { failure } = await explore(body, { order: "production" });
  expect(failure?.kind).toBe("error");
  expect(failure?.reproduced).toBe("5 of 5");
  expect(existsSync(last)).toBe(false);
  const again = await explore(body, { seed: failure!.seed });
  expect(again.failure?.kind).toBe("error");
  const hanging = await explore(async ({ workspace }) => {
    last = workspace();
    await writeFile(join(last, "x"), "x");
    await new Promise(() => undefined);
  }, { runs: 2, order: "production" });
  expect(hanging.failure?.kind).toBe("deadlock");
  expect(existsSync(last)).toBe(false);
});

test("says so where it comes too late", async () => {
  let late: (() => string) | undefined;
  await explore(({ workspace }) => void (late = workspace), { runs: 1 });
  expect(late).toThrow("workspace() was called when the execution was over");
});
