import { describe, expect, test } from "vitest";
import { commandWithSeed, runWithSeed } from "./with-seed.ts";

const SEED = "hd101jfb6p9mc34tx810974rtqgz";

describe("heddle replay <seed> -- <command>", () => {
  test("is that, and nothing else is", () => {
    expect(commandWithSeed(["replay", SEED, "--", "npx", "jest", "-t", "two words"])).toEqual({ seed: SEED, command: ["npx", "jest", "-t", "two words"] });
    expect(commandWithSeed(["replay", SEED])).toBeUndefined();
    expect(commandWithSeed(["replay", SEED, "--"])).toBeUndefined();
    expect(commandWithSeed(["fuzz", SEED, "--", "x"])).toBeUndefined();
    expect(() => commandWithSeed(["replay", "hd1nonsense", "--", "x"])).toThrow(/BAD_SEED/);
  });

  test("runs the command with the seed, and ends as it does", async () => {
    const told = "process.exit(process.env.HEDDLE_SEED === process.argv[1] && process.argv[2] === 'two words' ? 7 : 8)";
    expect(await runWithSeed({ seed: SEED, command: [process.execPath, "-e", told, SEED, "two words"] })).toBe(7);
    expect(await runWithSeed({ seed: SEED, command: ["no-such-program-anywhere"] })).toBe(2);
  });
});
