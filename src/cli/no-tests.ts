/** Why a round of vitest has shown nothing, in words. */
import { count } from "../report/layout.ts";

/** @param leftOut - tests that the pattern of `-t` has left out. */
export function noTests(leftOut: number, pattern: string | undefined): string {
  return leftOut > 0 ? `none of ${count(leftOut, "test")} matches the pattern of -t, ${JSON.stringify(pattern)}` : "the test files have no tests";
}

export function vitestIsGone(output: string): string {
  return `the process that ran vitest is gone:\n${output}`;
}
