import { readFile } from "node:fs/promises";
import { join } from "node:path";

const FILE = join(import.meta.dirname, "words.txt");

/** The words that begin with a text. */
export async function wordsLike(text: string): Promise<string[]> {
  const words = (await readFile(FILE, "utf8")).trim().split("\n");
  return words.filter((word) => word.startsWith(text));
}
