import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readJournal, type JournalEntry } from "../corpus/journal.ts";

/** A folder in which each thread of a round writes down what it is trying: read when a thread is stuck or gone. */
export class Journals {
  readonly folder: string = mkdtempSync(join(tmpdir(), "heddle-journals-"));

  /** What was being tried of a test, if an execution of it was under way. */
  of(name: string): JournalEntry | undefined {
    for (const file of readdirSync(this.folder)) {
      const entry = readJournal(join(this.folder, file));
      if (entry?.test === name) return entry;
    }
    return undefined;
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
