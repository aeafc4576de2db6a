/** The runners, each with its files and exact versions. */

/** @import { RunnerCase, Workspaces } from "./types.d.ts" */

const RACE = `async ({ io }) => {
  let count = 0;
  const get = io("get", () => count), set = io("set", (value) => { count = value; });
  const increment = async () => { const seen = await get(); await set(seen + 1); };
  await Promise.all([increment(), increment()]);
  if (count !== 2) throw new Error("count is " + count);
}`;
const GREEN = `async ({ io, spawn }) => {
  const get = io("get", () => 1);
  await Promise.all([spawn("a", get), spawn("b", get)]);
}`;
const TESTS = `test("two increments", () => race(${RACE}));\ntest("two readers", () => race(${GREEN}));\n`;
const IMPORT = 'import { race } from "heddle";\n';
const REQUIRE = 'const { race } = require("heddle");\n';

const AVA = `import test from "ava";\n${IMPORT}test("two increments", async (t) => { await race(${RACE}); t.pass(); });\ntest("two readers", async (t) => { await race(${GREEN}); t.pass(); });\n`;

/** @type {readonly RunnerCase[]} */
export const runners = [
  { name: "jest", type: "commonjs", packages: ["jest@30.5.2"], files: { "counter.test.js": REQUIRE + TESTS, "jest.config.js": "module.exports = {};" }, run: "npx jest", shows: ["● two increments", "✓ two readers", "increment and increment (2)"] },
  { name: "jest-modules", type: "module", packages: ["jest@30.5.2"], files: { "counter.test.js": IMPORT + TESTS, "jest.config.js": "export default { transform: {} };" }, run: "node --experimental-vm-modules node_modules/jest/bin/jest.js", shows: ["● two increments", "✓ two readers"] },
  { name: "jest-adapter", type: "commonjs", packages: ["jest@30.5.2"], files: { "counter.test.js": `const { test } = require("heddle/jest");\ntest.race("two increments", ${RACE});\ntest.race("two readers", ${GREEN});\n`, "jest.config.js": "module.exports = {};" }, run: "npx jest", shows: ["● two increments", "✓ two readers"] },
  { name: "ts-jest", type: "commonjs", packages: ["jest@30.5.2", "ts-jest@29.4.15", "typescript@5.9.3", "@types/jest@30.0.0", "@types/node@20.19.43"], files: { "counter.test.ts": (IMPORT + TESTS).replaceAll("(value)", "(value: number)"), "jest.config.js": 'module.exports = { preset: "ts-jest" };', "tsconfig.json": '{ "compilerOptions": { "module": "commonjs", "target": "es2022", "strict": true, "esModuleInterop": true, "types": ["jest", "node"] } }' }, run: "npx jest", shows: ["● two increments", "counter.test.ts:"] },
  { name: "mocha", type: "commonjs", packages: ["mocha@12.0.3"], files: { "counter.test.js": REQUIRE + TESTS.replaceAll("test(", "it(") }, run: "npx mocha counter.test.js", shows: ["1 passing", "1 failing", 'error in "two increments"', '-g "two increments"'] },
  { name: "ava", type: "module", packages: ["ava@7.0.0"], files: { "counter.test.js": AVA }, run: "npx ava", shows: ["1 test failed", 'error in "two increments"', '--match "two increments"'] },
  { name: "tap", type: "module", packages: ["tap@21.8.0"], files: { "counter.test.js": `import t from "tap";\n${IMPORT}t.test("counting", async (t) => {\n${TESTS.replaceAll("test(", "t.test(")}});\n` }, run: "npx tap run --disable-coverage --reporter=tap counter.test.js", shows: ["not ok 1 - two increments", "ok 2 - two readers", '-g "counting" -g "two increments" counter.test.js'] },
  { name: "tsx", type: "commonjs", packages: ["tsx@4.23.15"], files: { "counter.test.ts": `import { test } from "node:test";\n${IMPORT}${TESTS}` }, run: "npx tsx --test --test-reporter=tap counter.test.ts", shows: ["not ok 1 - two increments", "ok 2 - two readers"] },
  { name: "node-test", type: "commonjs", packages: [], files: { "counter.test.js": `const { test } = require("node:test");\n${REQUIRE}${TESTS}` }, run: "node --test --test-reporter=tap counter.test.js", shows: ["not ok 1 - two increments", "ok 2 - two readers"] },
  { name: "node-test-concurrent", type: "module", packages: [], files: { "counter.test.js": `import { describe, test } from "node:test";\n${IMPORT}describe("at once", { concurrency: true }, () => {\n${TESTS}});\n` }, run: "node --test --test-reporter=tap counter.test.js", shows: ["not ok 1 - two increments", "ok 2 - two readers"] },
  { name: "node-test-adapter", type: "module", packages: [], files: { "counter.test.js": `import { test } from "heddle/node-test";\ntest.race("two increments", ${RACE});\ntest.race("two readers", ${GREEN});\n` }, run: "node --test --test-reporter=tap counter.test.js", shows: ["not ok 1 - two increments", "ok 2 - two readers"] },
  { name: "bun", type: "module", isRuntime: true, packages: ["bun@1.4.5"], files: { "counter.test.ts": `import { test } from "bun:test";\n${IMPORT}${TESTS}` }, run: "npx bun test", shows: ["(fail) two increments", "(pass) two readers"] },
  { name: "deno", type: "module", isRuntime: true, packages: ["deno@2.9.6"], files: { "counter.test.js": IMPORT + TESTS.replaceAll("test(", "Deno.test(") }, run: "npx deno test -A", shows: ["two increments ... FAILED", "two readers ... ok"] },
];

/** @param {string} name @param {string} type @param {string} command */
const manifest = (name, type, command) => JSON.stringify({ name, version: "1.0.0", private: true, type, scripts: { test: command } });

/** Packages with tests of the same names in files of the same names. @type {Workspaces} */
export const workspaces = {
  names: ["one", "two", "three", "four", "five", "six", "seven"],
  packages: ["jest@30.5.2", "mocha@12.0.3", "ava@7.0.0", "tap@21.8.0", "vitest@4.1.12"],
  files: {
    "packages/one/package.json": manifest("one", "commonjs", "jest"),
    "packages/one/counter.test.js": REQUIRE + TESTS,
    "packages/one/jest.config.js": "module.exports = {};",
    "packages/two/package.json": manifest("two", "commonjs", "jest"),
    "packages/two/counter.test.js": REQUIRE + TESTS,
    "packages/two/jest.config.js": "module.exports = {};",
    "packages/three/package.json": manifest("three", "module", "node --test --test-reporter=tap counter.test.js"),
    "packages/three/counter.test.js": `import { test } from "node:test";\n${IMPORT}${TESTS}`,
    "packages/four/package.json": manifest("four", "commonjs", "mocha counter.test.js"),
    "packages/four/counter.test.js": REQUIRE + TESTS.replaceAll("test(", "it("),
    "packages/five/package.json": manifest("five", "module", "ava"),
    "packages/five/counter.test.js": AVA,
    "packages/six/package.json": manifest("six", "module", "tap run --disable-coverage --reporter=tap counter.test.js"),
    "packages/six/counter.test.js": `import { test } from "tap";\n${IMPORT}${TESTS}`,
    "packages/seven/package.json": manifest("seven", "module", "vitest run"),
    "packages/seven/counter.test.js": `import { test } from "heddle/vitest";\ntest.race("two increments", ${RACE});\ntest.race("two readers", ${GREEN});\n`,
  },
};
