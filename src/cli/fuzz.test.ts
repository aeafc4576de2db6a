/** The commands as a user starts them, over a small suite of fixtures: `npm run build` comes first. */
import { spawn, type ChildProcess } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lawOfSoak } from "../../properties/support/cases.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const MAIN = join(ROOT, "dist/cli/main.js");
const FIXTURES = join(ROOT, "src/cli/fixtures");

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

let suite: string;

beforeAll(() => {
  if (!existsSync(MAIN)) throw new Error("dist/ is not there: npm run build");
  suite = suiteWith("mixed.fixture.ts");
});

const made: string[] = [];

afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true });
});

/** A package in a folder of its own, with these fixtures for test files. */
function suiteWith(...fixtures: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), "heddle-suite-"));
  made.push(folder);
  writeFileSync(join(folder, "package.json"), '{ "type": "module", "private": true }');
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(ROOT, join(folder, "node_modules/heddle"), "junction");
  symlinkSync(join(ROOT, "node_modules/vitest"), join(folder, "node_modules/vitest"), "junction");
  for (const fixture of fixtures) cpSync(join(FIXTURES, fixture), join(folder, fixture.replace(".fixture.ts", ".test.ts")));
  return folder;
}

function start(folder: string, words: readonly string[]): ReturnType<typeof startNode> {
  return startNode(folder, [MAIN, ...words]);
}

function run(folder: string, words: readonly string[]): Promise<Ended> {
  return startNode(folder, words).ended;
}

function startNode(folder: string, words: readonly string[]): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  const inherited = Object.entries(process.env).filter(([key]) => !/^(?:VITEST|HEDDLE|NODE_ENV$|TEST$|FORCE_|CI$|npm_)/.test(key));
  const child = spawn(process.execPath, words, { cwd: folder, env: { ...Object.fromEntries(inherited), NO_COLOR: "1" } });
  const parts = { out: "", error: "" };
  child.stdout.on("data", (chunk) => (parts.out += String(chunk)));
  child.stderr.on("data", (chunk) => (parts.error += String(chunk)));
  const ended = new Promise<Ended>((resolve) => child.on("close", (code) => resolve({ code, ...parts })));
  return { child, ended };
}

function heddle(folder: string, ...words: readonly string[]): Promise<Ended> {
  return start(folder, words).ended;
}

/** The line of the table about one test. */
function row(out: string, name: string): string {
  const found = out.split("\n").filter((line) => line.includes(`> ${name} `));
  return found.at(-1) ?? "";
}

describe("a suite as it stands", () => {
  let found: Ended;

  beforeAll(async () => {
    found = await heddle(suite, "fuzz", "--runs", "30", "--verbose");
  }, 120_000);

  test("the race is named, with its report and its seed, and ends the command with 1", () => {
    expect(found.code).toBe(1);
    expect(row(found.out, "loses an update")).toMatch(/race +hd1\w+$/);
    expect(found.out).toMatch(/replay: npx heddle replay hd1\w+/);
    expect(found.out).toContain("heddle: 1 race found in ");
  });

  test("hooks, fixtures, each, snapshots and mocks are as at a first run, in every execution", () => {
    for (const name of ["a fresh state each time", "a fixture each time", "each 2", "each 3", "a snapshot", "a mock", "its own signal and hooks", "counts its assertions"]) {
      expect(row(found.out, name), name).toMatch(/\d+ +passed/);
    }
    for (const name of ["uses fake timers", "keeps a count"]) expect(row(found.out, name), name).toMatch(/1 +one order only/);
  });

  test("retries and repeats do not hide what an execution does", () => {
    expect(row(found.out, "repeated and retried")).toMatch(/passed/);
    expect(row(found.out, "passes when it is tried again")).toContain("fails natively: it passed only when tried 2 times (retry)");
  });

  test("concurrent tests are explored one by one", () => {
    for (const name of ["concurrent 1", "concurrent 2"]) expect(row(found.out, name), name).toMatch(/passed/);
  });

  test("what cannot be explored is skipped, with the reason", () => {
    expect(row(found.out, "skips itself")).toContain("skipped: not here");
    expect(row(found.out, "is skipped")).toContain("skipped: skipped in the suite");
    expect(row(found.out, "fails without heddle")).toContain("fails natively: expected 1 to be 2");
  });

  test("a race's seed is replayed in a fresh process, without its test's being named", async () => {
    const [seed] = /hd1\w+/.exec(row(found.out, "loses an update"))!;
    expect(found.out).toContain(`replay: npx heddle replay ${seed} mixed.test.ts\n`);
    const replayed = await heddle(suite, "replay", seed);
    expect(replayed.code).toBe(1);
    expect(replayed.out).toContain("mixed.test.ts > loses an update");
    expect(replayed.out).toContain("expected 90 to be 70");
  });

  test("the failing schedule lies beside the test", () => {
    expect(readdirSync(join(suite, ".heddle"))).toEqual([expect.stringMatching(/^loses-an-update-\w+\.seed$/)]);
  });
});

test("a replay looks for the seed where failures are kept, and loads that test's file alone", { timeout: 90_000 }, async () => {
  const folder = suiteWith("mixed.fixture.ts");
  writeFileSync(join(folder, "other.test.ts"), 'import { writeFileSync } from "node:fs";\nimport { test } from "vitest";\nwriteFileSync("loaded", "");\ntest("is another", () => {});\n');
  const [seed] = /hd1\w+/.exec(row((await heddle(folder, "fuzz", "mixed", "-t", "loses an update")).out, "loses an update"))!;
  expect(await heddle(folder, "replay", seed)).toMatchObject({ code: 1 });
  expect(existsSync(join(folder, "loaded"))).toBe(false);
  // Without what is kept every file is looked through, and that is said.
  rmSync(join(folder, ".heddle"), { recursive: true });
  const all = { code: 1, error: expect.stringContaining(`its test is looked for in all files; with the file's name it is found at once: npx heddle replay ${seed} <file>`) };
  expect(await heddle(folder, "replay", seed)).toMatchObject(all);
  expect(existsSync(join(folder, "loaded"))).toBe(true);
});

test("tests that -t leaves out are not listed", async () => {
  const folder = suiteWith("mixed.fixture.ts");
  const { out } = await heddle(folder, "fuzz", "--verbose", "-t", "a fresh state", "--json", "found.json");
  expect(row(out, "a fresh state each time")).toMatch(/passed/);
  expect(out).not.toContain("is skipped");
  expect(out).toContain("heddle: no race found in 1 test,");
  expect(JSON.parse(readFileSync(join(folder, "found.json"), "utf8"))).toHaveProperty("tests.length", 1);
});

test("fake timers stay the test's, and what is beside them is explored", async () => {
  const { out } = await heddle(suiteWith("fake-timers.fixture.ts"), "fuzz", "--runs", "30", "--verbose");
  expect(row(out, "shows the newest answer")).toMatch(/race +hd1\w+$/);
  for (const name of ["asks once", "waits for an answer", "leaves them installed", "begin at 0", "begin at 1000"]) expect(row(out, name), name).toMatch(/\d+ +passed/);
  expect(out).toContain("heddle: 1 race found in ");
}, 120_000);

describe("state that outlives a run", () => {
  let folder: string;
  let out: string;
  beforeAll(async () => {
    folder = suiteWith("state.fixture.ts", "once.fixture.ts");
    cpSync(join(FIXTURES, "state-module.ts"), join(folder, "state-module.ts"));
    ({ out } = await heddle(folder, "fuzz", "--runs", "30", "--verbose"));
  }, 120_000);

  test("is made anew for each execution: modules, mocks, spies, hooks, and what the tests before leave", () => {
    for (const name of ["counts", "rests on the test before"]) expect(row(out, name), name).toMatch(/\d+ +passed/);
    expect(row(out, "attaches")).toMatch(/1 +one order only/);
    expect(row(out, "counts in the realm")).toMatch(/skipped: run again in one process it fails, so its state outlives a run: expected \d+ to be 1 .*\(with its file evaluated afresh for each execution, too\)/);
    expect(out).toContain("heddle: 1 race found in ");
  });

  test("is said to stay where the file cannot be evaluated twice", () => {
    expect(row(out, "runs in a file that is evaluated once")).toMatch(/its state outlives a run: expected \d+ to be 1 .*\(its file cannot be evaluated again: it is open already\)/);
  });

  test("hides no race, and its seed replays", async () => {
    const [seed] = /hd1\w+/.exec(row(out, "asks once for two")) ?? [];
    expect(row(out, "asks once for two")).toMatch(/race +hd1\w+$/);
    const replayed = await heddle(folder, "replay", seed!, "state.test.ts");
    expect(replayed.out).toContain("expected 2 to be 1");
    expect(replayed.code).toBe(1);
  }, 60_000);

  test("keeps the hooks that a package has registered when it was loaded", async () => {
    const own = suiteWith("package-hooks.fixture.ts");
    mkdirSync(join(own, "node_modules/tidy"));
    writeFileSync(join(own, "node_modules/tidy/package.json"), '{ "name": "tidy", "type": "module", "exports": "./index.js" }');
    writeFileSync(join(own, "node_modules/tidy/index.js"), "export const open = [];\nafterEach(() => {\n  open.length = 0;\n});\n");
    writeFileSync(join(own, "vitest.config.mjs"), "export default { test: { globals: true } };\n");
    const { out: shown } = await heddle(own, "fuzz", "--runs", "5", "--order", "production", "--verbose");
    expect(row(shown, "finds nothing open")).toMatch(/\d {2}passed/);
  }, 60_000);

  test("is made anew where failures are counted", async () => {
    const { out: rates } = await heddle(folder, "flaky", "state", "-t", "asks once for two|rests on|counts$", "--runs", "20");
    expect(rates).toMatch(/asks once for two\n {2}fails in [\d.]+ % .*: \d+ of 20\n {2}\d+ × expected 2 to be 1/);
    for (const name of ["counts", "rests on the test before"]) expect(rates).toMatch(new RegExp(`${name}\n {2}never fail`));
  }, 60_000);
});

test("a test that fails in plain JavaScript's order is a race where another order passes, natively too; but not for what I/O takes", lawOfSoak(120_000), async () => {
  const folder = suiteWith("first-order.fixture.ts");
  const { code, out } = await heddle(folder, "fuzz", "--runs", "20", "--order", "production", "--verbose");
  expect(row(out, "has its timers before what is to come later, again and again")).toMatch(/race +hd1\w+$/);
  const [seed, other] = [/race +(hd1\w+)$/.exec(row(out, "has its timer before what is to come later"))?.[1], /passes natively, and here in another order: (hd1\w+)/.exec(out)?.[1]];
  expect(row(out, "waits less than a program takes")).not.toContain("race");
  expect(code).toBe(1);
  expect((await heddle(folder, "replay", seed!, "first-order.test.ts")).code).toBe(1);
  expect((await heddle(folder, "replay", other!, "first-order.test.ts")).code).toBe(0);
});

test.each(["vmThreads"])("in the pool %s the same race is found", async (pool) => {
  const folder = suiteWith("mixed.fixture.ts");
  const { code, out } = await heddle(folder, "fuzz", "--pool", pool, "-t", "loses an update");
  expect(row(out, "loses an update")).toMatch(/race +hd1\w+$/);
  expect(code).toBe(1);
});

test("in a project with folders of its own the race is found, and confirmed", lawOfSoak(60_000), async () => {
  const folder = suiteWith();
  const tests = join(folder, "packages/a/src/tests");
  mkdirSync(tests, { recursive: true });
  cpSync(join(FIXTURES, "mixed.fixture.ts"), join(tests, "mixed.test.ts"));
  const project = { root: "./packages/a", test: { name: "a", dir: tests, include: ["**/*.test.ts"] } };
  writeFileSync(join(folder, "vitest.config.mjs"), `export default { test: { projects: [${JSON.stringify(project)}] } };\n`);
  const { code, out } = await heddle(folder, "fuzz", "-t", "loses an update");
  expect(row(out, "loses an update")).toMatch(/race +hd1\w+$/);
  expect(code).toBe(1);
});

test("through vitest's own configuration: the test fails with heddle's report", async () => {
  const folder = suiteWith("mixed.fixture.ts");
  symlinkSync(join(ROOT, "node_modules/vite"), join(folder, "node_modules/vite"), "junction");
  writeFileSync(join(folder, "vitest.config.mjs"), 'import { heddle } from "heddle/vite";\nexport default { plugins: [heddle({ fuzz: { runs: 30 } })] };\n');
  const vitest = join(folder, "node_modules/vitest/vitest.mjs");
  const { code, out, error } = await run(folder, [vitest, "run", "-t", "loses an update|a fresh state"]);
  expect(out + error).toMatch(/FAIL .*mixed\.test\.ts > loses an update\nRaceError: .*asked by withdraw/);
  expect(out + error).toMatch(/replay: npx heddle replay hd1\w+/);
  expect(out).toMatch(/Tests +1 failed \| 1 passed/);
  expect(code).toBe(1);
});

describe("what passes as things stand, and fails once an await takes time", () => {
  const folder = (): string => suiteWith("fragile.fixture.ts");

  test("is fragile: told apart, with what it rests on, and no race unless that is asked for", async () => {
    const own = folder();
    const { code, out } = await heddle(own, "fuzz", "--runs", "50", "--verbose");
    expect(code).toBe(0);
    expect(row(out, "looks when it is saved in no time")).toContain("one order only; fragile, see below");
    expect(out).toMatch(/\n {2}fragile\.test\.ts > looks when it is saved in no time\n {4}rests on `await .*` taking no time, fragile\.test\.ts:\d+\n {4}hd1\w+\n/);
    expect(row(out, "waits until it is saved")).toMatch(/1 {2}one order only$/);
    expect(out).toMatch(/\n {2}fragile\.test\.ts > leaves a chain of timers a few ms\n {4}rests on the timer of 20 ms firing less than 25 ms late, fragile\.test\.ts:\d+\n {4}hd1\w+\n/);
    expect(row(out, "leaves a chain of timers time enough")).toMatch(/1 {2}one order only$/);
    expect(out).toMatch(/heddle: no race found and 2 fragile in 5 tests, 5 schedules under production and \d+ under latency/);
    for (const [seed] of out.matchAll(/hd1\w+/g)) expect((await heddle(own, "replay", seed, "fragile.test.ts")).code).toBe(1);
    expect((await heddle(own, "fuzz", "--runs", "50", "--strict")).code).toBe(1);
  }, 120_000);

  test("is not looked for where the order is given", async () => {
    const { code, out } = await heddle(folder(), "fuzz", "--order", "production", "--strict");
    expect(code).toBe(0);
    expect(out).not.toContain("fragile:");
  }, 60_000);

  test("is a race where every await is taken for one that takes time", async () => {
    const { code, out } = await heddle(folder(), "fuzz", "--order", "latency", "--runs", "50");
    expect(code).toBe(1);
    expect(row(out, "looks when it is saved in no time")).toMatch(/race +hd1\w+$/);
  }, 60_000);
});

test("how often a test fails is counted, by message, with a seed that replays; and beside it how often natively", { timeout: 90_000 }, async () => {
  const folder = suiteWith("mixed.fixture.ts");
  const { code, out } = await heddle(folder, "flaky", "mixed", "-t", "loses an update|a fresh state", "--runs", "200", "--native", "3", "--json", "rates.json");
  expect(out).toMatch(/loses an update\n {2}fails in [\d.]+ % \(with 95 % between [\d.]+ % and [\d.]+ %\) of schedules that can happen as things stand: \d+ of 200\n {2}natively in 0 % \(.*\): 0 of 3\n {2}\d+ × expected 90 to be 70/);
  expect(out).toMatch(/a fresh state each time\n {2}never fail(?:ed in \d+ schedules: fails in less than [\d.]+ % of schedules|s: there is no other order as things stand)/);
  expect(out).toContain("heddle: 1 of 2 tests can fail");
  expect(code).toBe(1);
  const rates = JSON.parse(readFileSync(join(folder, "rates.json"), "utf8")) as { readonly tests: readonly { readonly runs: number; readonly failed: number; readonly failures: readonly { readonly times: number }[] }[] };
  const { runs, failed, failures } = rates.tests.find((one) => one.failed > 0)!;
  expect(runs).toBe(200);
  expect(failures.reduce((sum, { times }) => sum + times, 0)).toBe(failed);
  const [seed] = /hd1\w+/.exec(out)!;
  const replayed = await heddle(folder, "replay", seed, "mixed.test.ts");
  expect(replayed.out).toContain("expected 90 to be 70");
  expect(replayed.code).toBe(1);
});

test("sleeps are too short for a slow disk, and polls are not", async () => {
  const { code, out } = await heddle(suiteWith("sleeps.fixture.ts"), "fuzz", "--runs", "40", "--order", "production", "--verbose");
  expect(code).toBe(1);
  expect(row(out, "sleeps for half a second")).toMatch(/race +hd1\w+$/);
  expect(row(out, "sleeps for more than a second")).toContain("one order only while every I/O takes at most 1,000 ms (one of 1,500 ms would come behind a timer)");
  expect(row(out, "waits for it")).toMatch(/passed/);
  expect(row(out, "polls for it")).toMatch(/passed/);
}, 120_000);

describe("what cannot be run ends with 2, and says what to do", () => {
  test.each([
    [["fuzz", "nowhere"], "vitest finds no test file that matches nowhere: its `include` is "],
    [["fuzz", "-t", "no such test"], 'tests matches the pattern of -t, "no such test"'],
    [["replay", "hd101jf7fy5xw3nzwr0094f08mhs"], "has printed the seed hd101jf7fy5xw3nzwr0094f08mhs: it belongs to another suite, or the test has been renamed since"],
  ])("%j", async (words, text) => {
    const { code, error } = await heddle(suite, ...words);
    expect(error).toContain(text);
    expect(code).toBe(2);
  });

  test("a folder without vitest", async () => {
    const folder = mkdtempSync(join(tmpdir(), "heddle-empty-"));
    made.push(folder);
    const { code, error } = await heddle(folder, "fuzz");
    expect(error).toContain(`there is no vitest in ${folder}. This command is for suites of vitest: npm i -D vitest (4.1 or newer)`);
    expect(code).toBe(2);
  });
});

describe("a test that takes its process with it", lawOfSoak(), () => {
  test.each([
    ["endless.fixture.ts", "no sign of life for 3.0 s: a synchronous loop without an end?"],
    ["crash.fixture.ts", "it ended its process"],
  ])("%s: the seed was on the disk, the others are explored, and it replays", async (fixture, what) => {
    const folder = suiteWith(fixture);
    const { code, out } = await heddle(folder, "fuzz", "--runs", "50", "--stuck", "3s", "--pool", "forks");
    expect(row(out, "is deadly in one order")).toMatch(/race +hd1\w+$/);
    expect(row(out, "comes after it")).toMatch(/passed/);
    expect(out).toContain(what);
    expect(code).toBe(1);
    const [seed] = /hd1\w+/.exec(row(out, "is deadly in one order"))!;
    const replayed = await heddle(folder, "replay", seed, "--stuck", "3s");
    expect(replayed.out).toContain(what);
    expect(replayed.code).toBe(1);
  });
});

/** Attaches, lets the program run, and prints what stands on top of the stack where it stops. */
const DEBUGGER = `
  const port = process.argv[1];
  let list;
  while (list === undefined) list = await fetch("http://127.0.0.1:" + port + "/json/list").then((answer) => answer.json(), () => new Promise((resolve) => setTimeout(resolve, 200)));
  const socket = new WebSocket(list[0].webSocketDebuggerUrl);
  const send = (id, method) => socket.send(JSON.stringify({ id, method }));
  socket.onopen = () => (send(1, "Debugger.enable"), send(2, "Runtime.runIfWaitingForDebugger"));
  socket.onmessage = ({ data }) => {
    const { method, params } = JSON.parse(data);
    if (method !== "Debugger.paused") return;
    console.log(params.callFrames[0].functionName);
    send(3, "Debugger.resume");
    setTimeout(() => process.exit(), 100);
  };
`;

test("a replay stops in the debugger, before the step that deviates", lawOfSoak(60_000), async () => {
  const folder = suiteWith("mixed.fixture.ts");
  const [seed] = /hd1\w+/.exec(row((await heddle(folder, "fuzz", "-t", "loses an update")).out, "loses an update"))!;
  const port = String(20_000 + (process.pid % 20_000));
  const replaying = heddle(folder, "replay", seed, `--inspect=${port}`);
  const watched = await run(folder, ["--experimental-websocket", "--input-type=module", "-e", DEBUGGER, port]);
  expect(watched.out.trim()).toBe("stopBeforeDeviation");
  const { code, out, error } = await replaying;
  expect(error).toContain(`heddle: attach a debugger to 127.0.0.1:${port}`);
  expect(out).toContain("expected 90 to be 70");
  expect(code).toBe(1);
});

test("Ctrl-C ends it with what was found so far", { timeout: 90_000 }, async () => {
  const folder = suiteWith("slow.fixture.ts");
  const { child, ended } = start(folder, ["fuzz", "--runs", "1000000"]);
  const kept = join(folder, ".heddle");
  while (!existsSync(kept) || readdirSync(kept).every((name) => !name.endsWith(".seed"))) await new Promise((resolve) => setTimeout(resolve, 100));
  await new Promise((resolve) => setTimeout(resolve, 3000));
  child.kill("SIGINT");
  const { code, out } = await ended;
  expect(row(out, "loses an update")).toMatch(/race +hd1\w+$/);
  expect(row(out, "takes for ever")).toMatch(/not ended|\d+ +passed/);
  expect(out).toContain(", interrupted");
  expect(code).toBe(1);
});
