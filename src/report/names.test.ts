import { expect, test } from "vitest";
import { request } from "./fixtures.test-helper.ts";
import { callName, eventName, memberName, noteText, taskNames } from "./names.ts";

test("tasks of one name are told apart by their paths", () => {
  const tasks = [
    { path: "main", name: "main" },
    { path: "main.2", name: "worker" },
    { path: "main.3", name: "worker" },
    { path: "a", name: "" },
  ];
  expect(taskNames({ version: 1, order: "latency", tasks, steps: [], waiting: [], leaks: [] })).toEqual([
    "main",
    "worker (main.2)",
    "worker (main.3)",
    "a",
  ]);
});

test("members read as the program writes them", () => {
  expect(memberName("wallet", "balance")).toBe("wallet.balance");
  expect(memberName("items", "0")).toBe("items[0]");
  expect(memberName("cache", "a b")).toBe('cache["a b"]');
  expect(memberName("it", "[Symbol(x)]")).toBe("it[Symbol(x)]");
});

test("events with and without a label", () => {
  expect(eventName("timer", "50")).toBe("timer of 50 ms");
  expect(eventName("timer", "50 ms")).toBe("timer of 50 ms");
  expect(eventName("timer", "timer of 50 ms")).toBe("timer of 50 ms");
  expect(eventName("interval", undefined)).toBe("interval");
  expect(eventName("completion", "db.save")).toBe("answer of db.save");
  expect(eventName("tick", undefined)).toBe("tick");
});

test("notes", () => {
  expect(noteText(request("db.save", '"x"'))).toBe('db.save("x") asked');
  expect(noteText(request("db.save", '("x", 1)'))).toBe('db.save("x", 1) asked');
  expect(noteText({ type: "answer", name: "db.save", value: "Error: gone", failed: true })).toBe("db.save failed: Error: gone");
  expect(noteText({ type: "answer", name: "db.save", value: "undefined", failed: false })).toBe("db.save answered");
  expect(noteText(request("db.save", '"abcdefgh"'), 20)).toBe('db.save("abc…) asked');
  expect(noteText({ type: "log", text: "a\nb" })).toBe("log a ⏎ b");
  expect(callName("db.save", "abcdef", 4)).toBe("db.save(abc…)");
});
