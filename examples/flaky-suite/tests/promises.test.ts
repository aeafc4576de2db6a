import { describe, expect, test } from "vitest";
import { Counter, LockedCounter } from "../app/counter.ts";
import { JsonStore } from "../app/json-store.ts";
import { Mutex } from "../app/mutex.ts";
import { LatestSearchBox, SearchBox } from "../app/search.ts";
import { wordsLike } from "../app/words.ts";
import { folder, sleep, useFolder } from "./folder.ts";

useFolder();

describe("a counter in a store", () => {
  test("counts a visit while another one is counted", async () => {
    const counter = new Counter(new JsonStore(folder.path));
    const first = counter.increment();
    await sleep(90);
    await counter.increment();
    await first;
    expect(await counter.value()).toBe(2);
  });

  test("counts one after the other", async () => {
    const counter = new Counter(new JsonStore(folder.path));
    await counter.increment();
    await counter.increment();
    expect(await counter.value()).toBe(2);
  });

  test.each([2, 3, 5])("with a lock, %i at once", async (times) => {
    const counter = new LockedCounter(new JsonStore(folder.path), new Mutex());
    await Promise.all(Array.from({ length: times }, () => counter.increment()));
    expect(await counter.value()).toBe(times);
  });

  test("begins at nothing", async () => {
    expect(await new Counter(new JsonStore(folder.path)).value()).toBe(0);
  });
});

describe("a search box", () => {
  test("shows what was typed last", async () => {
    const box = new SearchBox(wordsLike);
    const typed = box.type("s");
    await sleep(90);
    await box.type("sp");
    await typed;
    expect(box.results).toEqual(["spindle", "spool"]);
  });

  test.each(["h", "l", "w", "x"])("shows what begins with %s", async (text) => {
    const box = new SearchBox(wordsLike);
    await box.type(text);
    expect(box.results.every((word) => word.startsWith(text))).toBe(true);
  });

  test("which knows the latest shows it, however the answers come", async () => {
    const box = new LatestSearchBox(wordsLike);
    await Promise.all([box.type("s"), box.type("sh"), box.type("shu")]);
    expect(box.results).toEqual(["shuttle"]);
  });

  test("is empty at first", () => {
    expect(new SearchBox(wordsLike).results).toEqual([]);
  });
});
