import { printable } from "../values/printable.ts";
import { isError, thrownText } from "../values/thrown.ts";

/** Every way in which heddle can be misused, by the code that its error carries. */
export type HeddleErrorCode =
  | "BAD_OPTION"
  | "BAD_SEED"
  | "SEED_MISMATCH"
  | "REPLAY_DIVERGED"
  | "NESTED_RACE"
  | "FAKE_TIMERS"
  | "GLOBALS_CHANGED"
  | "BAD_SUBJECT"
  | "BAD_STRATEGY"
  | "UNSUPPORTED"
  | "TWO_COPIES"
  | "BEGUN_BEFORE"
  | "STUCK_WORKER"
  | "BAD_HISTORY"
  | "BAD_MODEL";

/**
 * A mistake in the use of heddle (never a failure of the code under test, which is a `RaceError`).
 * The message names the mistake and its mend, and is fit for a terminal whatever it quotes; `code` is stable.
 */
export class HeddleError extends Error {
  override readonly name: string = "HeddleError";
  readonly code: HeddleErrorCode;

  constructor(code: HeddleErrorCode, message: string, options?: { cause?: unknown }) {
    super(printable(`${message} [${code}]`), options);
    this.code = code;
  }
}

/** What was thrown, if it is an error, and one about it if it isn't. */
export function asError(error: unknown): Error {
  return isError(error) ? error : new Error(thrownText(error));
}

/** Of a strategy of the user's. */
export function illegalChoice(strategy: string): HeddleError {
  return new HeddleError(
    "BAD_STRATEGY",
    `strategy "${strategy}" returned something that is not one of the legal events; return an element of the array that \`pick\` was given`,
  );
}
