import { stat } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { Mutex } from "../app/mutex.ts";
import { folder, sleep, useFolder } from "./folder.ts";

useFolder();

describe("a mutex", () => {
  test.each([1, 2, 3, 4, 5, 6])("lets one in at a time, of %i", async (times) => {
    const mutex = new Mutex();
    let inside = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      inside += 1;
      most = Math.max(most, inside);
      await stat(folder.path);
      await sleep(5);
      inside -= 1;
    };
    await Promise.all(Array.from({ length: times }, () => mutex.run(work)));
    expect(most).toBe(1);
  });

  test("keeps the order", async () => {
    const mutex = new Mutex();
    const order: number[] = [];
    const work = (index: number) => async (): Promise<void> => {
      await stat(folder.path);
      order.push(index);
    };
    await Promise.all([1, 2, 3, 4].map((index) => mutex.run(work(index))));
    expect(order).toEqual([1, 2, 3, 4]);
  });

  test("goes on after a failure", async () => {
    const mutex = new Mutex();
    const failed = mutex.run(() => Promise.reject(new Error("no")));
    await expect(failed).rejects.toThrow("no");
    expect(await mutex.run(() => Promise.resolve("yes"))).toBe("yes");
  });

  test("hands on what the work returns", async () => {
    expect(await new Mutex().run(() => Promise.resolve(42))).toBe(42);
  });
});
