import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test, vi } from "vitest";
import { AS_INSTALLED, run } from "./child-vitest.test-helper.ts";

// Each starts vitest several times.
vi.setConfig({ testTimeout: 60_000 });

const root = fileURLToPath(new URL("../..", import.meta.url));

const CONFIG = `export default { root: import.meta.dirname, test: { include: ["*.test.ts"], ${AS_INSTALLED} } };\n`;

const counting = (options = "{}", register = "test.race", name = "counts"): string => `${register}(${JSON.stringify(name)}, async ({ spawn, io }) => {
  let stored = 0;
  const load = io("load", () => stored);
  const save = io("save", (value: number) => { stored = value; });
  const add = async (amount: number) => save((await load()) + amount);
  await Promise.all([spawn("a", () => add(1)), spawn("b", async () => { await load(); await load(); await add(2); })]);
  if (stored !== 3) throw new Error(\`stored \${stored}\`);
}, ${options});
`;

/** A folder of test files, and a vitest over it. */
class Suite {
  private readonly folder: string;

  constructor(name: string, files: Readonly<Record<string, string>>) {
    this.folder = `${root}build/${name}`;
    rmSync(this.folder, { recursive: true, force: true });
    mkdirSync(this.folder, { recursive: true });
    writeFileSync(`${this.folder}/vitest.config.ts`, CONFIG);
    for (const [file, text] of Object.entries(files)) this.write(file, text);
  }

  write(file: string, text: string): void {
    writeFileSync(`${this.folder}/${file}`, `import { test } from "heddle/vitest";\n${text}`);
  }

  async run(...args: string[]): Promise<string> {
    const { output } = await run(process.execPath, [`${root}node_modules/vitest/vitest.mjs`, "run", ...args], {}, false, this.folder);
    return output;
  }

  kept(folder = ".heddle"): string[] {
    return readdirSync(`${this.folder}/${folder}`).map((name) => name.replace(/-[0-9a-f]{10}\.seed$/, "")).sort();
  }

  get folders(): string[] {
    return readdirSync(this.folder).filter((name) => !name.includes("config") && name !== "node_modules").sort();
  }
}

function times(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].length;
}

describe.each(["threads", "vmThreads"])("in the pool %s", (pool) => {
  test("failures are kept beside the file, and known at the next run; those of one name in one folder are told apart", async () => {
    const suite = new Suite(`corpus-${pool}`, { "one.test.ts": counting() + counting(), "two.test.ts": counting() });
    const first = await suite.run(`--pool=${pool}`);
    expect(times(first, /^kept in \.heddle\/counts-[\w-]+\.seed: commit it/gm), first).toBe(3);
    expect(suite.kept()).toEqual(["counts", "counts", "counts-2"]);
    const second = await suite.run(`--pool=${pool}`);
    expect(times(second, /^known failure, replayed from \.heddle\/counts-/gm), second).toBe(3);
    expect(times(second, /^found in run 1, /gm)).toBe(3);
    expect(suite.kept()).toEqual(["counts", "counts", "counts-2"]);
  });
});

test("a race that is wanted is not kept, nor one whose options say so; and another folder is as seen from the file", async () => {
  const suite = new Suite("corpus-options", {
    "a.test.ts": counting("{}", "test.race.fails", "wanted") + counting("{ corpus: false }", "test.race", "not kept") + counting('{ corpus: "kept/here" }', "test.race", "elsewhere"),
  });
  const output = await suite.run();
  expect(output).toMatch(/Tests {2}2 failed \| 1 passed/);
  expect(suite.folders).toEqual(["a.test.ts", "kept"]);
  expect(suite.kept("kept/here")).toEqual(["elsewhere"]);
});

test("a schedule whose test has another name now is replayed by nobody: that is said, and the file stays", async () => {
  const suite = new Suite("corpus-strays", { "a.test.ts": counting(), "b.test.ts": counting("{}", "test.race", "another") });
  await suite.run();
  suite.write("a.test.ts", counting("{}", "test.race", "renamed"));
  const output = await suite.run();
  expect(times(output, /heddle: \.heddle\/counts-[\w-]+\.seed is replayed by nobody, as a\.test\.ts has no test "counts" any more: delete the file \(a test that was renamed is searched like a new one\)/g), output).toBe(1);
  expect(times(output, /is replayed by nobody/g)).toBe(1);
  expect(suite.kept()).toEqual(["another", "counts", "renamed"]);
});
