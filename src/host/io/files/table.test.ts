import { expect, test } from "vitest";
import { fileBinding } from "./steps.ts";
import { JOBS, NO_STEPS, STEPS } from "./table.ts";

test("every function of the binding that Node's own go through is on a table", () => {
  const binding = fileBinding()!;
  const functions = Object.keys(binding).filter((name) => typeof binding[name] === "function");
  const known = new Set([...Object.keys(STEPS), ...Object.keys(JOBS), ...NO_STEPS]);
  expect(functions.length).toBeGreaterThan(40);
  expect(functions.filter((name) => !known.has(name)), "put it on a table of host/io/files/table.ts, with what it does").toEqual([]);
});

test("no function is on two tables", () => {
  const names = [...Object.keys(STEPS), ...Object.keys(JOBS), ...NO_STEPS];
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});
