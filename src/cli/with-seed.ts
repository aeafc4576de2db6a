import { spawn } from "node:child_process";
import { EXIT } from "./exit.ts";
import { seedOf } from "./seed-argument.ts";

/** The seed and the command of `heddle replay <seed> -- <command>`, where that is what was given. */
export function commandWithSeed(words: readonly string[]): { readonly seed: string; readonly command: readonly string[] } | undefined {
  const [name, word, dashes, ...command] = words;
  return name === "replay" && word !== undefined && dashes === "--" && command.length > 0 ? { seed: seedOf(word), command } : undefined;
}

/**
 * Runs any test command with `HEDDLE_SEED` set: it is written alike for every shell.
 * @returns its exit code.
 */
export function runWithSeed({ seed, command }: { readonly seed: string; readonly command: readonly string[] }): Promise<number> {
  const isWindows = process.platform === "win32";
  // There, what npm installs is a script for a shell.
  const [program, ...values] = isWindows ? command.map((word) => (/[\s"]/.test(word) ? `"${word.replaceAll('"', '\\"')}"` : word)) : command;
  return new Promise((resolve) => {
    const child = spawn(program!, values, { stdio: "inherit", shell: isWindows, env: { ...process.env, HEDDLE_SEED: seed } });
    child.on("error", (error) => {
      process.stderr.write(`heddle: ${command[0]!} cannot be started: ${error.message}\n`);
      resolve(EXIT.cannotRun);
    });
    child.on("close", (code) => resolve(code ?? EXIT.cannotRun));
  });
}
