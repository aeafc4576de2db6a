import { createHash } from "node:crypto";
import { HeddleError } from "../engine/errors.ts";
import type { FailureKind } from "../engine/outcome.ts";
import { decodeSeed } from "../engine/seed.ts";
import { printableLine } from "../values/printable.ts";

/** Which test a schedule belongs to. */
export interface TestIdentity {
  /** Its name, with the names of its suites before it. */
  readonly test: string;
  /** Its file, as seen from the folder that the corpus lies in; empty where there is none. */
  readonly file: string;
  /** The runner's project, where it has several that run the same file. */
  readonly project: string;
}

/** What a file of the corpus says: the schedule, whose it is, and what it did when it was kept. */
export interface FailingScheduleRecord extends TestIdentity {
  readonly seed: string;
  readonly kind: FailureKind;
  /** The first line of the error. */
  readonly error: string;
  /** What went wrong, in a sentence; empty until the failure has been shrunk and confirmed. */
  readonly sentence: string;
  /** The version of heddle that wrote it. */
  readonly heddle: string;
}

/** Why a text is no file of the corpus, and what to do about it. */
export class UnreadableScheduleError extends Error {
  override readonly name: string = "UnreadableScheduleError";
}

const VERSION = 1;
const TITLE = "heddle failing schedule, version";
const ADVICE = "Commit this file: heddle replays it before it searches, so that the failure cannot come back unseen. Delete it once it is of no more use.";
const CHECKSUM_LENGTH = 16;

/** In the order in which they stand in the file. */
const FIELDS = ["test", "file", "project", "kind", "error", "sentence", "heddle", "seed"] as const satisfies readonly (keyof FailingScheduleRecord)[];

/**
 * The text of a file: a line for each field, and a checksum over all of them. The same record always has the same text.
 * @throws HeddleError `BAD_SEED`.
 */
export function encodeRecord(record: FailingScheduleRecord): string {
  const lines = [`${TITLE} ${VERSION}`, `# ${ADVICE}`];
  for (const field of FIELDS) {
    if (record[field] !== "") lines.push(`${field}: ${escaped(record[field])}`);
  }
  // The seed says it too, but not to a reader.
  lines.splice(-1, 0, `order: ${decodeSeed(record.seed).order}`);
  const text = `${lines.join("\n")}\n`;
  return `${text}checksum: ${checksum(text)}\n`;
}

/** @throws UnreadableScheduleError saying what is wrong with the text, and what to do. */
export function decodeRecord(text: string): FailingScheduleRecord {
  // Git may have changed the ends of the lines on the way.
  const normal = text.replaceAll("\r\n", "\n");
  const version = new RegExp(`^${TITLE} (\\d{1,6})\\n`).exec(normal)?.[1];
  if (version === undefined) throw new UnreadableScheduleError("it is no failing schedule of heddle's; delete it, or move it to another folder");
  if (Number(version) > VERSION) {
    throw new UnreadableScheduleError(`a newer heddle wrote it (version ${version}, and this heddle reads version ${VERSION}); update heddle`);
  }
  const [, signed, sum] = /^([^]*\n)checksum: (\w+)\n$/.exec(normal) ?? [];
  if (signed === undefined || checksum(signed) !== sum) {
    throw new UnreadableScheduleError("it was cut off or changed by hand (its checksum is wrong); restore it from version control, or delete it");
  }
  return recordOf(fieldsOf(signed));
}

function recordOf(fields: ReadonlyMap<string, string>): FailingScheduleRecord {
  const record = Object.fromEntries(FIELDS.map((field) => [field, fields.get(field) ?? ""])) as unknown as FailingScheduleRecord;
  try {
    decodeSeed(record.seed);
  } catch (error) {
    if (error instanceof HeddleError) throw new UnreadableScheduleError(error.message);
    throw error;
  }
  return record;
}

function fieldsOf(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.split("\n").slice(1)) {
    const colon = line.indexOf(": ");
    if (!line.startsWith("#") && colon > 0) fields.set(line.slice(0, colon), unescaped(line.slice(colon + 2)));
  }
  return fields;
}

/** What an editor would trim, and the sign that escapes begin with. */
const UNSAFE = /\\|^ | $/gu;

/** Whoever prints the file, or a part of it, prints no control characters; and no line is broken. */
function escaped(value: string): string {
  return printableLine(value.replace(UNSAFE, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`));
}

function unescaped(value: string): string {
  return value.replaceAll(/\\u\{([0-9a-f]+)\}/g, (_whole, code: string) => characterOf(Number.parseInt(code, 16)));
}

/** Anybody may have written the file: a number beyond Unicode is no character. */
function characterOf(code: number): string {
  return code <= 0x10_ff_ff ? String.fromCodePoint(code) : "\ufffd";
}

function checksum(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, CHECKSUM_LENGTH);
}

const MOST_SLUG = 60;

/**
 * The name of a record's file. It comes from the test and the seed alone: processes that find the same schedule write
 * the same file, and never one the file of another.
 */
export function fileNameOf({ file, project, test, seed }: FailingScheduleRecord): string {
  const slug = test.normalize("NFKD").toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").slice(0, MOST_SLUG).replaceAll(/^-|-$/g, "");
  const hash = createHash("sha256").update(JSON.stringify([file, project, test, seed])).digest("hex").slice(0, 10);
  return `${slug === "" ? "test" : slug}-${hash}${EXTENSION}`;
}

export const EXTENSION = ".seed";
