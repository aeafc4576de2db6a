import { readdirSync, statSync, type Dirent } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { Corpus } from "../corpus/corpus.ts";

/** Folders in which nobody keeps tests of theirs. */
const NOT_ENTERED: ReadonlySet<string> = new Set(["node_modules", ".git", "dist", "build", "coverage"]);
const CORPUS = ".heddle";
/** Folders that are looked into, at most: a suite of 800 files has some hundred. */
const MOST_FOLDERS = 20_000;

/**
 * The test files of a seed, as the folders `.heddle` below `folder` (or the one of `HEDDLE_CORPUS`) have kept it: so that
 * its test is found without all others' being loaded. None where it is not kept, or the files are not there any more.
 */
export function keptFilesOf(seed: string, folder: string): readonly string[] {
  const given = process.env["HEDDLE_CORPUS"];
  const corpora = given === undefined || given === "" || given === "off" ? corporaIn(folder) : [resolve(folder, given)];
  const silent = (): void => undefined;
  const files = corpora.flatMap((corpus) =>
    new Corpus(corpus, silent).all().filter((kept) => kept.seed === seed && kept.file !== "").map(({ file }) => resolve(dirname(corpus), file)),
  );
  return [...new Set(files)].filter(isFile);
}

function corporaIn(root: string): string[] {
  const corpora: string[] = [];
  const folders = [root];
  for (let next = 0; next < folders.length && next < MOST_FOLDERS; next += 1) {
    for (const entry of entriesOf(folders[next]!)) {
      if (!entry.isDirectory() || NOT_ENTERED.has(entry.name)) continue;
      const path = join(folders[next]!, entry.name);
      if (entry.name === CORPUS) corpora.push(path);
      else folders.push(path);
    }
  }
  return corpora;
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    // Not ours to read: no test of it has kept anything.
    return [];
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
