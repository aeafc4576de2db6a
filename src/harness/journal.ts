import { join } from "node:path";
import { threadId } from "node:worker_threads";
import { FileJournal, type Journal } from "../corpus/journal.ts";
import { HeddleError } from "../engine/errors.ts";
import { messageOf } from "../values/thrown.ts";
import { environment } from "../host/process/environment.ts";

let journal: FileJournal | undefined;

/**
 * The journal of this thread, where `HEDDLE_JOURNAL` names a folder for journals: `<process id>-<thread id>.journal`.
 * @throws HeddleError `BAD_OPTION` where none can be written there.
 */
export function ownJournal(): Journal | undefined {
  const directory = environment()["HEDDLE_JOURNAL"];
  if (directory === undefined || directory === "") return undefined;
  try {
    journal ??= new FileJournal(join(directory, `${process.pid}-${threadId}.journal`));
    return journal;
  } catch (error) {
    const why = messageOf(error);
    throw new HeddleError("BAD_OPTION", `HEDDLE_JOURNAL is ${JSON.stringify(directory)}, where no journal can be written (${why}); it takes a folder`, { cause: error });
  }
}
