/** Bodies whose tasks do real things to a few files of one folder. */
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from "node:fs";
import fs, { type FileHandle } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import type { Body } from "heddle";

const KINDS = [
  "write", "append", "read", "stat", "access", "unlink", "truncate", "rename", "copy", "link", "symlink", "mkdir",
  "mkdirs", "rmdir", "remove", "list", "listAll", "open", "handleWrite", "handleRead", "handleStat", "close",
  "existsNow", "readNow", "writeNow", "linkTarget",
] as const;

type Kind = (typeof KINDS)[number];

/** One operation, on one or two paths. */
export interface FileAction {
  readonly kind: Kind;
  readonly path: string;
  readonly other: string;
}

export type FileScript = readonly (readonly FileAction[])[];

interface Place {
  at(path: string): string;
  /** What the task writes. */
  readonly text: string;
  handle: FileHandle | undefined;
}

type Action = (place: Place, path: string, other: string) => unknown;

const ACTIONS: Readonly<Record<Kind, Action>> = {
  write: ({ at, text }, path) => fs.writeFile(at(path), text),
  append: ({ at, text }, path) => fs.appendFile(at(path), text),
  read: ({ at }, path) => fs.readFile(at(path), "utf8"),
  stat: async ({ at }, path) => (await fs.stat(at(path))).size,
  access: ({ at }, path) => fs.access(at(path)),
  unlink: ({ at }, path) => fs.unlink(at(path)),
  truncate: ({ at }, path) => fs.truncate(at(path), 1),
  rename: ({ at }, path, other) => fs.rename(at(path), at(other)),
  copy: ({ at }, path, other) => fs.copyFile(at(path), at(other)),
  link: ({ at }, path, other) => fs.link(at(path), at(other)),
  symlink: ({ at }, path, other) => fs.symlink(at(path), at(other)),
  mkdir: ({ at }, path) => fs.mkdir(at(path)),
  mkdirs: async ({ at }, path) => void (await fs.mkdir(at(`${path}/deep`), { recursive: true })),
  rmdir: ({ at }, path) => fs.rmdir(at(path)),
  remove: ({ at }, path) => fs.rm(at(path), { recursive: true, force: true }),
  list: async ({ at }, path) => (await fs.readdir(at(path))).sort().join(),
  listAll: async ({ at }) => (await fs.readdir(at("."))).sort().join(),
  open: async (place, path) => void (place.handle ??= await fs.open(place.at(path), "a+")),
  handleWrite: ({ handle, text }) => handle?.write(text),
  handleRead: ({ handle }) => handle?.readFile("utf8"),
  handleStat: async ({ handle }) => (await handle?.stat())?.size,
  close: async (place) => {
    const { handle } = place;
    place.handle = undefined;
    await handle?.close();
  },
  existsNow: ({ at }, path) => existsSync(at(path)),
  readNow: ({ at }, path) => readFileSync(at(path), "utf8"),
  writeNow: ({ at, text }, path) => writeFileSync(at(path), text),
  linkTarget: ({ at }, path) => fs.readlink(at(path)).then((target) => target.slice(-1)),
};

/** The last ones are in a folder that is there from the start, and may be moved. */
const PATHS = ["a", "b", "f", "f/c"] as const;

const action: fc.Arbitrary<FileAction> = fc.record({ kind: fc.constantFrom(...KINDS), path: fc.constantFrom(...PATHS), other: fc.constantFrom(...PATHS) });

/** Two or three tasks with one to three operations each. */
export const fileScripts: fc.Arbitrary<FileScript> = fc.oneof(
  fc.array(fc.array(action, { minLength: 1, maxLength: 2 }), { minLength: 2, maxLength: 3 }),
  fc.array(fc.array(action, { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 2 }),
);

/** Says what came of the last execution, and removes what it has left. */
export interface FileRemains {
  take?: () => string;
}

function snapshot(path: string): unknown {
  const stats = lstatSync(path);
  if (stats.isSymbolicLink()) return { to: readlinkSync(path).slice(-1) };
  if (!stats.isDirectory()) return `${readFileSync(path, "utf8")} (${stats.nlink})`;
  return Object.fromEntries(readdirSync(path).sort().map((name) => [name, snapshot(join(path, name))]));
}

async function perform(place: Place, { kind, path, other }: FileAction): Promise<string> {
  try {
    return String(await ACTIONS[kind](place, path, other));
  } catch (error) {
    return String((error as { readonly code?: unknown }).code);
  }
}

export function fileBodyOf(script: FileScript, remains: FileRemains): Body {
  return async () => {
    const folder = mkdtempSync(join(tmpdir(), "heddle-law-"));
    writeFileSync(join(folder, "a"), "old");
    mkdirSync(join(folder, "f"));
    const told: string[][] = [];
    remains.take = () => {
      const seen = JSON.stringify([told, statSync(folder).isDirectory() ? snapshot(folder) : ""]);
      rmSync(folder, { recursive: true });
      return seen;
    };
    await Promise.all(
      script.map(async (actions, task) => {
        const mine: string[] = [];
        told[task] = mine;
        const place: Place = { at: (path) => join(folder, path), text: String(task), handle: undefined };
        for (const each of actions) mine.push(await perform(place, each));
        await place.handle?.close();
      }),
    );
  };
}
