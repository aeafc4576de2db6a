import type { Step } from "../step.ts";
import { EarlierStep } from "./earlier-step.ts";
import { accessesOf } from "./places.ts";
import type { StepKind } from "./table.ts";

/*
 * The folders of a recursive `mkdir` are made one after the other, by Node's native code, and others can see each of them.
 * The steps before the last one are done here; the last is that code itself, which gives the result, and the errors.
 */

interface FileSystem {
  existsSync(path: string): boolean;
  mkdirSync(path: string, mode: number): void;
}

let fs: FileSystem | undefined;
let folderOf: (path: string) => string = (path) => path;

/** Must be called before the functions are replaced. */
export function captureForFolderSteps(fileSystem: Record<string, unknown>, pathModule: Record<string, unknown>): void {
  const { existsSync, mkdirSync } = fileSystem as unknown as FileSystem;
  fs = { existsSync, mkdirSync };
  folderOf = pathModule["dirname"] as typeof folderOf;
}

const MAKING: StepKind = { effects: [[0, "entry"]] };

/**
 * @param values - those of the binding's `mkdir`: path, mode, whether it is recursive.
 * @param last - the same call.
 * @param onFirst - told of the first folder that was made here: the native code will not know of it.
 * @returns the first step, `undefined` where there are no others than the last.
 */
export function splitFolders(values: readonly unknown[], last: Step, onFirst: (path: string) => void): Step | undefined {
  const [path, mode, isRecursive] = values;
  if (fs === undefined || isRecursive !== true || typeof path !== "string" || typeof mode !== "number") return undefined;
  const missing = missingAbove(fs, path);
  if (missing === undefined) return undefined;
  let isFirst = true;
  const makeNext = (folder: string): Step =>
    new EarlierStep(
      "fs.mkdir",
      () => accessesOf(MAKING, [folder]),
      () => {
        if (fs!.existsSync(folder)) return;
        fs!.mkdirSync(folder, mode);
        if (isFirst) onFirst(folder);
        isFirst = false;
      },
      () => {
        const next = missingAbove(fs!, path);
        return next === undefined ? last : makeNext(next);
      },
      last,
    );
  return makeNext(missing);
}

/** The topmost folder above a path that is not there. */
function missingAbove({ existsSync }: FileSystem, path: string): string | undefined {
  let missing: string | undefined;
  for (let folder = folderOf(path); !existsSync(folder); folder = folderOf(folder)) {
    if (folder === folderOf(folder)) break;
    missing = folder;
  }
  return missing;
}
