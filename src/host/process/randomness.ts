import { randomSource, type RandomSource } from "../../engine/random-source.ts";
import { holderOf } from "../timers/clock.ts";
import { control } from "../control.ts";
import { natives, nodeProcess } from "../natives.ts";
import type { Patches } from "../patches.ts";
import { resetSalt, saltBytes } from "./salt.ts";
import { standIn } from "../stand-in.ts";

let source: RandomSource | undefined;

/** The body's own randomness starts anew in each execution, from the same seed: only the schedule differs. */
export function resetRandomness(): void {
  source = undefined;
  resetSalt();
}

/** A number from 0 (included) to 1 (excluded): `Math.random` under control. */
export function seededRandom(): number {
  source ??= randomSource(`body ${control.randomSeed}`);
  // Who asks first is given another number than who asks next.
  control.execution?.tracer?.touch("randomness", true);
  return source.unit();
}

const { patchedRandom } = {
  patchedRandom(): number {
    return control.inside ? seededRandom() : natives.random.call(Math);
  },
};

function fill(bytes: Uint8Array): void {
  for (let index = 0; index < bytes.length; index += 1) bytes[index] = Math.floor(seededRandom() * 256);
}

/** Fills what identifiers are made of. */
function fillAsId(bytes: Uint8Array): void {
  fill(bytes);
  saltBytes(bytes);
}

function seededUuid(): string {
  const bytes = new Uint8Array(16);
  fill(bytes);
  saltBytes(bytes, uuidOf);
  return uuidOf(bytes);
}

/** Version 4, variant 1, as RFC 9562 has it. */
function uuidOf(bytes: Uint8Array): string {
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [8, 12, 16, 20].reduceRight((text, at) => `${text.slice(0, at)}-${text.slice(at)}`, digits);
}

type RandomFunction = (...values: unknown[]) => unknown;

function seededOr(native: RandomFunction, seeded: RandomFunction): Function {
  return standIn(native, (self, values) => (control.inside ? seeded(...values) : native.apply(self, values)));
}

/** Elements of more than a byte are numbers. */
function holdsBytes(view: unknown): boolean {
  return view instanceof Uint8Array || (ArrayBuffer.isView(view) && Object.prototype.toString.call(view) === "[object Uint8Array]");
}

function fillView(view: unknown): unknown {
  if (!ArrayBuffer.isView(view)) throw new TypeError("The argument must be an integer-type TypedArray");
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  if (holdsBytes(view)) fillAsId(bytes);
  else fill(bytes);
  return view;
}

/**
 * @param nodeCrypto - the module `node:crypto`, where there is one: its synchronous functions are seeded as well.
 */
export function installRandomness(patches: Patches, nodeCrypto: Record<string, unknown> | undefined): void {
  patches.method(Math, "random", patchedRandom);
  const web = globalThis.crypto as Crypto | undefined;
  if (web !== undefined) {
    patchRandom(patches, holderOf(web, "randomUUID"), "randomUUID", seededUuid);
    patchRandom(patches, holderOf(web, "getRandomValues"), "getRandomValues", fillView);
  }
  if (nodeCrypto === undefined) return;
  patchRandom(patches, nodeCrypto, "randomUUID", seededUuid);
  patchRandom(patches, nodeCrypto, "getRandomValues", fillView);
}

/** The part of a view, in bytes, that `randomFill` is asked to fill: offset and size count the view's elements. */
function partOf(target: unknown, offset: unknown, size: unknown): Uint8Array {
  if (!ArrayBuffer.isView(target)) {
    const from = typeof offset === "number" ? offset : 0;
    return new Uint8Array(target as ArrayBuffer, from, typeof size === "number" ? size : undefined);
  }
  const elementBytes = (target as { readonly BYTES_PER_ELEMENT?: number }).BYTES_PER_ELEMENT ?? 1;
  const from = typeof offset === "number" ? offset * elementBytes : 0;
  const length = typeof size === "number" ? size * elementBytes : target.byteLength - from;
  return new Uint8Array(target.buffer, target.byteOffset + from, length);
}

/** What is given to be filled may be meant for numbers. */
function fillPart(bytes: Uint8Array, [target]: readonly unknown[]): void {
  if (typeof target === "object" && !holdsBytes(target)) fill(bytes);
  else fillAsId(bytes);
}

/**
 * Calls the native function, which checks what it is given and takes its time, and puts seeded bytes in place of its own.
 * They are drawn at the call: when it is answered is not the body's doing.
 * @param part - the bytes to fill, in what the function gives back or was given.
 * @param sizeOf - how many that will be.
 */
function refilling(
  native: RandomFunction,
  sizeOf: (values: readonly unknown[]) => number,
  part: (result: unknown, values: readonly unknown[]) => Uint8Array,
): Function {
  return standIn(native, (self, values) => {
    const callback = values.at(-1);
    if (!control.inside) return native.apply(self, values);
    if (typeof callback !== "function") {
      const result = native.apply(self, values);
      fillPart(part(result, values), values);
      return result;
    }
    const size = sizeOf(values);
    // What is no size is refused by the native function.
    const bytes = new Uint8Array(Number.isSafeInteger(size) && size > 0 && size < 2 ** 31 ? size : 0);
    fillPart(bytes, values);
    const refilled = (error: unknown, result: unknown): unknown => {
      if (error === null || error === undefined) part(result, values).set(bytes);
      return callback(error, result) as unknown;
    };
    return native.apply(self, [...values.slice(0, -1), refilled]);
  });
}

/** Node's own: `randomInt([least,] below [, callback])`. */
function seededInt(native: RandomFunction): Function {
  return standIn(native, (self, values) => {
    if (!control.inside) return native.apply(self, values);
    const callback = values.at(-1);
    const limits = values.filter((value) => typeof value === "number");
    const [least, below] = limits.length > 1 ? [limits[0]!, limits[1]!] : [0, limits[0] ?? 0];
    // It refuses what is no range.
    native.apply(self, limits);
    const value = least + Math.floor(seededRandom() * (below - least));
    if (typeof callback !== "function") return value;
    nodeProcess.nextTick?.(callback as () => void, undefined, value);
    return undefined;
  });
}

/**
 * What `node:crypto` has besides. Its operations are events: these stand before them, so that what is drawn is drawn
 * inside. Call this when those are in place.
 */
export function installCryptoRandomness(patches: Patches, nodeCrypto: Record<string, unknown> | undefined): void {
  if (nodeCrypto === undefined) return;
  const sizeOfFill = (values: readonly unknown[]): number => partOf(values[0], values[1], values[2]).length;
  const givenPart = (_result: unknown, values: readonly unknown[]): Uint8Array => partOf(values[0], values[1], values[2]);
  const wholeResult = (result: unknown): Uint8Array => partOf(result, undefined, undefined);
  const replacements: Readonly<Record<string, (native: RandomFunction) => Function>> = {
    randomBytes: (native) => refilling(native, ([size]) => Number(size), wholeResult),
    randomFillSync: (native) => refilling(native, sizeOfFill, givenPart),
    randomFill: (native) => refilling(native, sizeOfFill, givenPart),
    randomInt: seededInt,
  };
  for (const [key, replacement] of Object.entries(replacements)) {
    const native: unknown = Object.getOwnPropertyDescriptor(nodeCrypto, key)?.value;
    if (typeof native === "function") patches.method(nodeCrypto, key, replacement(native as RandomFunction));
  }
}

function patchRandom(patches: Patches, holder: object, key: string, seeded: RandomFunction): void {
  const native: unknown = Object.getOwnPropertyDescriptor(holder, key)?.value;
  if (typeof native === "function") patches.method(holder, key, seededOr(native as RandomFunction, seeded));
}
