import { readFile } from "node:fs/promises";
import { describe, expect, test, vi } from "vitest";
import { Draft } from "../app/draft.ts";
import { JsonStore } from "../app/json-store.ts";
import { Lease } from "../app/lease.ts";
import { file, folder, sleep, useFolder } from "./folder.ts";

useFolder();

describe("a draft", () => {
  test("keeps what is written while it opens", async () => {
    const store = new JsonStore(folder.path);
    await store.set("draft", "old");
    const draft = new Draft(store);
    const opening = draft.open();
    await sleep(90);
    draft.write("new");
    await opening;
    await draft.close();
    expect(await store.get("draft", "")).toBe("new");
  });

  test("opens with what was saved", async () => {
    const store = new JsonStore(folder.path);
    await store.set("draft", "old");
    const draft = new Draft(store);
    await draft.open();
    expect(draft.text).toBe("old");
  });

  test("is saved after a moment", async () => {
    const store = new JsonStore(folder.path);
    const draft = new Draft(store);
    draft.write("text");
    await sleep(60);
    await draft.close();
    expect(await store.get("draft", "")).toBe("text");
  });

  test.each(["a", "b", "c"])("closes with %s", async (text) => {
    const store = new JsonStore(folder.path);
    const draft = new Draft(store);
    draft.write("first");
    draft.write(text);
    await draft.close();
    expect(await store.get("draft", "")).toBe(text);
  });
});

describe("a lease", () => {
  test("outlasts the work that it is taken for", async () => {
    const lease = new Lease();
    lease.take("worker", 99);
    await readFile(file("work.txt", "work"));
    expect(lease.isHeldBy("worker")).toBe(true);
    lease.give("worker");
  });

  test("ends by itself", async () => {
    const lease = new Lease();
    lease.take("worker", 20);
    await sleep(30);
    expect(lease.isHeldBy("worker")).toBe(false);
  });

  test("that is renewed is held", async () => {
    const lease = new Lease();
    lease.take("worker", 90);
    await sleep(10);
    expect(lease.renew("worker", 90)).toBe(true);
    await sleep(10);
    expect(lease.isHeldBy("worker")).toBe(true);
    lease.give("worker");
  });

  test("is for one", () => {
    const lease = new Lease();
    expect([lease.take("one", 10), lease.take("other", 10)]).toEqual([true, false]);
    lease.give("one");
  });

  test("is given back by who holds it", () => {
    expect(() => new Lease().give("worker")).toThrow("worker does not hold the lease");
  });
});

describe("timers", () => {
  test("fire in the order of their times", async () => {
    const fired: number[] = [];
    await Promise.all([30, 10, 20].map((delayMs) => sleep(delayMs).then(() => fired.push(delayMs))));
    expect(fired).toEqual([10, 20, 30]);
  });

  test("an interval ends when it is cleared", async () => {
    let ticks = 0;
    const interval = setInterval(() => {
      ticks += 1;
    }, 10);
    await sleep(100);
    clearInterval(interval);
    const before = ticks;
    await sleep(30);
    expect(before).toBeGreaterThan(0);
    expect(ticks).toBe(before);
  });

  test("can be faked", () => {
    vi.useFakeTimers();
    try {
      const done = vi.fn();
      setTimeout(done, 1000);
      vi.advanceTimersByTime(1000);
      expect(done).toHaveBeenCalledOnce();
    } finally {
      vi.useRealTimers();
    }
  });
});
