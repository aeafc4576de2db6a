import { realpathSync } from "node:fs";
import { relative } from "node:path";
import { quotedPath } from "./name-pattern.ts";

/** The file that the process was started with: package managers start it by a link to it. */
export function mainScript(): string {
  const script = process.argv[1] ?? "";
  try {
    return realpathSync(script);
  } catch {
    return script;
  }
}

/** A file as one word of a command line. Outside of where it was started from, a runner finds a file by its whole path. */
export function pathFromHere(file: string): string {
  const path = relative(process.cwd(), file);
  return quotedPath((path.startsWith("..") ? file : path).replaceAll("\\", "/"));
}
