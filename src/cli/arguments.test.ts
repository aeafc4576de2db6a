import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { encodeRecord } from "../corpus/schedule-file.ts";
import { encodeSeed } from "../engine/seed.ts";
import { commandOf, USAGE, type FuzzCommand } from "./arguments.ts";

const SEED = encodeSeed({ order: "production", scope: "user", latencyMs: 100, randomness: 1, test: 7, schedule: [] });

test("a fuzz command has a default for everything", () => {
  expect(commandOf(["fuzz"])).toEqual({
    command: "fuzz", filters: [], runs: 100, order: "auto", latencyMs: 1000, timeMs: 600_000, stuckMs: 20_000, seed: undefined, isStrict: false, isVerbose: false, reporters: ["table"], json: undefined, junit: undefined, vitest: {},
  });
});

test("filters, numbers, times and vitest's own options are told apart", () => {
  const words = ["fuzz", "src/cart", "--runs", "500", "--order", "latency", "--time", "1.5h", "-t", "checkout", "--pool", "threads", "--project", "a", "--project", "b", "--max-workers=2"];
  const command = commandOf(words) as FuzzCommand;
  expect(command).toMatchObject({ filters: ["src/cart"], runs: 500, order: "latency", timeMs: 5_400_000 });
  expect(command.vitest).toEqual({ testNamePattern: "checkout", pool: "threads", project: ["a", "b"], maxWorkers: 2 });
});

test("the latency is in ms, and the command line goes before the environment", () => {
  const latencyOf = (...words: string[]): number => (commandOf(["fuzz", ...words]) as FuzzCommand).latencyMs;
  expect([latencyOf("--latency", "250"), latencyOf("--latency", "2s"), latencyOf("--latency=0"), latencyOf("--latency", "Infinity")]).toEqual([250, 2000, 0, Number.POSITIVE_INFINITY]);
  vi.stubEnv("HEDDLE_LATENCY", "300");
  expect([latencyOf(), latencyOf("--latency", "250")]).toEqual([300, 250]);
  vi.stubEnv("HEDDLE_LATENCY", "soon");
  expect(() => latencyOf()).toThrow('HEDDLE_LATENCY is "soon"; it takes virtual milliseconds');
  vi.unstubAllEnvs();
});

test("the seed of a replay comes first, and the debugger may have a port", () => {
  expect(commandOf(["replay", SEED, "a.test.ts", "--inspect=9230"])).toEqual({ command: "replay", seed: SEED, filters: ["a.test.ts"], inspectPort: 9230, stuckMs: 20_000, vitest: {} });
  expect(commandOf(["replay", "--inspect", SEED])).toMatchObject({ seed: SEED, inspectPort: 9229 });
});

test("a kept failure is replayed from its file", () => {
  const folder = mkdtempSync(join(tmpdir(), "heddle-"));
  const [kept, torn] = [join(folder, "kept.seed"), join(folder, "torn.seed")];
  const text = encodeRecord({ test: "t", file: "", project: "", kind: "error", error: "e", sentence: "s", heddle: "0.1.0", seed: SEED });
  writeFileSync(kept, text);
  writeFileSync(torn, text.slice(0, 100));
  expect(commandOf(["replay", kept])).toMatchObject({ command: "replay", seed: SEED, filters: [] });
  expect(() => commandOf(["replay", torn])).toThrow(`no seed can be read from ${torn}: it was cut off or changed by hand (its checksum is wrong); restore it from version control, or delete it`);
  expect(() => commandOf(["replay", join(folder, "none.seed")])).toThrow(/no seed can be read from .*none\.seed: ENOENT/);
  rmSync(folder, { recursive: true });
});

test("`heddle report` writes the page, unless other formats alone are asked for", () => {
  expect(commandOf(["report", SEED])).toMatchObject({ command: "report", seed: SEED, outputs: { html: "heddle-report.html", open: false } });
  expect(commandOf(["report", SEED, "src/cart", "--json", "a.json"])).toMatchObject({ filters: ["src/cart"], outputs: { json: "a.json" } });
  expect(commandOf(["report", SEED, "--json", "a.json"])).not.toHaveProperty("outputs.html");
  expect(commandOf(["report", SEED, "--trace", "t.json", "--open"])).toMatchObject({ outputs: { html: "heddle-report.html", trace: "t.json", open: true } });
});

test("`heddle flaky` asks for a test, and counts 1,000 schedules and one native run", () => {
  expect(commandOf(["flaky", "src/cart", "-t", "checkout"])).toMatchObject({ command: "flaky", filters: ["src/cart"], runs: 1000, native: 1, order: "production", vitest: { testNamePattern: "checkout" } });
  expect(commandOf(["flaky", "-t", "checkout", "--runs", "50", "--native", "20"])).toMatchObject({ filters: [], runs: 50, native: 20 });
  expect(() => commandOf(["flaky"])).toThrow("heddle flaky takes the file of the test in question, or its name: heddle flaky src/cart.test.ts -t checkout");
});

test.each([[[]], [["--help"]], [["fuzz", "-h"]]])("%j asks for help", (words) => {
  expect(commandOf(words)).toEqual({ command: "help" });
  expect(USAGE).toContain("exit code: 0 no race found, 1 races found, 2 could not run");
});

test.each([
  [["fuz"], 'there is no command "fuz"; there are `heddle fuzz`, `heddle flaky <filter>`, `heddle replay <seed>` and `heddle report <seed>`'],
  [["fuzz", "--runs", "0"], '--runs is "0"; it takes a whole number from 1: --runs 100'],
  [["fuzz", "--runs", "many"], '--runs is "many"; it takes a whole number from 1: --runs 100'],
  [["fuzz", "--time", "soon"], '--time is "soon"; it takes a length of time: 90s, 10m, 1.5h'],
  [["fuzz", "--time", "0s"], '--time is "0s"; it takes a length of time'],
  [["fuzz", "--order", "any"], '--order is "any"; it takes one of production, latency, chaos, auto'],
  [["fuzz", "--latency", "long"], '--latency is "long"; it takes virtual milliseconds, or a length of time: --latency 500, 2s, Infinity'],
  [["fuzz", "--pool", "swimming"], '--pool is "swimming"; it takes one of forks, threads, vmThreads, vmForks'],
  [["fuzz", "--reporter", "loud"], '--reporter is "loud"; it takes one of table, github, json, junit'],
  [["fuzz", "--rnus", "5"], "Unknown option '--rnus'; `heddle --help` names them all"],
  [["fuzz", "--runs"], "Option '--runs <value>' argument missing; `heddle --help` names them all"],
  [["replay", SEED, "--inspect=here"], '--inspect is "here"; it takes a port: --inspect=9230'],
  [["replay"], "heddle replay takes the seed that a failure printed, or the file that keeps it: heddle replay hd1…"],
  [["report"], "heddle report takes the seed that a failure printed, or the file that keeps it: heddle report hd1… --html failure.html"],
  [["report", SEED, "--html"], "Option '--html <value>' argument missing"],
  [["replay", "abc"], '"abc" is not a seed that can be replayed: a seed begins with `hd1`'],
  [["replay", SEED.slice(0, -1)], "its checksum is wrong: it was cut off or mistyped; copy the whole of it"],
])("%j is refused, with what to write instead", (words, text) => {
  expect(() => commandOf(words)).toThrow(text);
});
