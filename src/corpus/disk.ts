import * as fs from "node:fs";
import { basename, dirname, join } from "node:path";
import { natives } from "../host/natives.ts";

type Functions =
  | "closeSync" | "fsyncSync" | "ftruncateSync" | "mkdirSync" | "openSync" | "readdirSync" | "readFileSync" | "renameSync"
  | "statSync" | "unlinkSync" | "writeFileSync" | "writeSync";

/**
 * The file system's functions as they were when heddle was loaded: a test may spy on them, or put fakes in their place.
 * All are synchronous, so that none of them is under heddle's own control.
 */
export const disk: Pick<typeof fs, Functions> = { ...fs };

/** How the temporary files of `writeWhole` end. */
export const TEMPORARY = ".tmp";

/** Tries to find a temporary name that nobody has. */
const TRIES = 8;

/**
 * Writes a file so that it is there whole or not at all, whenever the process or the machine dies, and whoever else
 * writes it: into a temporary file beside it, which is forced to the disk and then takes the name.
 * @throws the error of the file system.
 */
export function writeWhole(path: string, text: string): void {
  const directory = dirname(path);
  const created = disk.mkdirSync(directory, { recursive: true });
  const [temporary, descriptor] = openTemporary(path);
  try {
    try {
      disk.writeFileSync(descriptor, text);
      disk.fsyncSync(descriptor);
    } finally {
      disk.closeSync(descriptor);
    }
    disk.renameSync(temporary, path);
  } catch (error) {
    removeIfThere(temporary);
    throw error;
  }
  syncDirectory(directory);
  if (created !== undefined) syncDirectory(dirname(created));
}

/** Removes a file that somebody else may have removed already. */
export function removeIfThere(path: string): void {
  try {
    disk.unlinkSync(path);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
  }
}

/** The code of a file system's error: `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  return (error as { readonly code?: string } | undefined)?.code;
}

function openTemporary(path: string): [name: string, descriptor: number] {
  for (let tried = 1; ; tried += 1) {
    const name = join(dirname(path), `.${basename(path)}.${Math.floor(natives.random() * 36 ** 8).toString(36)}${TEMPORARY}`);
    try {
      return [name, disk.openSync(name, "wx")];
    } catch (error) {
      if (codeOf(error) !== "EEXIST" || tried === TRIES) throw error;
    }
  }
}

/** A new name is safe once its directory is on the disk. Not to be had on Windows, where a directory cannot be opened. */
function syncDirectory(directory: string): void {
  try {
    const descriptor = disk.openSync(directory, "r");
    try {
      disk.fsyncSync(descriptor);
    } finally {
      disk.closeSync(descriptor);
    }
  } catch {
    // The file is there; only a power failure right now could take it back.
  }
}
