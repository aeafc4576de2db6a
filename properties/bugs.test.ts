/** Real races of published packages: a few of those that `npm run bugs` has installed. The rest is that command's. */
import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = resolve(root, process.env["HEDDLE_BUGS"] ?? "../shared/bugs");
const A_FEW = 2;
const SEEDS = 1;

const installed = existsSync(folder)
  ? readdirSync(folder).filter((name) => existsSync(join(tmpdir(), "heddle-bugs", name, "buggy", "installed.txt")))
  : [];

interface Row {
  readonly bug: string;
  readonly problem?: string;
  readonly heddle: { readonly found: number; readonly replayed: number; readonly trials: readonly { readonly executions: number }[] };
}

describe("real races", () => {
  const isThere = installed.length > 0 && existsSync(join(root, "dist", "index.js"));
  test.skipIf(!isThere)("of published packages are found within 1,000 executions, and their seeds replay in a process of their own", { timeout: 120_000 }, async () => {
    const options = ["--folder", folder, "--seeds", String(SEEDS), "--baseline-seeds", "0", "--no-fixed", "--json"];
    const { stdout } = await promisify(execFile)(process.execPath, [join(root, "scripts/bugs.mjs"), ...options, ...installed.slice(0, A_FEW)]);
    const rows = JSON.parse(stdout) as readonly Row[];
    expect(rows.length).toBeGreaterThanOrEqual(Math.min(A_FEW, installed.length));
    for (const { bug, problem, heddle } of rows) {
      expect({ bug, problem, found: heddle.found, replayed: heddle.replayed }).toEqual({ bug, problem: undefined, found: SEEDS, replayed: SEEDS });
      for (const { executions } of heddle.trials) expect(executions).toBeLessThanOrEqual(1000);
    }
  });

  test.runIf(!isThere)("are not looked at", () => {
    console.log(`real races: skipped, as there is nothing installed from ${folder}; \`npm run bugs\` installs it, where there is a folder of bugs`);
    expect(installed).toEqual(existsSync(join(root, "dist", "index.js")) ? [] : installed);
  });
});
