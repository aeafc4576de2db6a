/**
 * What heddle is in a browser: there is no host for one yet, and whoever asks for a race is told so. These modules import
 * nothing of Node's, nor of heddle's, which does.
 */
export class HeddleError extends Error {
  override readonly name: string = "HeddleError";
  readonly code: string;

  constructor(code: string, message: string) {
    super(`${message} [${code}]`);
    this.code = code;
  }
}

/** @throws HeddleError `UNSUPPORTED`, always. */
export function refuse(what: string): never {
  throw new HeddleError("UNSUPPORTED", `${what} does not run in a browser yet: heddle controls the clock, the promises and the I/O of Node, Bun and Deno. Run this test in Node (under Vitest: a project without \`browser.enabled\`)`);
}

/** A function of this name that refuses. */
export function refusing(name: string): (...values: unknown[]) => never {
  return () => refuse(`${name}()`);
}

/** The same for one that gives a promise. */
export function rejecting(name: string): (...values: unknown[]) => Promise<never> {
  return () => Promise.resolve().then(() => refuse(`${name}()`));
}
