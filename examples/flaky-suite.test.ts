/** What `heddle fuzz` finds in the suite beside this file: every planted race, and nothing else. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const SUITE = fileURLToPath(new URL("./flaky-suite", import.meta.url));
const MAIN = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));

test("22 flaky tests among 120 are found, and no other is named", { timeout: 480_000 }, () => {
  const inherited = Object.entries(process.env).filter(([key]) => !/^(?:VITEST|HEDDLE|NODE_ENV$|TEST$|FORCE_|CI$|npm_)/.test(key));
  const env = { ...Object.fromEntries(inherited), HEDDLE_CORPUS: "off", NO_COLOR: "1" };
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, "fuzz", "--pool", "threads"], { cwd: SUITE, env, encoding: "utf8" });
  const planted = JSON.parse(readFileSync(`${SUITE}/planted.json`, "utf8")) as string[];
  const found = [...stdout.matchAll(/^(tests\/.*?) +[\d,]+ +race +hd1\w+$/gm)].map(([, name]) => name);
  expect(found.sort(), stdout + stderr).toEqual(planted);
  expect(stdout).toContain("heddle: 22 races found in 120 tests");
  expect(status).toBe(1);
});
