import { randomSource, type RandomSource } from "../engine/random-source.ts";
import { holderOf } from "./clock.ts";
import { control } from "./control.ts";
import { natives } from "./natives.ts";
import type { Patches } from "./patches.ts";

let source: RandomSource | undefined;

/** The body's own randomness starts anew in each execution, from the same seed: only the schedule differs. */
export function resetRandomness(): void {
  source = undefined;
}

/** A number from 0 (included) to 1 (excluded): `Math.random` under control. */
export function seededRandom(): number {
  source ??= randomSource(`body ${control.randomSeed}`);
  // Who asks first is given another number than who asks next.
  control.execution?.tracer?.touch("randomness", true);
  return source.unit();
}

function patchedRandom(this: unknown): number {
  return control.inside ? seededRandom() : natives.random.call(Math);
}

function fill(bytes: Uint8Array): void {
  for (let index = 0; index < bytes.length; index += 1) bytes[index] = Math.floor(seededRandom() * 256);
}

/** Version 4, variant 1, as RFC 9562 has it. */
function seededUuid(): string {
  const bytes = new Uint8Array(16);
  fill(bytes);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [8, 12, 16, 20].reduceRight((text, at) => `${text.slice(0, at)}-${text.slice(at)}`, digits);
}

type RandomFunction = (...values: unknown[]) => unknown;

function seededOr(native: RandomFunction, seeded: RandomFunction): RandomFunction {
  return function (this: unknown, ...values: unknown[]): unknown {
    return control.inside ? seeded(...values) : native.apply(this, values);
  };
}

function fillView(view: unknown): unknown {
  if (!ArrayBuffer.isView(view)) throw new TypeError("The argument must be an integer-type TypedArray");
  fill(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
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
  patchRandom(patches, nodeCrypto, "randomFillSync", fillView);
}

function patchRandom(patches: Patches, holder: object, key: string, seeded: RandomFunction): void {
  const native: unknown = Object.getOwnPropertyDescriptor(holder, key)?.value;
  if (typeof native === "function") patches.method(holder, key, seededOr(native as RandomFunction, seeded));
}
