import type { Environment } from "../host/process/environment.ts";
import { avaTest } from "./ava.ts";
import { bunTest, denoTest } from "./by-file.ts";
import { jestTest } from "./jest.ts";
import { mochaTest } from "./mocha.ts";
import { nodeTest } from "./node-test.ts";
import type { RunningTest } from "./running-test.ts";
import { tapTest } from "./tap.ts";

/**
 * The test that runs now, as far as its runner can be seen. vitest is none of them: its adapter knows more.
 * @param file - the one that calls `race`.
 */
export function runningTest(file: string, environment: Environment): RunningTest | undefined {
  if (environment["VITEST"] !== undefined) return undefined;
  for (const look of [bunTest, denoTest, jestTest, mochaTest, avaTest, tapTest, nodeTest]) {
    const found = look(file, environment);
    if (found !== undefined) return found;
  }
  return undefined;
}
