/** `npm run soak`, on a few laws that hold, fail and hang. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const SOAK = fileURLToPath(new URL("../scripts/soak.mjs", import.meta.url));
const FIXTURE = fileURLToPath(new URL("../scripts/soak/fixture", import.meta.url));

function soak(...parameters: readonly string[]): Promise<{ readonly status: number; readonly output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [SOAK, "--root", FIXTURE, ...parameters], (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : Number(error.code), output: stdout + stderr });
    });
  });
}

describe("a soak", { timeout: 120_000 }, () => {
  test("gives a failing law's case so that it can be pasted, and says how to try it again; examples are left alone", async () => {
    const { status, output } = await soak("--seed", "5", "--cases", "3", "--only", "holds", "--only", "below");
    expect(output).toMatch(/FAILED: laws\.fixture\.ts > fails: numbers stay below 1,000$/m);
    expect(output).toMatch(/cases\(1, \{ seed: 5, path: "\d+(?::\d+)*", endOnFailure: true \}\)$/m);
    expect(output).toMatch(/the case itself: \[1000\]$/m);
    expect(output).toMatch(/expected 1000 to be less than 1000/);
    expect(output).toMatch(/again: npm run soak -- --seed 5 --cases 3 --only "fails: numbers stay below 1,000"$/m);
    expect(output).toMatch(/^ +150 +[\d.]+ s +1 +laws\.fixture\.ts > holds \(always\)$/m);
    expect(output).not.toContain("is no law");
    expect(output).toMatch(/^2 laws, .* 1 failed$/m);
    expect(status).toBe(1);
  });

  test("kills a law that hangs, and says so", async () => {
    const { status, output } = await soak("--seed", "5", "--only", "never comes", "--patience", "5");
    expect(output).toMatch(/^HANGS \(killed after \d+\.\d s\): laws\.fixture\.ts > never comes to an end$/m);
    expect(status).toBe(1);
  });
});
