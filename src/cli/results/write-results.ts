import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { messageOf } from "../../values/thrown.ts";
import { complain, type Terminal } from "../terminal.ts";

/** Writes results into a file, whose folder is made. That it cannot be written is said, and takes nothing from what was found. */
export function writeResults(path: string, cwd: string, text: () => string, { error }: Terminal): void {
  try {
    const target = resolve(cwd, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text());
  } catch (reason) {
    complain(error, `the results could not be written to ${path}: ${messageOf(reason)}`);
  }
}
