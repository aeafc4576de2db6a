import { expect, test } from "vitest";
import { runVitest } from "./child-vitest.test-helper.ts";

test("whatever a race throws, vitest shows its report, and nothing that a terminal would obey", async () => {
  const { output, tests } = await runVitest(["odd-errors"]);
  expect(tests.map(({ status }) => status)).toEqual(Array.from({ length: 12 }, () => "failed"));
  for (const { failureMessages } of tests) expect(failureMessages[0]).toMatch(/^RaceError: [\s\S]*replay: HEDDLE_SEED=hd1/);
  // What vitest itself writes are line feeds and colours.
  expect(output).not.toMatch(/[\u0000-\u0009\u000b-\u001a\u001c-\u001f\u007f-\u009f\u202a-\u202e]|\u001b(?!\[[\d;]*m)/);
  expect(output).toContain("a title\\u{1b}[2J\\u{9b}31m\\u{202e}");
}, 60_000);
