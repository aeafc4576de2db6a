import { hashText, mixHash } from "../engine/event.ts";
import { bytesWithoutSalt, withoutSalt } from "../host/process/salt.ts";
import { isError, messageOf, nameOf } from "../values/thrown.ts";

/** Values looked at in one result: a cache of a million entries must not slow the search down. */
const MOST_VALUES = 200;
const DEEPEST = 4;
/** UTF-16 units, or bytes, of one value: the rest counts by its length, and by as many at its end. */
const MOST_UNITS = 50_000;

/** What an execution came to, gathered while it runs and hashed when it is over. */
export class Result {
  private readonly parts: { readonly hash: number; readonly value: unknown }[] = [];

  /** @param hash - says what the value is of. `undefined` says nothing. */
  add(hash: number, value: unknown): void {
    if (value !== undefined) this.parts.push({ hash, value });
  }

  /** The same for the same values, in whichever order they were added. */
  get hash(): number {
    let sum = 0;
    for (const { hash, value } of this.parts) sum = (sum + mixHash(hash, hashValue(value))) | 0;
    return sum;
  }
}

/**
 * Equal for values that are equal in structure: primitives, arrays, maps, sets, errors by name and message, and the
 * own fields of other objects. Functions and promises count as any other of their kind. It calls no getter.
 */
export function hashValue(value: unknown): number {
  return new Hasher().of(value, 0);
}

class Hasher {
  private left = MOST_VALUES;

  of(value: unknown, depth: number): number {
    if (typeof value === "string") return hashLong(`string ${withoutSalt(value)}`);
    if (typeof value !== "object" || value === null) return hashLong(typeof value === "function" ? "function" : `${typeof value} ${String(value)}`);
    this.left -= 1;
    if (depth >= DEEPEST || this.left < 0) return 1;
    try {
      return this.ofObject(value, depth + 1);
    } catch {
      return 2; // A revoked proxy, or a trap that threw.
    }
  }

  private ofObject(value: object, depth: number): number {
    if (isError(value)) return hashText(`${nameOf(value)}: ${withoutSalt(messageOf(value))}`);
    if (value instanceof Date) return hashText(`Date ${value.getTime()}`);
    if (Array.isArray(value) || value instanceof Set) return this.ofList(value, depth);
    if (value instanceof Map) return this.ofEntries(value, depth);
    if (ArrayBuffer.isView(value)) return hashBytes(value);
    return this.ofEntries(fieldsOf(value), depth);
  }

  private ofList(values: Iterable<unknown>, depth: number): number {
    let hash = 3;
    for (const value of values) {
      if (this.left < 0) break;
      hash = mixHash(hash, this.of(value, depth));
    }
    return hash;
  }

  /** In whichever order the keys came. */
  private ofEntries(entries: Iterable<readonly [unknown, unknown]>, depth: number): number {
    let hash = 4;
    for (const [key, value] of entries) {
      if (this.left < 0) break;
      hash = (hash + mixHash(this.of(key, depth), this.of(value, depth))) | 0;
    }
    return hash;
  }
}

function hashLong(text: string): number {
  if (text.length <= 2 * MOST_UNITS) return hashText(text);
  return hashText(`${text.slice(0, MOST_UNITS)}${text.length}${text.slice(-MOST_UNITS)}`);
}

function hashBytes(view: ArrayBufferView): number {
  const bytes = bytesWithoutSalt(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  const isLong = bytes.length > 2 * MOST_UNITS;
  let hash = mixHash(hashText(Object.prototype.toString.call(view)), bytes.length);
  for (let index = 0; index < bytes.length; index += 1) {
    if (isLong && index === MOST_UNITS) index = bytes.length - MOST_UNITS;
    hash = mixHash(hash, bytes[index]!);
  }
  return hash;
}

function* fieldsOf(object: object): Generator<[string, unknown]> {
  for (const key of Object.keys(object)) {
    const field = Object.getOwnPropertyDescriptor(object, key);
    if (field !== undefined && "value" in field) yield [key, field.value];
  }
}
