import { join } from "node:path";
import { natives } from "../host/natives.ts";
import { messageOf } from "../values/thrown.ts";
import { codeOf, disk, readRegular, removeIfThere, TEMPORARY, UnfitFileError, writeWhole } from "./disk.ts";
import { decodeRecord, encodeRecord, EXTENSION, fileNameOf, UnreadableScheduleError, type FailingScheduleRecord, type TestIdentity } from "./schedule-file.ts";

/** A failing schedule that lies on the disk. */
export interface KeptSchedule extends FailingScheduleRecord {
  readonly path: string;
}

/** Older temporary files are of processes that died. */
const STALE_MS = 10 * 60_000;

/** What this process has read of files whose name says what is in them. */
const readBefore = new Map<string, KeptSchedule>();
/** Nothing is said twice in a process. */
const warned = new Set<string>();

/**
 * A folder of failing schedules, one file each. Any number of processes may use it at once, and each may die at any
 * moment: files appear whole, under names that say what is in them, and nobody ever writes into one.
 */
export class Corpus {
  readonly directory: string;
  private readonly warn: (text: string) => void;

  /** @param warn - told, once for each file, what cannot be read or written, and what to do. */
  constructor(directory: string, warn: (text: string) => void) {
    this.directory = directory;
    this.warn = warn;
  }

  /** All schedules that can be read, by file name. */
  all(): readonly KeptSchedule[] {
    return this.names().flatMap((name) => this.read(name) ?? []);
  }

  /** The schedules of one test, by file name. */
  of({ test, file, project }: TestIdentity): readonly KeptSchedule[] {
    return this.all().filter((kept) => kept.test === test && kept.file === file && kept.project === project);
  }

  /**
   * Keeps a schedule. It is on the disk when this returns, unless it could not be written, which is warned of: the
   * failure itself is worth more than its file.
   */
  keep(record: FailingScheduleRecord): KeptSchedule | undefined {
    const path = join(this.directory, fileNameOf(record));
    const known = this.readOrNothing(path);
    // Else another version of heddle, or a replay that came before the report, would change what is committed.
    if (known !== undefined && (known.sentence !== "" || record.sentence === "")) return known;
    const kept = { ...record, path };
    try {
      writeWhole(path, encodeRecord(record));
    } catch (error) {
      this.warnOnce(`could not keep the failing schedule ${record.seed} in ${path}: ${messageOf(error)}. Make the folder writable, or turn the corpus off with HEDDLE_CORPUS=off`);
      return undefined;
    }
    readBefore.set(path, kept);
    return kept;
  }

  /** Whether this very schedule is kept already. */
  has(record: FailingScheduleRecord): boolean {
    return this.readOrNothing(join(this.directory, fileNameOf(record))) !== undefined;
  }

  /** Removes a schedule's file. */
  drop({ path }: KeptSchedule): void {
    readBefore.delete(path);
    try {
      removeIfThere(path);
    } catch (error) {
      this.warnOnce(`could not remove ${path}: ${messageOf(error)}. Delete it by hand`);
    }
  }

  private names(): readonly string[] {
    let names: readonly string[];
    try {
      names = disk.readdirSync(this.directory);
    } catch (error) {
      if (codeOf(error) !== "ENOENT") this.warnOnce(`could not read ${this.directory}: ${messageOf(error)}. It shall be a folder that this process may read`);
      return [];
    }
    for (const name of names) if (name.endsWith(TEMPORARY)) this.removeStale(join(this.directory, name));
    return names.filter((name) => name.endsWith(EXTENSION)).sort();
  }

  private read(name: string): KeptSchedule | undefined {
    const path = join(this.directory, name);
    const known = readBefore.get(path);
    if (known !== undefined) return known;
    try {
      const kept = { ...decodeRecord(readRegular(path)), path };
      readBefore.set(path, kept);
      return kept;
    } catch (error) {
      // Another process has dropped it meanwhile.
      if (codeOf(error) === "ENOENT") return undefined;
      const isUnfit = error instanceof UnreadableScheduleError || error instanceof UnfitFileError;
      const why = isUnfit ? error.message : `${messageOf(error)}; it shall be a file that this process may read`;
      this.warnOnce(`${path} was passed over: ${why}`);
      return undefined;
    }
  }

  private readOrNothing(path: string): KeptSchedule | undefined {
    try {
      return { ...decodeRecord(readRegular(path)), path };
    } catch {
      return undefined;
    }
  }

  private removeStale(path: string): void {
    try {
      if (natives.dateNow.call(natives.Date) - disk.statSync(path).mtimeMs > STALE_MS) removeIfThere(path);
    } catch {
      // Somebody else has removed it, or may.
    }
  }

  private warnOnce(text: string): void {
    if (warned.has(text)) return;
    warned.add(text);
    this.warn(text);
  }
}
