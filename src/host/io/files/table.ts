import type { Made } from "./names.ts";

/*
 * What the functions of `node:fs` come down to: those of the runtime's own binding, the steps in which every one of the
 * public functions works, and what each of these does to files.
 */

/** What a step does to the file that an argument names. */
export type Effect =
  /** It looks whether there is one, and what it is. */
  | "look"
  /** It looks what is known of it. */
  | "examine"
  /** It reads what is in a folder. */
  | "list"
  /** It looks whether there is anything in a folder. */
  | "empty"
  /** An entry of a folder is made, removed or replaced. */
  | "entry"
  /** The same, and what is below goes with it. */
  | "move"
  /** In its folder an entry of a name that nobody else has is made. */
  | "temporary"
  /** What is known of a file is changed, or what is in it. */
  | "change"
  /** It is opened: by its flags, in the argument behind. */
  | "open"
  /** The argument is a descriptor. */
  | "descriptor-read"
  | "descriptor-write"
  | "descriptor-look"
  | "descriptor-change"
  | "descriptor-close";

export interface StepKind {
  /** By the place of the argument. */
  readonly effects: readonly (readonly [argument: number, effect: Effect])[];
  /** Where the position in the file is given; without one it is the descriptor's own that is used, and moved. */
  readonly position?: number;
  /** Where it is said that numbers are to be bigints. */
  readonly bigint?: number;
  /** What it makes that later steps use. */
  readonly makes?: Made;
  /** What it is, for the report; by default its name. */
  readonly label?: string;
}

/** The functions of the binding, by their names there. Those that are called without a request work at once. */
export const STEPS: Readonly<Record<string, StepKind>> = {
  access: { effects: [[0, "look"]] },
  chmod: { effects: [[0, "change"]] },
  chown: { effects: [[0, "change"]] },
  close: { effects: [[0, "descriptor-close"]] },
  copyFile: { effects: [[0, "look"], [1, "entry"], [1, "change"]] },
  existsSync: { effects: [[0, "look"]] },
  fchmod: { effects: [[0, "descriptor-change"]] },
  fchown: { effects: [[0, "descriptor-change"]] },
  fdatasync: { effects: [[0, "descriptor-look"]] },
  fstat: { effects: [[0, "descriptor-look"]], bigint: 1 },
  fsync: { effects: [[0, "descriptor-look"]] },
  ftruncate: { effects: [[0, "descriptor-change"]] },
  futimes: { effects: [[0, "descriptor-change"]] },
  lchown: { effects: [[0, "change"]] },
  link: { effects: [[0, "change"], [1, "entry"]] },
  lstat: { effects: [[0, "examine"]], bigint: 1 },
  lutimes: { effects: [[0, "change"]] },
  mkdir: { effects: [[0, "entry"]] },
  mkdtemp: { effects: [[0, "temporary"]], makes: { isTemporary: true } },
  open: { effects: [[0, "open"]], makes: { opens: 0 } },
  openFileHandle: { effects: [[0, "open"]], makes: { opens: 0 }, label: "open" },
  read: { effects: [[0, "descriptor-read"]], position: 4 },
  readBuffers: { effects: [[0, "descriptor-read"]], position: 2, label: "read" },
  readFileUtf8: { effects: [[0, "look"]] },
  readdir: { effects: [[0, "list"]] },
  readlink: { effects: [[0, "look"]] },
  realpath: { effects: [[0, "look"]] },
  rename: { effects: [[0, "move"], [1, "move"]], makes: { moves: [0, 1] } },
  rmSync: { effects: [[0, "entry"]] },
  rmdir: { effects: [[0, "empty"], [0, "entry"]] },
  stat: { effects: [[0, "examine"]], bigint: 1 },
  statfs: { effects: [], bigint: 1 },
  symlink: { effects: [[1, "entry"]] },
  unlink: { effects: [[0, "entry"]] },
  utimes: { effects: [[0, "change"]] },
  writeBuffer: { effects: [[0, "descriptor-write"]], position: 4, label: "write" },
  writeBuffers: { effects: [[0, "descriptor-write"]], position: 2, label: "write" },
  writeFileUtf8: { effects: [[0, "entry"], [0, "change"]] },
  writeString: { effects: [[0, "descriptor-write"]], position: 2, label: "write" },
};

/** Functions that list folders and do not say in which order: those that work in steps, and those that work at once. */
export const HIDING_ORDER: ReadonlySet<string> = new Set(["fs.rm", "fs.rmdir", "fs.cp"]);
export const HIDING_ORDER_AT_ONCE: readonly string[] = ["rmSync", "rmdirSync", "cpSync"];

/** Classes of the binding, from Node 26 on, whose `run` does the whole of a function as one step. */
export const JOBS: Readonly<Record<string, StepKind>> = {
  ReadFileJob: { effects: [[0, "look"]], label: "readFile" },
  WriteFileJob: { effects: [[0, "entry"], [0, "change"]], label: "writeFile" },
};

/** Functions of the binding that the body has no part in, or that do nothing to files. */
export const NO_STEPS: readonly string[] = [
  "FSReqCallback", "FileHandle", "StatWatcher", "getFormatOfExtensionlessFile", "internalModuleReadJSON", "internalModuleStat", "legacyMainResolve",
  // Copies at once, for `cpSync`.
  "cpSyncCheckPaths", "cpSyncCopyDir", "cpSyncOverrideFile",
  // From Node 26 on: whole folders, as one piece of work, which begins at the call.
  "CpDirJob", "readdirRecursive",
];
