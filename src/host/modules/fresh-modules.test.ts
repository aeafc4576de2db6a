import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { changedModules, moduleStates } from "./module-states.ts";

const HEDDLE = new URL("../../../dist/index.js", import.meta.url).href;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "heddle-modules-"));
  mkdirSync(join(folder, "node_modules/counting"), { recursive: true });
  const files = {
    "package.json": '{ "type": "module" }',
    "client.js": 'import { next } from "./ids.cjs"; import { count } from "counting"; let cache; export const stats = { reads: 0 };\nexport async function get(load) { if (cache === undefined) { stats.reads += 1; cache = await load(); } return [stats.reads, next(), count()]; }',
    "ids.cjs": "let id = 0; exports.next = () => (id += 1);",
    "node_modules/counting/package.json": '{ "name": "counting", "main": "index.js" }',
    "node_modules/counting/index.js": "exports.stats = { count: 0 }; exports.count = () => (exports.stats.count += 1);",
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
});

afterAll(() => rmSync(folder, { recursive: true }));

/** What a program prints that explores, in a process without vitest. */
function ran(program: string): string {
  writeFileSync(join(folder, "main.js"), `import { explore } from ${JSON.stringify(HEDDLE)};\n${program}`);
  return execFileSync(process.execPath, ["main.js"], { cwd: folder, encoding: "utf8" }).trim();
}

test("an execution has its own instance of a module, and of what it imports, ES module, CommonJS or package", () => {
  const printed = ran(`
    const seen = new Set();
    const { verdict, uncontrolled } = await explore(async (t) => {
      const { get } = await t.import("./client.js");
      seen.add(String(await get(t.io("load"))));
      const [again, ids, counting] = [await t.import("./client.js"), await t.import("./ids.cjs"), await t.import(new URL("./client.js", import.meta.url))];
      if (again.get !== get || counting.get !== get || ids.default.next() !== 2) throw new Error("another instance");
      await Promise.all([t.io("a")(), t.io("b")()]);
    }, { runs: 20, order: "production" });
    const { get } = await import("./client.js");
    console.log(verdict, uncontrolled.length, [...seen].join(";"), String(await get(async () => 1)));`);
  expect(printed).toBe("passed 0 1,1,1 1,1,1");
});

test("a race of first use is found, and replays", () => {
  const printed = ran(`
    const body = async (t) => {
      const { get, stats } = await t.import("./client.js");
      const load = t.io("load", () => 1);
      await Promise.all([t.spawn("a", () => get(load)), t.spawn("b", async () => { await t.sleep(50); await get(load); })]);
      if (stats.reads !== 1) throw new Error("read twice");
    };
    const { failure } = await explore(body, { order: "production", explain: false });
    const again = await explore(body, { seed: failure.seed, explain: false });
    console.log(failure.error.message, again.failure.error.message);`);
  expect(printed).toBe("read twice read twice");
});

test("what is not there, and what is no specifier, is told", () => {
  const printed = ran(`
    for (const specifier of ["./nowhere.js", 5]) {
      const { failure } = await explore(async (t) => void (await t.import(specifier)));
      console.log(failure.error.code);
    }`);
  expect(printed).toBe("ERR_MODULE_NOT_FOUND\nBAD_SUBJECT");
});

test("the module whose state outlives an execution is named", () => {
  const printed = ran(`
    import { createRequire } from "node:module";
    const kept = createRequire(import.meta.url)("./ids.cjs");
    kept.state = { uses: 0, seen: new Set() };
    const { failure } = await explore(async (t) => {
      kept.state.uses += 1;
      kept.state.seen.add(kept.state.uses);
      if (kept.state.uses > 1) throw new Error("used before");
      await t.io("step")();
    });
    console.log(failure.kind, failure.error.message.split("\\n", 1)[0]);`);
  expect(printed).toMatch(/^nondeterministic state left over .* an execution changes state\.uses in .*ids\.cjs, from \d+ to \d+; state\.seen in .*ids\.cjs, from \d+ entries to \d+ entries: give each its own instance, t\.import\("…"\)$/);
});

test("of modules is seen what they export, and nothing that refuses to be looked at", () => {
  const states = (exports: unknown): ReturnType<typeof moduleStates> => new Map([[fileURLToPath(import.meta.url), new Map(Object.entries(exports as Record<string, string>))]]);
  expect(changedModules(states({ a: "1", b: "2" }), states({ a: "1", b: "3", c: "4" }))).toEqual([`b in ${fileURLToPath(import.meta.url)}, from 2 to 3`]);
  expect(moduleStates()).toBeInstanceOf(Map);
});
