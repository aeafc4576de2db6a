import { control } from "../../control.ts";
import { nodeProcess } from "../../natives.ts";
import type { StepKind } from "./table.ts";

/*
 * Files that an execution of an unchanged test has made below the system's temporary folder, and has left there. They are
 * removed between executions: names that are new each time natively (of the clock, of random numbers) come again in every
 * execution, and what an earlier one has left under such a name would hide a race, or make a healthy test fail.
 *
 * Where the execution has touched something older there as well, nothing is removed: that may tell of what was made.
 */

interface FileSystem {
  readonly lstatSync: (path: string, options: { throwIfNoEntry: boolean }) => { isDirectory(): boolean; isFile(): boolean } | undefined;
  readonly realpathSync: (path: string) => string;
  readonly rmSync: (path: string, options: { recursive: boolean; force: boolean }) => void;
  readonly constants: Readonly<Record<string, number>>;
}

interface Paths {
  resolve(path: string): string;
  dirname(path: string): string;
  readonly sep: string;
}

let fs: FileSystem | undefined;
let paths: Paths | undefined;
/** Each with the separator at its end; empty while nothing is noted. */
let temporary: readonly string[] = [];
let hasTouchedOlder = false;
const created: Set<string> = new Set();

/** Must be called before the functions are replaced. */
export function captureForCreated(fileSystem: Record<string, unknown>, pathModule: Record<string, unknown>): void {
  const { lstatSync, realpathSync, rmSync, constants } = fileSystem as unknown as FileSystem;
  fs = { lstatSync, realpathSync, rmSync, constants };
  paths = pathModule as unknown as Paths;
}

/** From now on, or no longer, it is noted what executions make. */
export function watchCreated(watches: boolean): void {
  removeCreated();
  const os = nodeProcess.getBuiltinModule?.("node:os");
  if (!watches || fs === undefined || os === undefined) {
    temporary = [];
    return;
  }
  const folder = (os["tmpdir"] as () => string)();
  temporary = [...new Set([folder, fs.realpathSync(folder)])].map((path) => path + paths!.sep);
}

export function isWatchingCreated(): boolean {
  return temporary.length > 0;
}

/** A function of the binding is about to be called, by its name there. */
export function noteTouched(name: string, { effects }: StepKind, values: readonly unknown[]): void {
  control.outside(() => {
    for (const [argument, effect] of effects) {
      if (effect !== "entry" && effect !== "move" && effect !== "change" && effect !== "open") continue;
      const path = paths!.resolve(String(values[argument]));
      if (effect === "open" && !writes(values[argument + 1])) continue;
      if (!isTemporary(path) || isCreated(path)) continue;
      const stats = look(path);
      // To make a folder that is there does nothing to it.
      if (stats !== undefined) hasTouchedOlder ||= name !== "mkdir" && (stats.isFile() || stats.isDirectory());
      else if (effect !== "change") noteCreated(name === "mkdir" ? topmostMissing(path) : path);
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
        control.outside(() => fs!.rmSync(path, { recursive: true, force: true }));
      } catch {
        // Something that heddle doesn't control still writes there.
      }
    }
  }
  hasTouchedOlder = false;
  if (created.size > 0) created.clear();
}

function isCreated(path: string): boolean {
  if (created.size === 0) return false;
  for (let at = path; ; ) {
    if (created.has(at)) return true;
    const above = paths!.dirname(at);
    if (above === at) return false;
    at = above;
  }
}

function look(path: string): ReturnType<FileSystem["lstatSync"]> {
  try {
    return fs!.lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function topmostMissing(path: string): string {
  let missing = path;
  for (let above = paths!.dirname(path); above !== missing && look(above) === undefined; above = paths!.dirname(above)) missing = above;
  return missing;
}

function writes(flags: unknown): boolean {
  const { O_WRONLY, O_RDWR } = fs!.constants;
  return typeof flags === "number" && (flags & (O_WRONLY! | O_RDWR!)) !== 0;
}
