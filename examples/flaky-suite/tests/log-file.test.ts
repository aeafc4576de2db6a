import { describe, expect, test } from "vitest";
import { LogFile, OrderedLogFile } from "../app/log-file.ts";
import { Mutex } from "../app/mutex.ts";
import { file, sleep, useFolder } from "./folder.ts";

useFolder();

describe("a log file", () => {
  test("is empty when it has been put aside", async () => {
    const log = new LogFile(file("log.txt"));
    const adding = log.add("one");
    await sleep(90);
    await log.rotate();
    await adding;
    expect(log.count).toBe(0);
  });

  test("counts its lines", async () => {
    const log = new LogFile(file("log.txt"));
    await log.add("one");
    await log.add("two");
    expect([log.count, await log.lines()]).toEqual([2, ["one", "two"]]);
  });

  test("keeps the lines that were put aside", async () => {
    const log = new LogFile(file("log.txt"));
    await log.add("one");
    await log.rotate();
    expect([await log.lines(), await log.lines(`${log.path}.1`)]).toEqual([[], ["one"]]);
  });

  test("in order is empty when it has been put aside", async () => {
    const log = new OrderedLogFile(file("log.txt"), new Mutex());
    const adding = log.add("one");
    await sleep(5);
    await log.rotate();
    await adding;
    expect(log.count).toBe(0);
  });

  test.each([1, 2, 5])("counts %i lines at once", async (times) => {
    const log = new LogFile(file("log.txt"));
    await Promise.all(Array.from({ length: times }, (_, index) => log.add(`line ${index}`)));
    expect([log.count, (await log.lines()).length]).toEqual([times, times]);
  });

  test("cannot be put aside if there is none", async () => {
    await expect(new LogFile(file("log.txt")).rotate()).rejects.toMatchObject({ code: "ENOENT" });
  });
});
