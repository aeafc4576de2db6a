import type { Body } from "../subjects/body-context.ts";
import type { Exploration, Failure } from "./exploration.ts";
import { captureStack, userSites, withoutOwnFrames } from "../host/stack.ts";
import { isError, stackOf } from "../values/thrown.ts";
import { exploreAt } from "./explore.ts";
import type { ExploreOptions } from "./options.ts";
import { placeOf, runningAt, type RacePlace } from "./race-identity.ts";

/** A race was found. The message is the whole report; `cause` is the user's own error. */
export class RaceError extends Error {
  override readonly name: string = "RaceError";
  readonly failure: Failure;
  readonly exploration: Exploration;

  constructor(exploration: Exploration & { readonly failure: Failure }) {
    // Some runtimes show the frames that they have taken down themselves, and not the text in `stack`.
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(exploration.failure.toString(), { cause: exploration.failure.error });
    Error.stackTraceLimit = limit;
    this.failure = exploration.failure;
    this.exploration = exploration;
    // What prints an error prints its enumerable properties behind it, a timeline of thousands of lines here; the
    // report is to be the last thing on the screen, as its last line is the one to paste.
    // Where the report shows a frame, it is marked: runners take what looks like one for the end of the message.
    this.stack = `${this.name}: ${this.message.replace(/^(\s*)at /gm, "$1· at ")}${userFrames(exploration.failure.error)}`;
    for (const key of ["failure", "exploration"] as const) Object.defineProperty(this, key, { enumerable: false });
    // vitest goes through all properties of a cause, whether they are enumerable or not; this takes their place.
    Object.defineProperty(this, "toJSON", { value: () => ({ name: this.name, message: this.message }) });
    Object.defineProperty(this, Symbol.for("nodejs.util.inspect.custom"), { value: () => `${this.name}: ${this.message}` });
  }
}

/** Runners show the stacks of an error and of its cause. Both have none but the user's frames. */
function userFrames(error: unknown): string {
  const text = isError(error) ? stackOf(error) : "";
  if (text === "") return "";
  const own = withoutOwnFrames(text);
  if (own !== text) Reflect.defineProperty(error as Error, "stack", { value: own, configurable: true, enumerable: false, writable: true });
  return userSites({ stack: own }).map(({ file, line, column, functionName }) => `\n    at ${functionName === undefined ? `${file}:${line}:${column}` : `${functionName} (${file}:${line}:${column})`}`).join("");
}

/**
 * Runs a body under many schedules.
 * @returns what was tried, where no schedule fails.
 * @throws RaceError where one does.
 * @throws HeddleError for misuse.
 */
export function race(body: Body | URL, options: ExploreOptions = {}): Promise<Exploration> {
  return raceAt(runningAt(placeOf(captureStack(race))), body, options);
}

/** The same, of a race whose place is known otherwise. */
export async function raceAt(place: RacePlace | undefined, body: Body | URL, options: ExploreOptions): Promise<Exploration> {
  const exploration = await exploreAt(place, body, options);
  const { failure } = exploration;
  if (failure !== undefined) throw new RaceError({ ...exploration, failure });
  return exploration;
}
