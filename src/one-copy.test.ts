import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { readonly version: string; readonly exports: object };
let folder: string;

/** A project with heddle among its packages, as it was built, and a copy of it among those of `other`. */
beforeAll(() => {
  if (!existsSync(join(root, "dist/index.cjs"))) throw new Error("dist/ is not there: npm run build");
  folder = realpathSync(mkdtempSync(join(tmpdir(), "heddle-copies-")));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(root, join(folder, "node_modules/heddle"));
  mkdirSync(join(folder, "other/node_modules"), { recursive: true });
  cpSync(join(root, "dist"), join(folder, "other/node_modules/heddle/dist"), { recursive: true, filter: (file) => !file.endsWith(".d.ts") });
  symlinkSync(join(root, "node_modules/seedrandom"), join(folder, "other/node_modules/seedrandom"));
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }), 60_000);

function versionOfTheOther(version: string): void {
  writeFileSync(join(folder, "other/node_modules/heddle/package.json"), JSON.stringify({ ...manifest, version }));
}

async function run(code: string, file: string = "main.mjs"): Promise<string> {
  writeFileSync(join(folder, file), code);
  return await new Promise((resolve) => {
    execFile(process.execPath, [join(folder, file)], { env: { ...process.env, NODE_OPTIONS: "", NODE_NO_WARNINGS: "1" } }, (_error, stdout, stderr) => resolve(`${stdout}${stderr}`));
  });
}

const ENTRIES = Object.keys(manifest.exports)
  .filter((entry) => !entry.endsWith(".json"))
  .map((entry) => `heddle${entry.slice(1)}`);

describe("one copy", () => {
  test.each(ENTRIES)("%s is the same by import and by require", async (entry) => {
    const told = await run(`
      import { createRequire } from "node:module";
      const required = createRequire(import.meta.url)("${entry}");
      const imported = await import("${entry}");
      const names = Object.keys(imported).filter((name) => name !== "module.exports");
      console.log(names.length > 0 && names.every((name) => imported[name] === required[name]));
    `);
    expect(told).toBe("true\n");
  });

  test.each(ENTRIES)("%s is loaded by require alone", async (entry) => {
    expect(await run(`console.log(Object.keys(require("${entry}")).length > 0)`, "main.cjs")).toBe("true\n");
  });

  test("of one version in two folders, the first answers for both", async () => {
    versionOfTheOther(manifest.version);
    const told = await run(`
      import { createRequire } from "node:module";
      const one = await import("heddle");
      const two = createRequire(new URL("./other/main.mjs", import.meta.url))("heddle");
      const { raceProperty } = createRequire(new URL("./other/main.mjs", import.meta.url))("heddle/fast-check");
      console.log(one.race === two.race, one.race.name, typeof raceProperty);
    `);
    expect(told).toBe("true race function\n");
  });

  test("two versions are refused, and both are named", async () => {
    versionOfTheOther("99.0.0");
    const told = await run(`
      import { createRequire } from "node:module";
      await import("heddle");
      try {
        createRequire(new URL("./other/main.mjs", import.meta.url))("heddle");
      } catch (error) {
        console.log(error.code, error.message);
      }
    `);
    expect(told).toMatch(/^TWO_COPIES two versions of heddle .*\/dist\/cjs\/ and 99\.0\.0 of .*\/other\/node_modules\/heddle\/.*npm ls heddle/);
  });
});
