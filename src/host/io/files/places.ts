import type { Access } from "../../../engine/access.ts";
import { control } from "../../control.ts";
import { foldersOf, forgetOpened, isNaming, nameOfEntry, nameOfFile, namesOfOpened, pathOfOpened } from "./names.ts";
import { absolutePath, foldersFrom, nativeFiles, nativePaths, type NativeStats } from "./native-files.ts";
import type { Effect, StepKind } from "./table.ts";

/*
 * What a step touches. A file is known by its path and, where there is one, by its inode: so two names of one file are
 * one place. A folder has a place for its list of entries.
 */

/** What a step touches, by a name that is good for this execution and, if anybody asks, by one for all of them. */
export interface FileAccess extends Access {
  /** `undefined` where there is none: see `names.ts`. */
  readonly name?: string | undefined;
  /** Its path, for a report. */
  readonly path?: string | undefined;
  /** Whoever opens it may be kept waiting for somebody else. */
  readonly mayBlock?: boolean;
}

/** How often a descriptor was closed: whoever is given its number next has another one. */
const openings: Map<number, number> = new Map();

/** What a call of a function of the binding is about to touch. */
export function accessesOf({ effects, position }: StepKind, values: readonly unknown[]): FileAccess[] {
  const found: FileAccess[] = [];
  control.outside(() => {
    for (const [argument, effect] of effects) {
      const value = values[argument];
      if (typeof value === "number") addDescriptor(found, value, effect, position === undefined ? undefined : values[position]);
      else addPath(found, absolutePath(value), effect, values[argument + 1]);
    }
  });
  return found;
}

/** Whether it is neither a file nor a folder: a pipe, a terminal. */
function isSpecial({ mode }: NativeStats): boolean {
  const { S_IFMT, S_IFREG, S_IFDIR } = nativeFiles().constants;
  const kind = mode & S_IFMT!;
  return kind !== S_IFREG && kind !== S_IFDIR;
}

function statsOf(value: unknown): NativeStats | undefined {
  try {
    return typeof value === "number" ? nativeFiles().fstatSync(value) : nativeFiles().statSync(value, { throwIfNoEntry: false });
  } catch {
    // Closed, or on the way there is something that is no folder: then the step will fail, and touches no file.
    return undefined;
  }
}

function inodeOf({ dev, ino }: NativeStats): string {
  return `file ${dev}:${ino}`;
}

function addDescriptor(found: FileAccess[], descriptor: number, effect: Effect, position: unknown): void {
  const isWrite = effect === "descriptor-write" || effect === "descriptor-change";
  const opening = openings.get(descriptor) ?? 0;
  const place = `descriptor ${descriptor}, opening ${opening}`;
  const isClosed = effect === "descriptor-close";
  const naming = isNaming();
  const stats = isClosed && !naming ? undefined : statsOf(descriptor);
  const names = naming ? namesOfOpened(descriptor, stats) : undefined;
  const name = names === undefined ? undefined : `descriptor ${names.opening}`;
  const path = pathOfOpened(descriptor);
  found.push({ place, isWrite: isClosed, name, path });
  if (isClosed) {
    openings.set(descriptor, opening + 1);
    forgetOpened(descriptor);
    return;
  }
  if (stats !== undefined) found.push({ place: inodeOf(stats), isWrite, name: named("file", names?.files[0]), path });
  const movesOn = (effect === "descriptor-read" || effect === "descriptor-write") && !isGiven(position);
  if (movesOn) found.push({ place: `position of ${place}`, isWrite: true, name: named("position of", name) });
  if (names === undefined) return;
  // Whoever moves the file comes before or behind: what it is called then differs.
  for (const file of names.files.slice(1)) found.push({ place: inodeOf(stats!), isWrite, name: named("file", file) });
  for (const way of names.ways) found.push({ place, isWrite: false, name: named("way", way) });
}

function named(kind: string, name: string | undefined): string | undefined {
  return name === undefined ? undefined : `${kind} ${name}`;
}

function isGiven(position: unknown): boolean {
  return (typeof position === "number" || typeof position === "bigint") && position >= 0;
}

function addPath(found: FileAccess[], path: string, effect: Effect, flags: unknown): void {
  const naming = isNaming();
  const nameOf = (kind: string, entry: string): string | undefined => (naming ? named(kind, nameOfEntry(entry)) : undefined);
  const stats = effect === "entry" || effect === "move" || effect === "temporary" ? undefined : statsOf(path);
  const makes = effect === "entry" || effect === "move" || (effect === "open" && stats === undefined && creates(flags));
  // Who may go through a folder is kept with it.
  const bars = effect === "change" && stats?.isDirectory() === true;
  const folder = nativePaths().dirname(path);
  if (effect !== "temporary") found.push({ place: `entry ${path}`, isWrite: makes || bars, name: nameOf("entry", path), path });
  if (makes || effect === "temporary") found.push({ place: `list ${folder}`, isWrite: true, commutes: true, name: nameOf("list", folder), path: folder });
  // A folder's size and times are those of its list.
  const isLooked = effect === "empty" || (effect === "examine" && stats?.isDirectory() === true);
  const commutes = isLooked || isOrderHidden();
  if (effect === "list" || isLooked) found.push({ place: `list ${path}`, isWrite: false, commutes, name: nameOf("list", path), path });
  for (const above of naming ? foldersOf(path) : foldersFrom(folder)) found.push({ place: `entry ${above}`, isWrite: false, name: nameOf("entry", above) });
  if (effect === "move" && naming) found.push({ place: `entry ${path}`, isWrite: true, name: nameOf("way", path) });
  if (stats === undefined) return;
  const isWrite = effect === "change" || (effect === "open" && empties(flags));
  const name = naming ? named("file", nameOfFile(path)) : undefined;
  found.push({ place: inodeOf(stats), isWrite, name, path, mayBlock: effect === "open" && isSpecial(stats) });
}

/** Whether the body is not told in which order a folder's entries come: they are all removed, or copied. */
function isOrderHidden(): boolean {
  return control.operation?.hidesOrder === true || isRemoving;
}

let isRemoving = false;

/** Runs a synchronous function that lists folders for itself. */
export function hidingOrder<Result>(native: () => Result): Result {
  const before = isRemoving;
  isRemoving = true;
  try {
    return native();
  } finally {
    isRemoving = before;
  }
}

function creates(flags: unknown): boolean {
  return typeof flags === "number" && (flags & nativeFiles().constants["O_CREAT"]!) !== 0;
}

function empties(flags: unknown): boolean {
  return typeof flags === "number" && (flags & nativeFiles().constants["O_TRUNC"]!) !== 0;
}
