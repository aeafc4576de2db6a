import { basename, dirname, isAbsolute, join, parse, relative } from "node:path";
import { disk, readRegular } from "../corpus/disk.ts";
import { testHash } from "../engine/seed.ts";
import { nodeProcess } from "../host/natives.ts";
import { environment } from "../host/process/environment.ts";
import { userSites, type CapturedStack } from "../host/stack.ts";
import { runningTest } from "../runners/detect.ts";
import type { RunningTest } from "../runners/running-test.ts";

/** Where a race stands. */
export interface RacePlace {
  readonly file: string;
  /** 1-based: of the call of `race` or `explore`. */
  readonly line?: number;
  /** The test that it stands in, where its runner tells. */
  readonly test?: RunningTest | undefined;
}

/** What tells a race from the others of a run: which printed seeds are its own. */
export interface RaceIdentity {
  /** What its own seeds carry: 16 bits of a hash; 0 where nothing is known of it. */
  readonly own: number;
  /** What a seed that belongs to it may carry, `own` among them. */
  readonly known: readonly number[];
}

/**
 * A race with a name is known by its file and its name, one without by its file and the line that calls it: two races do
 * not take each other's seeds, those of one name in two files neither. The file is named as its package does, so that a
 * seed serves on another machine. That the line moves when something is written above it is the price: of the base seed
 * it is no part, so what is searched stays the same, and a seed in the `seed` option is taken wherever the race stands.
 *
 * Seeds of earlier versions carry the name alone, and nothing of a race without a name: they are taken as they always
 * were. What was printed by a race without a name is still its own when it has been given one.
 */
export function identityOf(name: string | undefined, place: RacePlace | undefined): RaceIdentity {
  const file = place === undefined ? undefined : fileInPackage(place.file);
  const line = file === undefined || place?.line === undefined ? undefined : testHash(`${file}:${place.line}`);
  const test = file === undefined || !place?.test?.names.length ? undefined : testHash([packageName(place.file), file, ...place.test.names].join("\n"));
  if (name === undefined) return { own: test ?? line ?? 0, known: [...new Set([test ?? line ?? 0, line ?? 0, 0])] };
  const byName = testHash(name);
  if (file === undefined) return { own: byName, known: [byName] };
  const own = testHash(`${file} > ${name}`);
  return { own, known: [own, byName, ...(line === undefined ? [] : [line])] };
}

/** Where the user's code called heddle: nowhere, where only packages and the runtime are on the stack. */
export function placeOf(captured: CapturedStack): RacePlace | undefined {
  const site = userSites(captured, "synchronous")[0];
  return site === undefined ? undefined : { file: site.file, line: site.line };
}

/** What a race without a name is called. */
export function labelOf({ test, file, line }: RacePlace): string {
  return test === undefined || test.names.length === 0 ? `${basename(file)}${line === undefined ? "" : `:${line}`}` : test.names.join(" > ");
}

/** The same, with the test that runs now. */
export function runningAt(place: RacePlace | undefined): RacePlace | undefined {
  // JavaScriptCore leaves a function before what it calls last: nobody of the user's may be on the stack.
  const file = place?.file ?? nodeProcess.argv?.[1];
  const test = file === undefined ? undefined : runningTest(file, environment());
  return test === undefined ? place : { file: test.file, ...place, test };
}

/** The name of the package that a file stands in: a monorepo has several, with tests of the same names. */
function packageName(file: string): string {
  try {
    const found = JSON.parse(readRegular(join(packageFolder(dirname(file)), "package.json"))) as { readonly name?: unknown };
    return typeof found.name === "string" ? found.name : "";
  } catch {
    return "";
  }
}

const files = new Map<string, string>();

/** A file as seen from its package's folder, with forward slashes; without its extension, which compilers change. */
function fileInPackage(file: string): string {
  const known = files.get(file);
  if (known !== undefined) return known;
  const path = file.replace(/[?#].*$/, "").replace(/^\/(?=[a-z]:[\\/])/i, "");
  const inPackage = isAbsolute(path) ? relative(packageFolder(dirname(path)), path) : path;
  const shown = inPackage.replaceAll("\\", "/").replace(/\.[cm]?[jt]sx?$/, "");
  files.set(file, shown);
  return shown;
}

/** The nearest folder with a package.json; where there is none, the file's own. */
function packageFolder(folder: string): string {
  const { root } = parse(folder);
  for (let one = folder; one !== root; one = dirname(one)) if (isThere(join(one, "package.json"))) return one;
  return folder;
}

function isThere(path: string): boolean {
  try {
    return disk.statSync(path).isFile();
  } catch {
    return false;
  }
}
