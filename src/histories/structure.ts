import { homeOf, kindOf } from "../values/kind.ts";
import { read } from "../values/thrown.ts";

/** What cannot be told apart by its structure (functions, symbols, weak maps) is told apart by identity. */
const identities = new WeakMap<WeakKey, number>();
const symbols = new Map<symbol, number>();
let lastIdentity = 0;

function identityOf(value: WeakKey): string {
  let identity = identities.get(value);
  if (identity === undefined) {
    lastIdentity += 1;
    identity = lastIdentity;
    identities.set(value, identity);
  }
  return `@${identity}`;
}

function symbolText(value: symbol): string {
  let identity = symbols.get(value);
  if (identity === undefined) {
    identity = symbols.size;
    symbols.set(value, identity);
  }
  return `$${identity}`;
}

function primitiveText(value: unknown): string | undefined {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "number":
      return value === 0 ? "0" : String(value);
    case "boolean":
      return value ? "T" : "F";
    case "undefined":
      return "U";
    case "bigint":
      return `${value}n`;
    case "symbol":
      return symbolText(value);
    case "function":
      return identityOf(value);
    default:
      return value === null ? "N" : undefined;
  }
}

/** Two classes of one name differ, so the name alone would not do. */
function classText(value: object): string {
  const prototype = Object.getPrototypeOf(value) as object | null;
  const home = prototype === null || prototype === Object.prototype ? prototype : homeOf(prototype);
  return home === null || home === Object.prototype ? "" : identityOf(home);
}

function fieldsText(value: object, seen: object[]): string {
  const keys = Object.keys(value).sort();
  return keys.map((key) => `${JSON.stringify(key)}:${write((value as Record<string, unknown>)[key], seen)}`).join(",");
}

function bodyText(value: object, seen: object[]): string {
  if (Array.isArray(value)) {
    return `[${value.map((item) => write(item, seen)).join(",")}]`;
  }
  if (ArrayBuffer.isView(value)) {
    return `B${classText(value)}[${new Uint8Array(value.buffer, value.byteOffset, value.byteLength).join(",")}]`;
  }
  switch (kindOf(value)) {
    case "Map":
      return `M{${[...(value as Map<unknown, unknown>)].map(([key, item]) => `${write(key, seen)}>${write(item, seen)}`).sort().join(",")}}`;
    case "Set":
      return `S{${[...(value as Set<unknown>)].map((item) => write(item, seen)).sort().join(",")}}`;
    case "Date":
      return `D${(value as Date).getTime()}`;
    case "RegExp":
      return `R${String(value)}`;
    case "Error":
      return `E[${write(read(value, "name"), seen)},${write(read(value, "message"), seen)}]{${fieldsText(value, seen)}}`;
    case "ArrayBuffer":
    case "SharedArrayBuffer":
      return `B[${new Uint8Array(value as ArrayBuffer).join(",")}]`;
    case "WeakMap":
    case "WeakSet":
    case "WeakRef":
    case "Promise":
      return identityOf(value);
    case undefined:
      return `${classText(value)}{${fieldsText(value, seen)}}`;
  }
}

function write(value: unknown, seen: object[]): string {
  const text = primitiveText(value);
  if (text !== undefined) {
    return text;
  }
  const object = value as object;
  const depth = seen.indexOf(object);
  if (depth >= 0) {
    return `^${depth}`;
  }
  const { length } = seen;
  seen.push(object);
  let body: string;
  try {
    body = bodyText(object, seen);
  } catch {
    // A revoked proxy, or a getter that throws: nothing can be said of what is in it.
    body = identityOf(object);
  }
  seen.length = length;
  return body;
}

/**
 * A text that two values share exactly if they are equal by structure. Maps, Sets and fields have no order here; private
 * fields are not seen; 0 and -0 are equal, as are two NaN; an error is its name, its message and its own fields.
 * Of which realm a value is makes no difference.
 */
export function structureOf(value: unknown): string {
  return write(value, []);
}

/** Numbers values from 0 on; values that are equal by structure get the same number. */
export class Numbering {
  private readonly primitives: Map<unknown, number> = new Map();
  private readonly structures: Map<string, number> = new Map();
  private count = 0;

  get size(): number {
    return this.count;
  }

  /** The value's number. It is new if it equals what `size` was before the call. */
  of(value: unknown): number {
    // Invariant: a primitive and an object are never equal, so two tables do.
    const structured = (typeof value === "object" && value !== null) || typeof value === "function";
    const table: Map<unknown, number> = structured ? this.structures : this.primitives;
    const key = structured ? structureOf(value) : value;
    const known = table.get(key);
    if (known !== undefined) {
      return known;
    }
    table.set(key, this.count);
    this.count += 1;
    return this.count - 1;
  }

  /** Gives a value the number of another one, which was numbered before. Call it only right after the value was numbered. */
  merge(value: unknown, number: number): void {
    const structured = (typeof value === "object" && value !== null) || typeof value === "function";
    (structured ? this.structures : this.primitives as Map<unknown, number>).set(structured ? structureOf(value) : (value as never), number);
    this.count -= 1;
  }
}
