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
  readonly runPrograms: (runtime: Runtime, executable: string, names: readonly string[], goldenFile: string) => Promise<readonly ProgramResult[]>;
}

const folder = new URL("../scripts/compat/", import.meta.url);
const goldenFile = fileURLToPath(new URL("golden.json", folder));
const { differences } = (await import(new URL("compare.mjs", folder).href)) as Scripts;
const { runPrograms } = (await import(new URL("runtimes.mjs", folder).href)) as Scripts;

test("the golden traces are those of this Node", async () => {
  const golden = JSON.parse(readFileSync(goldenFile, "utf8")) as Golden;
  const runtime: Runtime = { name: `node-${process.versions.node.split(".")[0]}`, install: "", command: "node", flags: [] };
  const known = golden.known.filter(({ runtimes }) => runtimes.includes(runtime.name));
  const results = await runPrograms(runtime, process.execPath, Object.keys(golden.programs), goldenFile);
  const found = results.flatMap((result) =>
    differences(result, golden)
      .filter(({ mode }) => !known.some(({ program, modes }) => program === result.name && modes.includes(mode)))
      .map(({ mode, text }) => `${result.name}, ${mode}: ${text}`),
  );
  expect(found).toEqual([]);
  expect(results.length).toBeGreaterThan(15);
}, 120_000);
