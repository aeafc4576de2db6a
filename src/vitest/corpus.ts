import { basename, dirname, resolve } from "node:path";
import type { RunnerTask, RunnerTestCase, RunnerTestFile } from "vitest";
import { Corpus } from "../corpus/corpus.ts";
import { relativeTo } from "../harness/environment.ts";
import { corpusSettings } from "../harness/corpus-options.ts";
import type { CorpusOptions, ExploreOptions } from "../index.ts";
import { namePath } from "./replay-command.ts";

type Given = ExploreOptions["corpus"];

/**
 * Where the failing schedules of a test are kept: in `.heddle` beside its file, or where the options say, as seen from
 * there.
 */
export function corpusBeside(task: RunnerTestCase, given: Given = ".heddle"): CorpusOptions | false {
  if (given === false) return false;
  const { file } = task;
  const own = typeof given === "string" ? { directory: given === "" ? "" : resolve(dirname(file.filepath), given) } : given;
  return { file: file.filepath, project: file.projectName ?? "", test: namesOf(file).get(task.id) ?? namePath(task).join(" > "), ...own };
}


const namesOfFiles = new WeakMap<RunnerTestFile, ReadonlyMap<string, string>>();

/** The names of a file's tests, by their ids: where several have one name, they are numbered. */
export function namesOf(file: RunnerTestFile): ReadonlyMap<string, string> {
  const known = namesOfFiles.get(file);
  if (known !== undefined) return known;
  const names = new Map<string, string>();
  const taken = new Set<string>();
  const note = (task: RunnerTask): void => {
    if (task.type !== "test") {
      for (const one of task.tasks) note(one);
      return;
    }
    const name = namePath(task).join(" > ");
    let own = name;
    for (let times = 2; taken.has(own); times += 1) own = `${name} (${times})`;
    taken.add(own);
    names.set(task.id, own);
  };
  note(file);
  namesOfFiles.set(file, names);
  return names;
}

const lookedAt = new WeakSet<RunnerTestFile>();

/** Warns, once for a file, of kept schedules that belong to none of its tests: nobody would ever replay them. */
export function warnOfStrays(task: RunnerTestCase, given: Given, warn: (text: string) => void): void {
  const { file } = task;
  if (lookedAt.has(file)) return;
  lookedAt.add(file);
  const settings = corpusSettings(corpusBeside(task, given), namePath(task).join(" > "), process.env["HEDDLE_CORPUS"]);
  if (settings === undefined) return;
  const { identity, directory } = settings;
  const names = new Set(namesOf(file).values());
  for (const kept of new Corpus(directory, warn).all()) {
    if (kept.file !== identity.file || kept.project !== identity.project || names.has(kept.test)) continue;
    warn(`${relativeTo(kept.path)} is replayed by nobody, as ${basename(file.filepath)} has no test ${JSON.stringify(kept.test)} any more: delete the file (a test that was renamed is searched like a new one)`);
  }
}
