import { existsSync, readFileSync } from "node:fs";
import { open, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { explore, type BodyContext } from "heddle";
import { describe, expect, test } from "vitest";

type Save = (path: string, text: string) => Promise<void>;

const inPlace: Save = (path, text) => writeFile(path, text);
const byRename: Save = async (path, text) => {
  await writeFile(`${path}.tmp`, text);
  await rename(`${path}.tmp`, path);
};

/** What a store that saves like this has after a crash. */
const store = (save: Save, seen?: Set<string>) => async ({ crashable, workspace, setup, spawn }: BodyContext): Promise<void> => {
  const path = join(workspace(), "store");
  await setup(() => writeFile(path, "old"));
  let isDead = false;
  const { crashed } = await crashable(async () => {
    await spawn("save", () => save(path, "new"));
    if (isDead) throw new Error("a dead process went on");
  });
  isDead = crashed;
  const text = await readFile(path, "utf8");
  seen?.add(`${crashed ? "crashed" : "ended"}: ${text}`);
  if (text !== "old" && text !== "new") throw new Error(`lost: the store is ${JSON.stringify(text)}`);
};

describe.each(["production", "latency"] as const)("a process that may die, under %s", (order) => {
  test("a store that writes in place loses its data, and the failure replays", async () => {
    const { failure } = await explore(store(inPlace), { order });
    expect(failure?.kind).toBe("error");
    expect(String(failure?.error)).toContain("lost");
    expect(failure?.reproduced).toBe("5 of 5");
    expect(failure?.toString()).toContain("the process died");
    const again = await explore(store(inPlace), { seed: failure!.seed });
    expect(String(again.failure?.error)).toContain("lost");
  });

  test("one that writes beside and renames has the old text or the new one, whenever it dies", async () => {
    const seen = new Set<string>();
    const { verdict } = await explore(store(byRename, seen), { order, runs: 300 });
    expect(verdict).toBe("passed");
    expect([...seen].toSorted()).toEqual(["crashed: new", "crashed: old", "ended: new"].filter((one) => seen.has(one)));
    expect(seen).toContain("crashed: old");
    expect(seen).toContain("ended: new");
  });
});

test("a process that has died is not waited for, nor are its timers and tasks", async () => {
  let crashes = 0;
  const { verdict } = await explore(async ({ crashable, workspace, spawn, sleep }) => {
    const path = join(workspace(), "x");
    const after: string[] = [];
    const { crashed } = await crashable(async () => {
      const ticking = spawn("ticking", async () => {
        for (let times = 0; times < 3; times += 1) {
          await sleep(10);
          after.push("tick");
        }
      });
      await writeFile(path, "1");
      await ticking;
    });
    if (!crashed) return;
    crashes += 1;
    const before = after.length;
    await sleep(100);
    expect(after.length).toBe(before);
  }, { order: "production", runs: 100 });
  expect(verdict).toBe("passed");
  expect(crashes).toBeGreaterThan(0);
});

test("what it returns and throws is told where it does not die; without real I/O it never dies", async () => {
  const { verdict, complete } = await explore(async ({ crashable }) => {
    expect(await crashable(async () => 3)).toEqual({ crashed: false, value: 3 });
    await expect(crashable(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
  });
  expect(verdict).toBe("passed");
  expect(complete).toBe(true);
});

test("refuses what is no function", async () => {
  const { failure } = await explore(({ crashable }) => crashable(3 as never), { runs: 1 });
  expect(String(failure?.error)).toContain("crashable(fn) takes a function");
});

describe("faults of real operations", () => {
  const seenWith = async (pattern: string, faults: Parameters<BodyContext["faults"]>[1], act: (path: string) => Promise<unknown>): Promise<string[]> => {
    const seen = new Set<string>();
    const { failure } = await explore(async ({ workspace, faults: mayFail, setup }) => {
      const path = join(workspace(), "x");
      await setup(() => writeFile(path, "old"));
      mayFail(pattern, faults);
      const told = await act(path).then(() => "done", (error: NodeJS.ErrnoException) => `${error.code} ${error.syscall} ${typeof error.errno}`);
      seen.add(`${told}: ${existsSync(path) ? readFileSync(path, "utf8") : "none"}`);
    }, { order: "production", runs: 200 });
    if (failure !== undefined) throw failure.error;
    return [...seen].toSorted();
  };

  test("each step of a write may fail before it acts, or its answer may be lost", async () => {
    expect(await seenWith("fs.*", ["reject"], (path) => writeFile(path, "new"))).toEqual(["EIO close number: new", "EIO open number: old", "EIO write number: ", "done: new"].toSorted());
    expect(await seenWith("fs.rename", ["lost-answer"], (path) => rename(path, `${path}2`))).toEqual(["EIO rename number: none", "done: none"]);
  });

  test("a full disk, and a write that is cut short: writeFile goes on with the rest, a single write does not", async () => {
    expect(await seenWith("fs.*", ["ENOSPC"], (path) => writeFile(path, "new"))).toEqual(["ENOSPC write number: ", "done: new"]);
    expect(await seenWith("fs.*", ["short-write"], (path) => writeFile(path, "new"))).toEqual(["done: new"]);
    const once = async (path: string): Promise<void> => {
      const file = await open(path, "w");
      await file.write(Buffer.from("1234"));
      await file.close();
    };
    expect(await seenWith("fs.write", ["short-write"], once)).toEqual(["done: 12", "done: 1234"]);
  });

  test("refuses what is no fault", async () => {
    const { failure } = await explore(({ faults }) => faults("fs.*", ["explode" as never]), { runs: 1 });
    expect(String(failure?.error)).toContain('there is no fault "explode" of real operations');
  });
});
