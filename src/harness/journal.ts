import { join } from "node:path";
import { threadId } from "node:worker_threads";
import { FileJournal, type Journal } from "../corpus/journal.ts";
import { environment } from "./environment.ts";

let journal: FileJournal | undefined;

/**
 * The journal of this thread, where `HEDDLE_JOURNAL` names a folder for journals: `<process id>-<thread id>.journal`.
 * @throws the error of the file system.
 */
export function ownJournal(): Journal | undefined {
  const directory = environment()["HEDDLE_JOURNAL"];
  if (directory === undefined || directory === "") return undefined;
  journal ??= new FileJournal(join(directory, `${process.pid}-${threadId}.journal`));
  return journal;
}
