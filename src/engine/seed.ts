import { HeddleError } from "./errors.ts";
import { hashText, type EventKind } from "./event.ts";
import type { OrderName, Scope } from "./options.ts";
import type { Deviation, Schedule } from "./schedule.ts";

/** All that it takes to run one execution again. */
export interface SeedContent {
  readonly order: OrderName;
  readonly scope: Scope;
  /** Virtual ms; may be infinite. */
  readonly latencyMs: number;
  /**
   * Whether the delays of successive awaits add up: see `PendingEvents.addsUp`. Of a seed that was made before they did, and
   * of one to whose execution it makes no difference, it is left out.
   */
  readonly delaysAddUp?: boolean | undefined;
  /** Whether a timer may have been late, see `Lateness`: left out where there was no decision about that. */
  readonly timersMayBeLate?: boolean | undefined;
  /** Seeds the body's own randomness: 32 bits. */
  readonly randomness: number;
  /** 16 bits of a hash that says which race printed it; 0 where nothing was known of it. */
  readonly test: number;
  /** Where the generated input of a property came from; `undefined` for a body without one. */
  readonly input?: InputOrigin | undefined;
  readonly schedule: Schedule;
}

/** How to make the input of a property again. */
export interface InputOrigin {
  /** `generated` from 32 bits; or an `example`, by its position in the list of examples. */
  readonly from: "generated" | "example";
  /** The 32 bits, or the position. */
  readonly number: number;
  /** The number of the run that it was generated for, which values near the edges depend on; `undefined`: unbiased. */
  readonly run: number | undefined;
  /** Which shrunk value was taken, again and again, from 0. */
  readonly path: readonly number[];
}

const PREFIX = "hd";
const VERSION = 1;
const DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"; // Crockford's base 32: no i, l, o, u
const CHECKSUM_DIGITS = 4;
const ORDERS: readonly OrderName[] = ["production", "latency", "chaos"];
/** Append only: a kind's place in this list is part of the format. */
const KINDS: readonly EventKind[] = [
  "await",
  "then",
  "microtask",
  "tick",
  "timer",
  "interval",
  "immediate",
  "request",
  "completion",
  "message",
  "outside",
  "fault",
  "abort",
];
const INFINITE = 0xffffffff;

/** In the first byte: an input follows the test's hash. */
const HAS_INPUT = 8;
/** In the first byte, beside the input's: it is an example. */
const IS_EXAMPLE = 16;
/** In the first byte: the delays of awaits add up. */
const ADDS_UP = 32;
/** In the first byte: some deviations hold their tasks. An earlier heddle refuses such a seed, as it could not follow it. */
const HAS_HELD_TASKS = 64;
/** In the first byte: a timer may be late. An earlier heddle refuses such a seed. */
const MAY_BE_LATE = 128;

/** In place of a kind: nothing is checked. */
const UNCHECKED = 15;
/** In place of a kind: no deviation of its own, but the one before holds its task. */
const HOLDS_TASK = 13;
/** In place of a kind: no deviation of its own, but the end of the one before, as so many decisions later. */
const UNTIL = 14;

/** A name's 16 bits in a seed; never 0. */
export function testHash(name: string): number {
  return (hashText(name) & 0xffff) || 1;
}

/** Whether a text means to be a printed seed, as against the base seed of a search. */
export function looksLikeSeed(text: string): boolean {
  return /^hd\d/i.test(text);
}

/** The text form: `hd1`, base-32 digits, of which the last four are a checksum. */
export function encodeSeed(content: SeedContent): string {
  const { input } = content;
  const inputFlags = input === undefined ? 0 : HAS_INPUT + (input.from === "example" ? IS_EXAMPLE : 0);
  const heldTasks = content.schedule.some(({ holdsTask }) => holdsTask === true) ? HAS_HELD_TASKS : 0;
  const timeFlags = (content.delaysAddUp === true ? ADDS_UP : 0) + (content.timersMayBeLate === true ? MAY_BE_LATE : 0);
  const bytes: number[] = [ORDERS.indexOf(content.order) * 2 + (content.scope === "all" ? 1 : 0) + inputFlags + timeFlags + heldTasks];
  writeNumber(bytes, content.latencyMs === Number.POSITIVE_INFINITY ? INFINITE : content.latencyMs);
  writeNumber(bytes, content.randomness >>> 0);
  bytes.push(content.test >>> 8, content.test & 0xff);
  if (input !== undefined) writeInput(bytes, input);
  let decision = 0;
  for (const deviation of content.schedule) {
    const { kind, check } = deviation;
    writeNumber(bytes, deviation.decision - decision);
    decision = deviation.decision;
    writeNumber(bytes, deviation.index * 2 + (kind === "starve" ? 1 : 0));
    writeCheck(bytes, check === undefined ? UNCHECKED : KINDS.indexOf(check.kind), check?.id ?? 0);
    if (deviation.holdsTask === true) {
      bytes.push(0, 0);
      writeCheck(bytes, HOLDS_TASK, 0);
    }
    if (deviation.until === undefined) continue;
    writeNumber(bytes, deviation.until - decision);
    writeNumber(bytes, 0);
    writeCheck(bytes, UNTIL, 0);
  }
  const text = `${PREFIX}${VERSION}${toDigits(bytes)}`;
  return text + checksum(text);
}

/** @throws HeddleError `BAD_SEED`, saying what is wrong with the text. */
export function decodeSeed(text: string): SeedContent {
  const trimmed = text.trim().toLowerCase();
  const version = /^hd(\d+?)(?=[0-9a-z]*$)/.exec(trimmed)?.[1];
  if (version === undefined) throw badSeed(text, "a seed begins with `hd1`");
  if (Number(version) !== VERSION) {
    throw badSeed(text, `it is of version ${version}, and this heddle reads version ${VERSION}; update heddle`);
  }
  const body = trimmed.slice(0, -CHECKSUM_DIGITS);
  if (body.length <= PREFIX.length + 1 || checksum(body) !== trimmed.slice(-CHECKSUM_DIGITS)) {
    throw badSeed(text, "its checksum is wrong: it was cut off or mistyped; copy the whole of it");
  }
  return readContent(new ByteReader(text, fromDigits(text, body.slice(PREFIX.length + 1))));
}

function readContent(reader: ByteReader): SeedContent {
  const flags = reader.byte();
  const order = ORDERS[(flags & (HAS_INPUT - 1)) >>> 1];
  if (order === undefined) throw badSeed(reader.text, "it names an order that this heddle does not know");
  const latency = reader.number();
  const randomness = reader.number();
  const test = reader.byte() * 256 + reader.byte();
  const input = (flags & HAS_INPUT) === 0 ? undefined : readInput(reader, (flags & IS_EXAMPLE) === 0 ? "generated" : "example");
  const schedule: Deviation[] = [];
  for (let decision = 0; !reader.isAtEnd; ) {
    const later = reader.number();
    const position = reader.number();
    const high = reader.byte();
    const id = (high & 15) * 256 + reader.byte();
    const last = schedule.at(-1);
    if (high >>> 4 === UNTIL || high >>> 4 === HOLDS_TASK) {
      if (last?.kind !== "starve") throw badSeed(reader.text, "it ends what has not begun");
      if (high >>> 4 === HOLDS_TASK) {
        schedule[schedule.length - 1] = { ...last, holdsTask: true };
        continue;
      }
      schedule[schedule.length - 1] = { ...last, until: decision + later };
      continue;
    }
    decision += later;
    const kind = KINDS[high >>> 4];
    schedule.push({
      kind: position % 2 === 1 ? "starve" : "skip",
      decision,
      index: Math.floor(position / 2),
      check: kind === undefined ? undefined : { kind, id },
    });
  }
  return {
    order,
    scope: flags % 2 === 1 ? "all" : "user",
    latencyMs: latency === INFINITE ? Number.POSITIVE_INFINITY : latency,
    randomness,
    test,
    ...((flags & ADDS_UP) === 0 ? {} : { delaysAddUp: true }),
    ...((flags & MAY_BE_LATE) === 0 ? {} : { timersMayBeLate: true }),
    ...(input === undefined ? {} : { input }),
    schedule,
  };
}

function writeInput(bytes: number[], { number, run, path }: InputOrigin): void {
  writeNumber(bytes, number >>> 0);
  writeNumber(bytes, run === undefined ? 0 : run + 1);
  writeNumber(bytes, path.length);
  for (const position of path) writeNumber(bytes, position);
}

function readInput(reader: ByteReader, from: InputOrigin["from"]): InputOrigin {
  const number = reader.number();
  const run = reader.number();
  const path: number[] = [];
  for (let left = reader.number(); left > 0; left -= 1) path.push(reader.number());
  return { from, number, run: run === 0 ? undefined : run - 1, path };
}

class ByteReader {
  readonly text: string;
  private readonly bytes: readonly number[];
  private at = 0;

  constructor(text: string, bytes: readonly number[]) {
    this.text = text;
    this.bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  byte(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined) throw badSeed(this.text, "it ends in the middle of a deviation");
    this.at += 1;
    return byte;
  }

  /** LEB128. */
  number(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }
}

/** Four bits of a kind, and twelve of an event's id. */
function writeCheck(bytes: number[], kind: number, id: number): void {
  bytes.push(kind * 16 + ((id >>> 8) & 15), id & 0xff);
}

function writeNumber(bytes: number[], value: number): void {
  let rest = Math.floor(value);
  while (rest >= 0x80) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
}

function toDigits(bytes: readonly number[]): string {
  let digits = "";
  let bits = 0;
  let buffer = 0;
  for (const byte of bytes) {
    buffer = buffer * 256 + byte;
    for (bits += 8; bits >= 5; bits -= 5) {
      digits += DIGITS[Math.floor(buffer / 2 ** (bits - 5))]!;
      buffer %= 2 ** (bits - 5);
    }
  }
  return bits > 0 ? digits + DIGITS[buffer * 2 ** (5 - bits)]! : digits;
}

function fromDigits(text: string, digits: string): number[] {
  const bytes: number[] = [];
  let bits = 0;
  let buffer = 0;
  for (const digit of digits) {
    const value = DIGITS.indexOf(digit);
    if (value < 0) throw badSeed(text, `"${digit}" is not a character of a seed`);
    buffer = buffer * 32 + value;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push(Math.floor(buffer / 2 ** bits));
      buffer %= 2 ** bits;
    }
  }
  return bytes;
}

function checksum(text: string): string {
  let rest = hashText(text) >>> 0;
  let digits = "";
  for (let count = 0; count < CHECKSUM_DIGITS; count += 1) {
    digits += DIGITS[rest % 32]!;
    rest = Math.floor(rest / 32);
  }
  return digits;
}

function badSeed(text: string, why: string): HeddleError {
  const shown = text.length > 60 ? `${text.slice(0, 57)}…` : text;
  return new HeddleError("BAD_SEED", `"${shown}" is not a seed that can be replayed: ${why}`);
}
