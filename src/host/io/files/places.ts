import type { Access } from "../../../engine/access.ts";
import { control } from "../../control.ts";
import type { Effect, StepKind } from "./table.ts";

/*
 * What a step touches. A file is known by its path and, where there is one, by its inode: so two names of one file are
 * one place. A folder has a place for its list of entries.
 */

interface Stats {
  readonly dev: number;
  readonly ino: number;
  readonly mode: number;
}

interface FileSystem {
  readonly statSync: (path: unknown, options: { throwIfNoEntry: boolean }) => Stats | undefined;
  readonly fstatSync: (descriptor: number) => Stats;
  readonly constants: Readonly<Record<string, number>>;
}

interface Paths {
  resolve(path: string): string;
  dirname(path: string): string;
}

/** How often a descriptor was closed: whoever is given its number next has another one. */
const openings: Map<number, number> = new Map();
let fs: FileSystem | undefined;
let paths: Paths | undefined;

/** Must be called before the functions are replaced. */
export function captureForPlaces(fileSystem: Record<string, unknown>, pathModule: Record<string, unknown>): void {
  const { statSync, fstatSync, constants } = fileSystem as unknown as FileSystem;
  fs = { statSync, fstatSync, constants };
  paths = pathModule as unknown as Paths;
}

/** What a call of a function of the binding is about to touch. */
export function accessesOf({ effects, position }: StepKind, values: readonly unknown[]): Access[] {
  const found: Access[] = [];
  control.outside(() => {
    for (const [argument, effect] of effects) {
      const value = values[argument];
      if (typeof value === "number") addDescriptor(found, value, effect, position === undefined ? undefined : values[position]);
      else addPath(found, pathOf(value), effect, values[argument + 1]);
    }
  });
  return found;
}

/** Whether what is opened may keep its opener waiting for somebody else: a pipe, a terminal. */
export function mayBlock(value: unknown): boolean {
  const stats = control.outside(() => statsOf(value));
  if (stats === undefined || fs === undefined) return false;
  const kind = stats.mode & fs.constants["S_IFMT"]!;
  return kind !== fs.constants["S_IFREG"] && kind !== fs.constants["S_IFDIR"];
}

/** A path as the binding is given it. */
function pathOf(value: unknown): string {
  const text = typeof value === "string" ? value : String(value);
  return paths!.resolve(text);
}

function statsOf(value: unknown): Stats | undefined {
  try {
    return typeof value === "number" ? fs!.fstatSync(value) : fs!.statSync(value, { throwIfNoEntry: false });
  } catch {
    // Closed, or on the way there is something that is no folder: then the step will fail, and touches no file.
    return undefined;
  }
}

function addInode(found: Access[], value: unknown, isWrite: boolean): void {
  const stats = statsOf(value);
  if (stats !== undefined) found.push({ place: `file ${stats.dev}:${stats.ino}`, isWrite });
}

function addDescriptor(found: Access[], descriptor: number, effect: Effect, position: unknown): void {
  const isWrite = effect === "descriptor-write" || effect === "descriptor-change";
  const opening = openings.get(descriptor) ?? 0;
  const name = `descriptor ${descriptor}, opening ${opening}`;
  found.push({ place: name, isWrite: effect === "descriptor-close" });
  if (effect === "descriptor-close") openings.set(descriptor, opening + 1);
  if (effect !== "descriptor-close") addInode(found, descriptor, isWrite || effect === "change");
  const movesOn = (effect === "descriptor-read" || effect === "descriptor-write") && !isGiven(position);
  if (movesOn) found.push({ place: `position of ${name}`, isWrite: true });
}

function isGiven(position: unknown): boolean {
  return (typeof position === "number" || typeof position === "bigint") && position >= 0;
}

function addPath(found: Access[], path: string, effect: Effect, flags: unknown): void {
  const makes = effect === "entry" || (effect === "open" && makesEntry(flags, path));
  found.push({ place: `entry ${path}`, isWrite: makes });
  const folder = paths!.dirname(path);
  if (makes) found.push({ place: `list ${folder}`, isWrite: true });
  if (effect === "list") found.push({ place: `list ${path}`, isWrite: false });
  addFolders(found, folder);
  if (effect === "entry") return;
  addInode(found, path, effect === "change" || (effect === "open" && empties(flags)));
}

/** Each folder on the way has to be there. */
function addFolders(found: Access[], folder: string): void {
  for (let path = folder; ; ) {
    found.push({ place: `entry ${path}`, isWrite: false });
    const above = paths!.dirname(path);
    if (above === path) return;
    path = above;
  }
}

function makesEntry(flags: unknown, path: string): boolean {
  const { O_CREAT } = fs!.constants;
  return typeof flags === "number" && (flags & O_CREAT!) !== 0 && statsOf(path) === undefined;
}

function empties(flags: unknown): boolean {
  return typeof flags === "number" && (flags & fs!.constants["O_TRUNC"]!) !== 0;
}
