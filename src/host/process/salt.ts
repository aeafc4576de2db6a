import { nodeProcess, natives } from "../natives.ts";

/*
 * Identifiers of random bytes get to see the outside world: a database keeps them, and so does a server. Were they the same
 * in every execution, what one has left there would stand in the way of the next. So they differ from one execution to the
 * next, in their middle only. Their first bytes and the last one are those of the seed: code that compares identifiers, or
 * takes a number out of them, goes the same way in every execution, and so does a replay. Numbers (`Math.random`,
 * `randomInt`, arrays of numbers of more than a byte) are never salted, and neither is the clock: dates are compared with
 * fixed ones too often.
 *
 * What is compared between executions is compared without the salt: see `withoutSalt`.
 */

/** Bytes: shorter ones are numbers as often as identifiers, and longer ones are pools from which others take numbers. */
const SHORTEST = 6;
const LONGEST = 64;
/** Identifiers of one execution that are remembered. */
const MOST_KNOWN = 200;
const TEXT_FORMS = ["hex", "base64", "base64url", "latin1"] as const;

interface NodeBuffer {
  from(bytes: Uint8Array): { toString(form: (typeof TEXT_FORMS)[number]): string };
}

/** Another in each process, and in each execution. */
let salt = Math.floor(natives.random.call(Math) * 2 ** 32);
/** What was given out, as text, and what it would be without the salt. */
const known: Map<string, string> = new Map();

/** At the start of an execution. */
export function resetSalt(): void {
  salt = (salt + 1) >>> 0;
  if (known.size > 0) known.clear();
}

/**
 * Salts bytes that the seed has made, in place.
 * @param finish - what is done to the bytes afterwards, and the text that is made of them: of the salted ones and of the others.
 */
export function saltBytes(bytes: Uint8Array, finish?: (bytes: Uint8Array) => string): void {
  if (bytes.length < SHORTEST || bytes.length > LONGEST) return;
  const plain = bytes.slice();
  let state = salt;
  for (let index = Math.ceil(bytes.length / 2); index < bytes.length - 1; index += 1) {
    // One step of a linear congruential generator (Numerical Recipes): it has only to differ.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[index] = bytes[index]! ^ (state >>> 24) ^ (salt >>> (8 * (index % 4)));
  }
  if (known.size >= MOST_KNOWN * TEXT_FORMS.length) return;
  if (finish !== undefined) {
    known.set(finish(bytes), finish(plain));
    return;
  }
  const buffer = (globalThis as { Buffer?: NodeBuffer }).Buffer;
  if (buffer === undefined || nodeProcess.versions === undefined) return;
  for (const form of TEXT_FORMS) known.set(buffer.from(bytes).toString(form), buffer.from(plain).toString(form));
}

/** The text as it would be without the salt of the execution. */
export function withoutSalt(text: string): string {
  let plain = text;
  for (const [salted, unsalted] of known) if (plain.includes(salted)) plain = plain.replaceAll(salted, () => unsalted);
  return plain;
}

/** The same of bytes. */
export function bytesWithoutSalt(bytes: Uint8Array): Uint8Array {
  const buffer = (globalThis as { Buffer?: NodeBuffer }).Buffer;
  if (known.size === 0 || buffer === undefined || bytes.length > 4 * LONGEST) return bytes;
  const text = buffer.from(bytes).toString("latin1");
  const plain = withoutSalt(text);
  return plain === text ? bytes : Uint8Array.from(plain, (unit) => unit.charCodeAt(0));
}
