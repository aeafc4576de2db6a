import { afterAll, TestRunner } from "vitest";
import { greenLines, isQuiet, type Passed } from "../harness/green-line.ts";

/** Lines of a suite that are still to be shown. */
const lines: string[] = [];
const watched = new WeakSet<object>();

/** Takes down a race that passed, unless nobody wants to hear of it. */
export function noteGreen(test: string, passed: Passed): void {
  if (!isQuiet()) lines.push(...greenLines(test, passed));
}

/**
 * To be called where races are registered: their suite shows the lines of all of them together, at its end. (Vitest puts a
 * header of its own above whatever is printed at one time.)
 */
export function showLinesOfSuite(): void {
  const suite = TestRunner.getCurrentSuite();
  if (watched.has(suite)) return;
  watched.add(suite);
  afterAll(() => {
    if (lines.length > 0) console.log(lines.splice(0).join("\n"));
  });
}
