/**
 * The same seeds give the same traces: what `npm run compat` holds on all runtimes, here on the one that runs the tests.
 * `npm run build` comes first.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Difference, Golden, ProgramResult, Runtime } from "../scripts/compat/types.d.ts";

interface Scripts {
  readonly differences: (result: ProgramResult, golden: Golden) => readonly Difference[];
  readonly runPrograms: (runtime: Runtime, executable: string, names: readonly string[], goldenFile: string, from: number) => Promise<readonly ProgramResult[]>;
}

const folder = new URL("../scripts/compat/", import.meta.url);
const goldenFile = fileURLToPath(new URL("golden.json", folder));
const { differences } = (await import(new URL("compare.mjs", folder).href)) as Scripts;
const { runPrograms } = (await import(new URL("runtimes.mjs", folder).href)) as Scripts;

const golden = JSON.parse(readFileSync(goldenFile, "utf8")) as Golden;

const programs = Object.keys(golden.programs);

/** @returns what is otherwise than the golden file has it, and is not listed there with its reason. */
async function differing(runtime: Runtime, from: number): Promise<readonly string[]> {
  const known = golden.known.filter(({ runtimes }) => runtimes.includes(runtime.name));
  const results = await runPrograms(runtime, process.execPath, programs, goldenFile, from);
  expect(results.length).toBe(programs.length - from);
  return results.flatMap((result) =>
    differences(result, golden)
      .filter(({ mode }) => !known.some(({ program, modes }) => program === result.name && modes.includes(mode)))
      .map(({ mode, text }) => `${result.name}, ${mode}: ${text}`),
  );
}

test("the golden traces are those of this Node", async () => {
  expect(programs.length).toBeGreaterThan(15);
  const name = `node-${process.versions.node.split(".")[0]}`;
  expect(await differing({ name, install: "", command: "node", flags: [] }, 0)).toEqual([]);
}, 120_000);

test("and those of programs with real files where the host has no way to drain the queues at once", async () => {
  const from = programs.indexOf("real files");
  expect(from).toBeGreaterThan(0);
  const runtime: Runtime = { name: "turns", install: "", command: "node", flags: [], environment: { HEDDLE_DRAIN: "turns" } };
  expect(await differing(runtime, from)).toEqual([]);
}, 120_000);
