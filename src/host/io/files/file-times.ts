import type { Execution } from "../../../engine/execution.ts";
import { EPOCH_MS } from "../../timers/clock.ts";
import { control } from "../../control.ts";
import { natives } from "../../natives.ts";
import { hasFiles, nativeFiles } from "./native-files.ts";

/*
 * The times of files, on the virtual clock: a body that asks how old a file is compares its times with `Date.now()`.
 * What the body itself does to a file is noted with the virtual time at which it was done, by inode; the file system's
 * own times would not do, as whole executions pass within one tick of the clock that it takes them from. Nothing is
 * written to the files: only what `stat` and its kin answer is changed.
 *
 * A file that something else has changed since the execution began (a child process, a native library) is as young as
 * the `stat` that shows it. One from before was, when the execution began, as old as when the exploration began: so
 * all executions see the same. Times set with `utimes` hold as given.
 *
 * Not kept: the last access (it is the last change), and the times of a folder whose entries change, which count as
 * changed by something else.
 */

type Target = string | number;

/** What `stat` answers, as far as it is needed here. */
interface Stats {
  readonly dev: number | bigint;
  readonly ino: number | bigint;
  atimeMs: number | bigint;
  mtimeMs: number | bigint;
  ctimeMs: number | bigint;
  birthtimeMs: number | bigint;
}

/** In ms since 1970: real ones as the file system has them, the others as the body sees them. */
interface FileTimes {
  birth: number;
  changed: number;
  modified: number;
  accessed: number;
  /** Invariant: while the file system still has this one, nobody else has changed the content. */
  realModified: number;
  realBirth: number;
}

/** What is to be done once an operation is over: `self` and `values` are what it was called with. May change its result. */
export type Afterwards = (self: unknown, values: readonly unknown[], result: unknown) => unknown;

/** File systems take their times from a clock that ticks so rarely, in ms: a file may seem that much older than it is. */
const FILE_CLOCK_TICK_MS = 10;
/** Real times of one change, read as floats and as integers, differ by less. */
const SAME_MS = 1;

let exploredSince = 0;
let owner: Execution | undefined;
let executedSince = 0;
const known = new Map<string, FileTimes>();

/** At the start of an exploration. */
export function resetFileTimes(): void {
  exploredSince = natives.dateNow();
  owner = undefined;
}

/** At the start of an execution. */
export function beginFileTimes(execution: Execution): void {
  owner = execution;
  executedSince = natives.dateNow();
  if (known.size > 0) known.clear();
}

function virtualNow(): number {
  return EPOCH_MS + (owner?.now ?? 0);
}

function keyOf({ dev, ino }: Stats): string {
  return `${dev}:${ino}`;
}

function look(target: Target | undefined, ownLink: boolean): Stats | undefined {
  if (!hasFiles() || target === undefined) return undefined;
  const { fstatSync, lstatSync, statSync } = nativeFiles();
  try {
    // The body has no part in it.
    return control.outside(() => (typeof target === "number" ? fstatSync(target) : (ownLink ? lstatSync : statSync)(target, { throwIfNoEntry: false })) as unknown as Stats | undefined);
  } catch {
    // Closed or removed meanwhile: then there is nothing that anybody could ask about.
    return undefined;
  }
}

/** The entry of a file that the body has done something to, made anew where the file is. */
function entryOf(stats: Stats): FileTimes {
  const realBirth = Number(stats.birthtimeMs);
  const key = keyOf(stats);
  const before = known.get(key);
  if (before !== undefined && Math.abs(before.realBirth - realBirth) < SAME_MS) return before;
  const now = virtualNow();
  const realModified = Number(stats.mtimeMs);
  const isNew = isOfExploration(realBirth);
  const modified = isNew ? now : seenFromOutside(realModified);
  const entry: FileTimes = { birth: isNew ? now : seenFromOutside(realBirth), changed: now, modified, accessed: modified, realModified, realBirth };
  known.set(key, entry);
  return entry;
}

/**
 * Whether a file that the body has just done something to counts as made by that. One that an earlier execution has
 * left behind cannot be told from it for certain, so it counts as well: all executions see the same.
 */
function isOfExploration(realBirthMs: number): boolean {
  return realBirthMs >= exploredSince - FILE_CLOCK_TICK_MS;
}

/** How the body sees a real time that it has no part in. */
function seenFromOutside(realMs: number): number {
  return realMs >= executedSince ? virtualNow() : EPOCH_MS + Math.min(0, realMs - exploredSince);
}

function noteModified(stats: Stats | undefined): void {
  if (stats === undefined) return;
  const entry = entryOf(stats);
  entry.changed = entry.modified = entry.accessed = virtualNow();
  entry.realModified = Number(stats.mtimeMs);
}

function noteCreated(stats: Stats | undefined): void {
  if (stats === undefined) return;
  known.delete(keyOf(stats));
  noteModified(stats);
  entryOf(stats).birth = virtualNow();
}

function noteChanged(stats: Stats | undefined): void {
  if (stats !== undefined) entryOf(stats).changed = virtualNow();
}

function noteSet(stats: Stats | undefined): void {
  if (stats === undefined) return;
  const entry = entryOf(stats);
  entry.changed = virtualNow();
  entry.modified = entry.realModified = Number(stats.mtimeMs);
  entry.accessed = Number(stats.atimeMs);
}

/** Changes what a `stat` has answered to what the body is to see. */
function show(result: unknown): unknown {
  if (typeof result !== "object" || result === null || !("mtimeMs" in result)) return result;
  const stats = result as Stats;
  const real = Number(stats.mtimeMs);
  let entry = known.get(keyOf(stats));
  if (entry === undefined || Math.abs(entry.realBirth - Number(stats.birthtimeMs)) >= SAME_MS) {
    entry = unseenTimes(stats);
    // Asked again later, it is not younger.
    if (real >= executedSince) known.set(keyOf(stats), entry);
  } else if (Math.abs(entry.realModified - real) >= SAME_MS) {
    entry.changed = entry.modified = entry.accessed = seenFromOutside(real);
    entry.realModified = real;
  }
  write(stats, "atime", entry.accessed);
  write(stats, "mtime", entry.modified);
  write(stats, "ctime", entry.changed);
  write(stats, "birthtime", entry.birth);
  return stats;
}

function unseenTimes(stats: Stats): FileTimes {
  return {
    birth: seenFromOutside(Number(stats.birthtimeMs)),
    changed: seenFromOutside(Number(stats.ctimeMs)),
    modified: seenFromOutside(Number(stats.mtimeMs)),
    accessed: seenFromOutside(Number(stats.atimeMs)),
    realModified: Number(stats.mtimeMs),
    realBirth: Number(stats.birthtimeMs),
  };
}

/** The runtime keeps each time up to three times: as ms, in bigint answers as ns, and as a date (from Node 22 on, made when asked for). */
function write(stats: Stats, name: "atime" | "mtime" | "ctime" | "birthtime", ms: number): void {
  const fields = stats as unknown as Record<string, unknown>;
  const isBig = typeof stats.mtimeMs === "bigint";
  fields[`${name}Ms`] = isBig ? BigInt(Math.floor(ms)) : ms;
  if (isBig) fields[`${name}Ns`] = BigInt(Math.floor(ms)) * 1_000_000n + BigInt(Math.floor((ms % 1) * 1e6));
  if (Object.hasOwn(stats, name)) fields[name] = new natives.Date(Math.floor(ms));
}

/** The descriptor or the path that an operation works on. */
function targetOf(self: unknown, value: unknown): Target | undefined {
  for (const one of [self, value]) {
    if (typeof one !== "object" || one === null) continue;
    const { fd } = one as { readonly fd?: unknown };
    if (typeof fd === "number") return fd;
  }
  if (typeof value === "number") return value;
  return value as string | undefined;
}

type Note = (stats: Stats | undefined) => void;

/** @param position - of the path among what the operation was called with. */
function noting(note: Note, position: number, ownLink: boolean = false): Afterwards {
  return (self, values, result) => {
    note(look(targetOf(self, values[position]), ownLink));
    return result;
  };
}

function opened(_self: unknown, values: readonly unknown[], result: unknown): unknown {
  const stats = look(targetOf(result, result), false);
  if (stats === undefined) return result;
  const { creates, empties } = effectsOf(values[1]);
  if (creates) noteCreated(stats);
  else if (empties) noteModified(stats);
  else if (isOfExploration(Number(stats.birthtimeMs))) entryOf(stats);
  return result;
}

/** What opening a file with these flags does to it for certain. */
function effectsOf(flags: unknown): { readonly creates: boolean; readonly empties: boolean } {
  if (typeof flags === "string") return { creates: flags.includes("x"), empties: flags.startsWith("w") };
  if (typeof flags !== "number") return { creates: false, empties: false };
  const { O_EXCL, O_TRUNC } = nativeFiles().constants;
  return { creates: (flags & O_EXCL!) !== 0, empties: (flags & O_TRUNC!) !== 0 };
}

/** A recursive one answers which folder it has made, if any. */
function folderMade(_self: unknown, values: readonly unknown[], result: unknown): unknown {
  const isRecursive = typeof values[1] === "object" && values[1] !== null && (values[1] as { recursive?: unknown }).recursive === true;
  if (!isRecursive || result !== undefined) noteCreated(look(targetOf(undefined, values[0]), false));
  return result;
}

function temporaryFolderMade(_self: unknown, _values: readonly unknown[], result: unknown): unknown {
  noteCreated(look(targetOf(undefined, result), false));
  return result;
}

const AFTERWARDS: Readonly<Record<string, Afterwards>> = {
  stat: (_self, _values, result) => show(result),
  lstat: (_self, _values, result) => show(result),
  fstat: (_self, _values, result) => show(result),
  open: opened,
  mkdir: folderMade,
  mkdtemp: temporaryFolderMade,
  symlink: noting(noteCreated, 1, true),
  writeFile: noting(noteModified, 0),
  appendFile: noting(noteModified, 0),
  write: noting(noteModified, 0),
  writev: noting(noteModified, 0),
  truncate: noting(noteModified, 0),
  ftruncate: noting(noteModified, 0),
  copyFile: noting(noteModified, 1),
  utimes: noting(noteSet, 0),
  futimes: noting(noteSet, 0),
  lutimes: noting(noteSet, 0, true),
  chmod: noting(noteChanged, 0),
  fchmod: noting(noteChanged, 0),
  chown: noting(noteChanged, 0),
  fchown: noting(noteChanged, 0),
  lchown: noting(noteChanged, 0, true),
  rename: noting(noteChanged, 1, true),
  link: noting(noteChanged, 1),
};

/** The functions that have to do with times, as `node:fs/promises` calls them; with "Sync" behind in `node:fs`. */
export const TIMED: readonly string[] = Object.keys(AFTERWARDS);

/** What is to be done after a function of this name, if it has to do with times. */
export function fileTimesAfter(name: string): Afterwards | undefined {
  const afterwards = AFTERWARDS[name];
  return afterwards && ((self, values, result) => (owner === control.execution && owner?.over === false ? afterwards(self, values, result) : result));
}
