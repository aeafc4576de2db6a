import { readFile, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Autosave } from "../app/autosave.ts";
import { file, manyTurns, useFolder } from "./folder.ts";

useFolder();

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"] });
});

afterEach(() => {
  vi.useRealTimers();
});

describe("a text under fake timers", () => {
  test("is saved when its time is over", async () => {
    const autosave = new Autosave(file("text", "old"), 300);
    autosave.type("new");
    await vi.advanceTimersByTimeAsync(300);
    await manyTurns();
    expect(await readFile(file("text"), "utf8")).toBe("new");
    await autosave.saved;
  });

  test("is saved when the write is over", async () => {
    const autosave = new Autosave(file("text", "old"), 300);
    autosave.type("new");
    await vi.advanceTimersByTimeAsync(300);
    await autosave.saved;
    expect(await readFile(file("text"), "utf8")).toBe("new");
  });

  test("is read before it is typed over", async () => {
    const autosave = new Autosave(file("text", "old"), 300);
    let read = "";
    const reading = readFile(file("text"), "utf8").then((text) => {
      read = text;
    });
    await manyTurns();
    autosave.type(`${read}er`);
    vi.advanceTimersByTime(300);
    await Promise.all([reading, autosave.saved]);
    expect(await readFile(file("text"), "utf8")).toBe("older");
  });

  test("is not saved while somebody types", () => {
    const autosave = new Autosave(file("text", "old"), 300);
    for (let time = 0; time < 5; time += 1) {
      autosave.type(`text ${time}`);
      vi.advanceTimersByTime(200);
    }
    expect(autosave.saves).toBe(0);
  });

  test("is stamped with the time of the clock", async () => {
    vi.setSystemTime(new Date("2030-01-01T00:00:00Z"));
    vi.advanceTimersByTime(1000);
    await writeFile(file("stamp"), new Date().toISOString());
    expect(await readFile(file("stamp"), "utf8")).toBe("2030-01-01T00:00:01.000Z");
  });
});
