/** What `heddle fuzz` finds in the suite beside this file: every planted race, and nothing else. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { lawOfSoak } from "../properties/support/cases.ts";

const SUITE = fileURLToPath(new URL("./flaky-suite", import.meta.url));
const MAIN = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));

/** The whole of it takes minutes: `npm run flaky`. */
const FILES = ["fire-and-forget", "promises"];

test("the flaky tests of some files are found, and no other is named", lawOfSoak(240_000), () => {
  const inherited = Object.entries(process.env).filter(([key]) => !/^(?:VITEST|HEDDLE|NODE_ENV$|TEST$|FORCE_|CI$|npm_)/.test(key));
  const env = { ...Object.fromEntries(inherited), HEDDLE_CORPUS: "off", NO_COLOR: "1" };
  const words = ["fuzz", ...FILES.map((file) => `tests/${file}.test.ts`), "--pool", "threads"];
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...words], { cwd: SUITE, env, encoding: "utf8" });
  const planted = (JSON.parse(readFileSync(`${SUITE}/planted.json`, "utf8")) as string[]).filter((name) => FILES.some((file) => name.startsWith(`tests/${file}.test.ts`)));
  expect(planted.length).toBeGreaterThan(4);
  const found = [...stdout.matchAll(/^(tests\/.*?) +[\d,]+ +race +hd1\w+$/gm)].map(([, name]) => name);
  expect(found.sort(), stdout + stderr).toEqual(planted);
  expect(stdout).toContain(`heddle: ${planted.length} races found `);
  expect(status).toBe(1);
});
