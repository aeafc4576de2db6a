/*
 * What heddle itself asks of files, and says of paths, with the runtime's own functions: kept once, before any of them is
 * replaced.
 */

/** What `stat` answers, as far as anybody here asks. */
export interface NativeStats {
  readonly dev: number;
  readonly ino: number;
  readonly mode: number;
  readonly nlink: number;
  readonly size: number;
  isDirectory(): boolean;
  isFile(): boolean;
  isSymbolicLink(): boolean;
}

interface Looking {
  readonly throwIfNoEntry: boolean;
}

/** Functions of `node:fs` that work at once. */
export interface NativeFiles {
  readonly constants: Readonly<Record<string, number>>;
  readonly realpathSync: ((path: string) => string) & { native(path: string): string };
  closeSync(descriptor: number): void;
  existsSync(path: string): boolean;
  fchmodSync(descriptor: number, mode: number): void;
  fstatSync(descriptor: number): NativeStats;
  ftruncateSync(descriptor: number, length: number): void;
  lstatSync(path: unknown, options: Looking): NativeStats | undefined;
  mkdirSync(path: string, mode: number): void;
  openSync(path: string, flags: number, mode?: number): number;
  readSync(descriptor: number, buffer: Uint8Array, from: number, length: number, position: number): number;
  rmSync(path: string, options: { readonly recursive: boolean; readonly force: boolean; readonly maxRetries?: number }): void;
  statSync(path: unknown, options: Looking): NativeStats | undefined;
  writeSync(descriptor: number, buffer: Uint8Array, from: number, length: number, position: number): number;
}

/** Functions of `node:path`. */
export interface NativePaths {
  readonly sep: string;
  basename(path: string): string;
  dirname(path: string): string;
  join(...parts: string[]): string;
  resolve(path: string): string;
}

let fs: NativeFiles | undefined;
let paths: NativePaths | undefined;

/** Must be called before the functions are replaced. */
export function captureFiles(fileSystem: Record<string, unknown> | undefined, pathModule: Record<string, unknown> | undefined): void {
  if (fileSystem === undefined || pathModule === undefined || fs !== undefined) return;
  // Not by a spread, which would ask for properties that Node warns of.
  const { constants, realpathSync, closeSync, existsSync, fchmodSync, fstatSync, ftruncateSync, lstatSync, mkdirSync, openSync, readSync, rmSync, statSync, writeSync } =
    fileSystem as unknown as NativeFiles;
  fs = { constants, realpathSync, closeSync, existsSync, fchmodSync, fstatSync, ftruncateSync, lstatSync, mkdirSync, openSync, readSync, rmSync, statSync, writeSync };
  paths = pathModule as unknown as NativePaths;
}

/** Whether the runtime has files. */
export function hasFiles(): boolean {
  return fs !== undefined;
}

/** WARNING: only where `hasFiles`. */
export function nativeFiles(): NativeFiles {
  return fs!;
}

/** WARNING: only where `hasFiles`. */
export function nativePaths(): NativePaths {
  return paths!;
}

/** A path as the binding is given it, a text or its bytes, as an absolute one. */
export function absolutePath(value: unknown): string {
  return paths!.resolve(typeof value === "string" ? value : String(value));
}

/** A folder and all above it, innermost first. */
export function foldersFrom(folder: string): string[] {
  const found = [folder];
  for (let path = folder, above = paths!.dirname(path); above !== path; path = above, above = paths!.dirname(path)) found.push(above);
  return found;
}

/** The topmost one that is missing of a path that is, and of the folders above it. */
export function topmostMissing(path: string, isThere: (path: string) => boolean): string {
  let missing = path;
  for (let above = paths!.dirname(path); above !== missing && !isThere(above); above = paths!.dirname(above)) missing = above;
  return missing;
}
