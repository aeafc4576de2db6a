import * as fs from "node:fs";
import { basename, dirname, join } from "node:path";
import { natives } from "../host/natives.ts";

type Functions =
  | "closeSync" | "fsyncSync" | "ftruncateSync" | "mkdirSync" | "openSync" | "readdirSync" | "readFileSync" | "renameSync"
  | "fstatSync" | "readSync" | "statSync" | "unlinkSync" | "writeFileSync" | "writeSync";

/**
 * The file system's functions as they were when heddle was loaded: a test may spy on them, or put fakes in their place.
 * All are synchronous, so that none of them is under heddle's own control.
 */
export const disk: Pick<typeof fs, Functions> = { ...fs };

/** A schedule of a million deviations takes less. */
const MOST_BYTES = 16 * 1024 * 1024;

/** What is no file that could be read to its end: a folder, a device, a pipe, or one that is too large. */
export class UnfitFileError extends Error {
  override readonly name: string = "UnfitFileError";
}

/**
 * The text of a regular file of a sensible size, or of one that a symbolic link leads to. It waits for nothing: a pipe
 * without a writer is not waited for, and a device is not opened.
 * @throws UnfitFileError where it is none; the error of the file system.
 */
export function readRegular(path: string): string {
  checkRegular(disk.statSync(path));
  // Another file may have taken the name since.
  const descriptor = disk.openSync(path, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0) | (fs.constants.O_NOCTTY ?? 0));
  try {
    checkRegular(disk.fstatSync(descriptor));
    return readAll(descriptor);
  } finally {
    disk.closeSync(descriptor);
  }
}

function checkRegular(file: fs.Stats): void {
  if (!file.isFile()) throw new UnfitFileError("it is no regular file; move it to another folder");
  if (file.size > MOST_BYTES) throw tooLarge();
}

function tooLarge(): UnfitFileError {
  return new UnfitFileError(`it is larger than ${MOST_BYTES / 1024 / 1024} MB, as no failing schedule is; move it to another folder`);
}

/** The size that a file is said to have is none to go by: it may grow, and those of `/proc` have none. */
function readAll(descriptor: number): string {
  const chunks: Buffer[] = [];
  for (let total = 0; ; ) {
    const chunk = Buffer.allocUnsafe(64 * 1024);
    const length = disk.readSync(descriptor, chunk, 0, chunk.length, null);
    if (length === 0) return Buffer.concat(chunks).toString("utf8");
    chunks.push(chunk.subarray(0, length));
    total += length;
    if (total > MOST_BYTES) throw tooLarge();
  }
}

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
