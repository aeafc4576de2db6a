import { spawnSync } from "node:child_process";

/** How a run in a fresh process came out. */
export interface Replayed {
  readonly line: string;
  readonly output: string;
  readonly exitCode: number | null;
}

/** Takes the replay line out of a printed report and runs it in a fresh process, as a reader would by pasting it. */
export function replayPrinted(report: string): Replayed {
  const line = /^replay: (.+)$/m.exec(report)?.[1] ?? "";
  const words = line.split(" ");
  const command = words.findIndex((word) => !word.includes("="));
  const variables = words.slice(0, command).map((word) => word.split("=", 2) as [string, string]);
  const { stdout, stderr, status } = spawnSync(process.execPath, words.slice(command + 1), {
    env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "", ...Object.fromEntries(variables) },
    encoding: "utf8",
    timeout: 30_000,
  });
  return { line, output: stdout + stderr, exitCode: status };
}
