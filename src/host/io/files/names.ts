import type { Execution } from "../../../engine/execution.ts";
import type { Meetings } from "../../../engine/meetings.ts";
import { control } from "../../control.ts";
import { nodeProcess } from "../../natives.ts";
import { absolutePath, foldersFrom, nativeFiles, nativePaths, type NativeStats } from "./native-files.ts";

/*
 * Names of what operations touch that are the same in every execution, for strategies that compare executions with each
 * other. A path is none by itself: a temporary folder has another one each time, and so has what a counter of the
 * process's names. Descriptors and inodes are given as the machine likes.
 *
 * - A path is resolved (links on the way followed), and what lies in a temporary folder is named by the call that made
 *   that. It has a name once an earlier execution of the exploration has used it too. Until then it has none.
 * - What is in a file is named by its path; a file with several names has none.
 * - A descriptor is named by the call that opened it, and by the path.
 *
 * Whoever touches something without a name is taken to touch everything.
 */

/** What was opened. */
interface Opened {
  /** The call, and what it opened. */
  readonly name: string;
  /** Each path that the file has had since. */
  readonly paths: string[];
}

/** Whether file names are the same in small and in capital letters. */
const isCaseless = nodeProcess.platform === "darwin" || nodeProcess.platform === "win32";

let opened: Map<number, Opened> = new Map();
/** Folders whose own names are chance, by their paths. */
let temporary: Map<string, string> = new Map();
/** The names that earlier executions have used, and those of this one. */
let known: Set<string> | undefined;
let used: Set<string> = new Set();
/** How often each task has called what makes something at once. */
let makers: Map<string, number> = new Map();

/** At the start of an execution. */
export function beginNames(learnt: Meetings | undefined): void {
  if (used.size > 0) {
    for (const name of used) known?.add(name);
    used = new Set();
  }
  known = learnt?.names;
  if (opened.size > 0) opened = new Map();
  if (temporary.size > 0) temporary = new Map();
  if (makers.size > 0) makers = new Map();
}

/** Whether the strategy wants to know what is touched. */
export function isNaming(execution: Execution | undefined = control.execution): boolean {
  return execution !== undefined && execution.settings.strategy.usesFootprints === true && execution.tracer?.isKnown !== true;
}

/** The path by which a descriptor was opened, or that its file has had since, as far as that was remembered. */
export function pathOfOpened(descriptor: number): string | undefined {
  return opened.get(descriptor)?.paths.at(-1);
}

/** A folder whose own name is chance is known by another one, in this execution. */
export function nameFolder(path: string, name: string): void {
  temporary.set(real(nativePaths().resolve(path)), name);
}

/** The path that is meant, as far as there is anything on it: its last part may be a link. */
function entryPath(path: string): string {
  const folder = nativePaths().dirname(path);
  return folder === path ? path : nativePaths().join(real(folder), nativePaths().basename(path));
}

function real(path: string): string {
  try {
    return nativeFiles().realpathSync.native(path);
  } catch {
    const folder = nativePaths().dirname(path);
    return folder === path ? path : nativePaths().join(real(folder), nativePaths().basename(path));
  }
}

function textOf(path: string): string {
  const { sep } = nativePaths();
  let text = path;
  const above = temporary.size === 0 ? undefined : foldersFrom(path).find((folder) => temporary.has(folder));
  if (above !== undefined) text = `{${temporary.get(above)!}}${path.slice(above.length)}`;
  if (sep !== "/") text = text.replaceAll(sep, "/");
  return isCaseless ? text.normalize("NFC").toLowerCase() : text;
}

/** The name, where it is one that holds. */
function lasting(text: string): string | undefined {
  if (known === undefined) return control.execution?.tracer === undefined ? text : undefined;
  used.add(text);
  return control.execution?.tracer === undefined || known.has(text) ? text : undefined;
}

/** The name of an entry in a folder. */
export function nameOfEntry(path: string): string | undefined {
  return lasting(textOf(entryPath(path)));
}

/** Each folder on the way to it, as the path says and as it is in truth. */
export function foldersOf(path: string): string[] {
  const folder = nativePaths().dirname(path);
  return [...new Set([...foldersFrom(folder), ...foldersFrom(real(folder))])];
}

/** The name of what is in a file, if there is one. */
export function nameOfFile(path: string): string | undefined {
  const stats = statsOf(path);
  if (stats?.isSymbolicLink() === true || isShared(stats)) return undefined;
  return nameOfEntry(path);
}

/** Whether a file has several names. A folder counts its subfolders. */
function isShared(stats: NativeStats | undefined): boolean {
  return stats !== undefined && !stats.isDirectory() && stats.nlink > 1;
}

function statsOf(path: string): NativeStats | undefined {
  try {
    return nativeFiles().lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** Names of an open file. */
export interface NamesOfOpened {
  readonly opening: string;
  /** Of what is in it. */
  readonly files: readonly (string | undefined)[];
  /** Of all paths that lead to it, folders included. */
  readonly ways: readonly (string | undefined)[];
}

/** @param stats - the file's own. */
export function namesOfOpened(descriptor: number, stats: NativeStats | undefined): NamesOfOpened | undefined {
  const found = opened.get(descriptor);
  if (found === undefined || isShared(stats)) return undefined;
  const ways = new Set(found.paths.flatMap((path) => [path, ...foldersOf(path)]));
  return {
    opening: found.name,
    files: found.paths.map((path) => lasting(textOf(path))),
    ways: [...ways].map((path) => lasting(textOf(path))),
  };
}

/** A descriptor was closed. */
export function forgetOpened(descriptor: number): void {
  opened.delete(descriptor);
}

/** What follows from a step for the names of later ones. */
export interface Made {
  /** The argument that says what is opened. */
  readonly opens?: number;
  /** It makes a folder, and answers with its name, which is chance. */
  readonly isTemporary?: boolean;
  /** The arguments that say what is moved, and to where. */
  readonly moves?: readonly [number, number];
}

/**
 * A step has ended.
 * @param call - that made it: the same in every execution. `undefined` of a synchronous one, of the running task.
 */
export function noteMade(made: Made, values: readonly unknown[], result: unknown, call: string | undefined): void {
  if (!control.namesTouched) return;
  control.outside(() => {
    if (made.moves !== undefined) move(absolutePath(values[made.moves[0]]), absolutePath(values[made.moves[1]]));
    if (made.isTemporary === true && (typeof result === "string" || result instanceof Uint8Array)) {
      nameFolder(absolutePath(result), `made by ${call ?? nameOfMaker("mkdtemp")}`);
    }
    const descriptor = typeof result === "object" && result !== null ? (result as { readonly fd?: unknown }).fd : result;
    if (made.opens === undefined || typeof descriptor !== "number") return;
    const path = real(absolutePath(values[made.opens]));
    opened.set(descriptor, { name: `${call ?? nameOfMaker("open")} of ${textOf(path)}`, paths: [path] });
  });
}

function nameOfMaker(kind: string): string {
  const key = `${control.execution?.task.path} ${kind}`;
  const times = (makers.get(key) ?? 0) + 1;
  makers.set(key, times);
  return `${key} ${times}`;
}

/** What is open keeps its names: whoever has it, and whoever uses it by the new name, mean the same file. */
function move(from: string, to: string): void {
  const [before, after] = [entryPath(from), entryPath(to)];
  for (const { paths: its } of opened.values()) {
    for (const path of its.slice()) {
      const isIt = path === before || path.startsWith(before + nativePaths().sep);
      const moved = after + path.slice(before.length);
      if (isIt && !its.includes(moved)) its.push(moved);
    }
  }
}
