import { scrypt } from "node:crypto";
import { existsSync, mkdtempSync, rmSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm, stat, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzip } from "node:zlib";
import { explore, type Body, type ExploreOptions } from "heddle";
import { afterEach, beforeEach, expect, test } from "vitest";

const EXHAUSTIVE = { order: "latency", strategy: "exhaustive", runs: 2000 } as const satisfies ExploreOptions;
const REDUCED = { ...EXHAUSTIVE, independence: "declared" } as const satisfies ExploreOptions;

let folder = "";
const at = (name: string): string => join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "heddle-independence-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

async function ordersOf(body: Body): Promise<number | undefined> {
  const { orders, complete } = await explore(body, REDUCED);
  expect(complete).toBe(true);
  return orders[0]!.reduction?.orders;
}

test("operations on different files make one order, and the verdict says of what", async () => {
  const body: Body = async () => {
    await Promise.all(["a", "b", "c"].map((name) => writeFile(at(name), name)));
  };
  expect((await explore(body, REDUCED)).summary).toBe("latency: complete, the only one of the orders of the accesses to what they share passed");
});

test("what the machine only works out meets nothing: digests, keys, compression", async () => {
  const { subtle } = globalThis.crypto;
  const body: Body = async () => {
    await Promise.all([
      subtle.digest("SHA-256", new Uint8Array([1])),
      new Promise((resolve, reject) => void scrypt("a", "b", 8, (error, key) => (error === null ? resolve(key) : reject(error)))),
      new Promise((resolve, reject) => void gzip("text", (error, bytes) => (error === null ? resolve(bytes) : reject(error)))),
    ]);
  };
  expect(await ordersOf(body)).toBe(1);
});

test("two that look at one file make one order, and a look beside a removal makes two", async () => {
  expect(await ordersOf(async () => void (await Promise.all([stat(folder), stat(folder)])))).toBe(1);
  const removing: Body = async () => {
    await writeFile(at("a"), "");
    await Promise.all([stat(at("a")).catch(() => undefined), unlink(at("a"))]);
  };
  expect(await ordersOf(removing)).toBe(2);
});

test("files of a folder that each execution makes anew have the same names in all of them", async () => {
  const body: Body = async () => {
    const own = await mkdtemp(at("own-"));
    try {
      await Promise.all([mkdir(join(own, "a")), mkdir(join(own, "b")), stat(join(own, "a")).catch(() => undefined)]);
    } finally {
      rmSync(own, { recursive: true });
    }
  };
  // What removes the folder looks at all of it, and not at the order in which it came to be.
  expect(await ordersOf(body)).toBe(2);
});

test("a name that no two executions share stands for everything", async () => {
  let times = 0;
  const body: Body = async () => {
    times += 1;
    await Promise.all([mkdir(at(`a${times}`)), mkdir(at(`b${times}`))]);
  };
  // The requests, and the answers.
  expect(await ordersOf(body)).toBeGreaterThan(1);
});

test("entries that are made in one folder make one order, unless somebody lists it", async () => {
  const make = (): Promise<unknown>[] => ["x", "y"].map((name) => mkdir(at(name), { recursive: true }));
  const clear = (): void => ["x", "y"].forEach((name) => rmSync(at(name), { recursive: true, force: true }));
  expect(await ordersOf(async () => (clear(), void (await Promise.all(make()))))).toBe(1);
  expect(await ordersOf(async () => (clear(), void (await Promise.all([...make(), readdir(folder)]))))).toBe(6);
});

test("what a task does at once counts: it races with the steps of others", async () => {
  const seen = new Set<boolean>();
  const body: Body = async ({ spawn }) => {
    rmSync(at("a"), { force: true });
    spawn("writes", () => mkdir(at("a"), { recursive: true }).then(() => rm(at("a"), { recursive: true })));
    spawn("looks", async () => {
      await Promise.resolve();
      seen.add(existsSync(at("a")));
    });
  };
  await explore(body, REDUCED);
  expect([...seen].sort()).toEqual([false, true]);
});

test("a file that is moved while it is written is one file by both names", async () => {
  const seen = new Set<string>();
  const body: Body = async () => {
    rmSync(at("b"), { force: true });
    await Promise.all([
      writeFile(at("a"), "text"),
      rename(at("a"), at("b")).catch(() => rename(at("a"), at("b")).catch(() => undefined)),
    ]);
    if (existsSync(at("b"))) seen.add(readFileSync(at("b"), "utf8"));
    rmSync(at("a"), { force: true });
  };
  const exhaustive = await explore(body, EXHAUSTIVE);
  expect(exhaustive.complete).toBe(true);
  const all = new Set(seen);
  seen.clear();
  const reduced = await explore(body, REDUCED);
  expect(seen).toEqual(all);
  expect(reduced.runs).toBeLessThan(exhaustive.runs);
});
