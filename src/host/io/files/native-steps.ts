import { runningOperation } from "../operation.ts";
import type { Step } from "../step.ts";
import { accessesOf, type FileAccess } from "./places.ts";
import type { StepKind } from "./table.ts";

/*
 * What Node has done by its native code in several steps, each of which others can see: the folders of a recursive
 * `mkdir` are made one after the other, and a copy is first an empty file, then a part, then the whole. The steps before
 * the last one are done here, as the native code does them; the last is that code itself. It gives the result, and the
 * errors.
 */

interface FileSystem {
  readonly constants: Readonly<Record<string, number>>;
  existsSync(path: string): boolean;
  mkdirSync(path: string, mode: number): void;
  openSync(path: string, flags: number | string, mode?: number): number;
  closeSync(descriptor: number): void;
  ftruncateSync(descriptor: number, length: number): void;
  statSync(path: string): { readonly mode: number; readonly size: number; readonly ino: number; readonly dev: number; isFile(): boolean };
  readSync(descriptor: number, buffer: Uint8Array): number;
  writeSync(descriptor: number, buffer: Uint8Array, from: number, length: number): number;
}

let fs: FileSystem | undefined;
let folderOf: (path: string) => string = (path) => path;

/** Must be called before the functions are replaced. */
export function captureForNativeSteps(fileSystem: Record<string, unknown>, pathModule: Record<string, unknown>): void {
  fs = { ...fileSystem } as unknown as FileSystem;
  folderOf = pathModule["dirname"] as typeof folderOf;
}

/** A step that is done synchronously, and the one behind it. */
class EarlierStep implements Step {
  readonly label: string;
  readonly isCertain: boolean = true;
  readonly effects: () => readonly FileAccess[];
  private readonly act: () => void;
  private readonly next: () => Step;
  private readonly last: Step;

  constructor(label: string, effects: () => readonly FileAccess[], act: () => void, next: () => Step, last: Step) {
    this.label = label;
    this.effects = effects;
    this.act = act;
    this.next = next;
    this.last = last;
  }

  begin(over: (tell: () => void) => void): void {
    try {
      this.act();
    } catch {
      // The last step will fail too, and says how.
      over(() => this.ask(this.last));
      return;
    }
    over(() => this.ask(this.next()));
  }

  refuse(error: Error): void {
    this.last.refuse(error);
  }

  private ask(step: Step): void {
    const operation = runningOperation();
    // Nobody orders it any more: it is begun at once.
    if (operation?.isLive === true) operation.ask(step);
    else step.begin((tell) => tell());
  }
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

/** Files from here on are seen half copied. */
const LARGE = 64 * 1024;
/** Bytes that are copied at once. */
const PIECE = 1024 * 1024;

/**
 * @param values - those of the binding's `copyFile`: source, target, mode.
 * @param last - the same call.
 * @param onMade - told when the target was made here: it must not be missing any more.
 */
export function splitCopy(values: readonly unknown[], last: Step, onMade: () => void): Step | undefined {
  const [source, target, mode] = values;
  if (fs === undefined || typeof source !== "string" || typeof target !== "string") return undefined;
  const { constants } = fs;
  const isExclusive = typeof mode === "number" && (mode & constants["COPYFILE_EXCL"]!) !== 0;
  if (typeof mode === "number" && (mode & constants["COPYFILE_FICLONE_FORCE"]!) !== 0) return undefined;
  const touched = (): readonly FileAccess[] => accessesOf({ effects: [[0, "look"], [1, "entry"], [1, "change"]] }, [source, target]);
  const emptied = (): void => {
    if (emptyTarget(fs!, source, target, isExclusive)) onMade();
  };
  const half = new EarlierStep("fs.copyFile", touched, () => copyHalf(fs!, source, target), () => last, last);
  return new EarlierStep("fs.copyFile", touched, emptied, () => (sizeOf(fs!, source) < LARGE ? last : half), last);
}

function sizeOf({ statSync }: FileSystem, path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}

/** False where the native code will refuse to do it. */
function emptyTarget(files: FileSystem, source: string, target: string, isExclusive: boolean): boolean {
  const { O_WRONLY, O_CREAT, O_EXCL } = files.constants;
  const from = files.statSync(source);
  if (!from.isFile()) return false;
  if (files.existsSync(target)) {
    const to = files.statSync(target);
    if (isExclusive || !to.isFile() || (to.ino === from.ino && to.dev === from.dev)) return false;
  }
  const descriptor = files.openSync(target, O_WRONLY! | O_CREAT! | (isExclusive ? O_EXCL! : 0), from.mode);
  try {
    files.ftruncateSync(descriptor, 0);
    return true;
  } finally {
    files.closeSync(descriptor);
  }
}

/** Whether a copy must not replace anything, and the same mode without that. */
export function withoutExclusive(mode: unknown): unknown {
  return typeof mode === "number" ? mode & ~fs!.constants["COPYFILE_EXCL"]! : mode;
}

function copyHalf(files: FileSystem, source: string, target: string): void {
  const from = files.openSync(source, "r");
  try {
    const to = files.openSync(target, "r+");
    try {
      copyBytes(files, from, to, Math.floor(sizeOf(files, source) / 2));
    } finally {
      files.closeSync(to);
    }
  } finally {
    files.closeSync(from);
  }
}

function copyBytes(files: FileSystem, from: number, to: number, length: number): void {
  const buffer = new Uint8Array(Math.min(PIECE, length));
  for (let left = length; left > 0; ) {
    const read = files.readSync(from, buffer.subarray(0, Math.min(left, buffer.length)));
    if (read === 0) return;
    files.writeSync(to, buffer, 0, read);
    left -= read;
  }
}
