import type { Step } from "../step.ts";
import { EarlierStep } from "./earlier-step.ts";
import { nativeFiles, nativePaths, topmostMissing } from "./native-files.ts";
import { accessesOf } from "./places.ts";
import type { StepKind } from "./table.ts";

/*
 * The folders of a recursive `mkdir` are made one after the other, by Node's native code, and others can see each of them.
 * The steps before the last one are done here; the last is that code itself, which gives the result, and the errors.
 */

const MAKING: StepKind = { effects: [[0, "entry"]] };

/**
 * @param values - those of the binding's `mkdir`: path, mode, whether it is recursive.
 * @param last - the same call.
 * @param onFirst - told of the first folder that was made here: the native code will not know of it.
 * @returns the first step, `undefined` where there are no others than the last.
 */
export function splitFolders(values: readonly unknown[], last: Step, onFirst: (path: string) => void): Step | undefined {
  const [path, mode, isRecursive] = values;
  if (isRecursive !== true || typeof path !== "string" || typeof mode !== "number") return undefined;
  const missing = missingAbove(path);
  if (missing === undefined) return undefined;
  let isFirst = true;
  const makeNext = (folder: string): Step =>
    new EarlierStep(
      "fs.mkdir",
      () => accessesOf(MAKING, [folder]),
      () => {
        if (isThere(folder)) return;
        nativeFiles().mkdirSync(folder, mode);
        if (isFirst) onFirst(folder);
        isFirst = false;
      },
      () => {
        const next = missingAbove(path);
        return next === undefined ? last : makeNext(next);
      },
      last,
    );
  return makeNext(missing);
}

/** The topmost folder above a path that is not there. */
function missingAbove(path: string): string | undefined {
  const folder = nativePaths().dirname(path);
  return isThere(folder) ? undefined : topmostMissing(folder, isThere);
}

function isThere(path: string): boolean {
  return nativeFiles().existsSync(path);
}
