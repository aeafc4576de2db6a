import { control } from "../../control.ts";
import { nodeProcess } from "../../natives.ts";
import { absolutePath, foldersFrom, hasFiles, nativeFiles, nativePaths, topmostMissing, type NativeStats } from "./native-files.ts";
import type { StepKind } from "./table.ts";

/*
 * Files that an execution of an unchanged test has made below the system's temporary folder, and has left there. They are
 * removed between executions: names that are new each time natively (of the clock, of random numbers) come again in every
 * execution, and what an earlier one has left under such a name would hide a race, or make a healthy test fail.
 *
 * Where the execution has touched something older there as well, nothing is removed: that may tell of what was made.
 */

/** Each with the separator at its end; empty while nothing is noted. */
let temporary: readonly string[] = [];
let hasTouchedOlder = false;
const created: Set<string> = new Set();

/** From now on, or no longer, it is noted what executions make. */
export function watchCreated(watches: boolean): void {
  removeCreated();
  const os = nodeProcess.getBuiltinModule?.("node:os");
  if (!watches || !hasFiles() || os === undefined) {
    temporary = [];
    return;
  }
  const folder = (os["tmpdir"] as () => string)();
  temporary = [...new Set([folder, nativeFiles().realpathSync(folder)])].map((path) => path + nativePaths().sep);
}

export function isWatchingCreated(): boolean {
  return temporary.length > 0;
}

/** A function of the binding is about to be called, by its name there. */
export function noteTouched(name: string, { effects }: StepKind, values: readonly unknown[]): void {
  control.outside(() => {
    for (const [argument, effect] of effects) {
      if (effect !== "entry" && effect !== "move" && effect !== "change" && effect !== "open") continue;
      const path = absolutePath(values[argument]);
      if (effect === "open" && !writes(values[argument + 1])) continue;
      if (!isTemporary(path) || isCreated(path)) continue;
      const stats = look(path);
      // To make a folder that is there does nothing to it.
      if (stats !== undefined) hasTouchedOlder ||= name !== "mkdir" && (stats.isFile() || stats.isDirectory());
      else if (effect !== "change") noteCreated(name === "mkdir" ? topmostMissing(path, (above) => look(above) !== undefined) : path);
    }
  });
}

/** It was made just now. */
export function noteCreated(path: string): void {
  if (isTemporary(path)) created.add(path);
}

function isTemporary(path: string): boolean {
  return temporary.some((folder) => path.startsWith(folder));
}

/** Between two executions. */
export function removeCreated(): void {
  if (!hasTouchedOlder) {
    for (const path of [...created].toReversed()) {
      try {
        control.outside(() => nativeFiles().rmSync(path, { recursive: true, force: true }));
      } catch {
        // Something that heddle doesn't control still writes there.
      }
    }
  }
  hasTouchedOlder = false;
  if (created.size > 0) created.clear();
}

function isCreated(path: string): boolean {
  return created.size > 0 && foldersFrom(path).some((at) => created.has(at));
}

function look(path: string): NativeStats | undefined {
  try {
    return nativeFiles().lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function writes(flags: unknown): boolean {
  const { O_WRONLY, O_RDWR } = nativeFiles().constants;
  return typeof flags === "number" && (flags & (O_WRONLY! | O_RDWR!)) !== 0;
}
