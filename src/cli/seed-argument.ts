import { readRegular } from "../corpus/disk.ts";
import { decodeRecord, EXTENSION } from "../corpus/schedule-file.ts";
import { HeddleError } from "../engine/errors.ts";
import { decodeSeed } from "../engine/seed.ts";
import { messageOf } from "../values/thrown.ts";

/**
 * The seed that a word of the command line means: itself, or that of a file in `.heddle/`.
 * @throws HeddleError `BAD_SEED` or `BAD_OPTION`, with what is wrong with it.
 */
export function seedOf(word: string): string {
  const seed = word.endsWith(EXTENSION) ? seedOfFile(word) : word;
  decodeSeed(seed);
  return seed;
}

function seedOfFile(path: string): string {
  try {
    return decodeRecord(readRegular(path)).seed;
  } catch (error) {
    throw new HeddleError("BAD_OPTION", `no seed can be read from ${path}: ${messageOf(error)}`, { cause: error });
  }
}
