import { HeddleError, RaceError } from "../index.ts";
import { userSites, type CapturedStack } from "../host/stack.ts";
import { printable, printableLine } from "../values/printable.ts";
import { printableCopy } from "../values/printable-copy.ts";
import { isError, messageOf, nameOf, read, stackOf } from "../values/thrown.ts";

/** What vitest makes a diff of: taken over from the user's error, so that the diff stands under the report. */
const DIFFED = ["actual", "expected", "operator", "showDiff", "diffOptions", "diff"] as const;
/** What an error says of itself; and what would have it say something else when vitest sends it to another process. */
const NOT_TAKEN_OVER: ReadonlySet<string> = new Set(["message", "stack", "name", "cause", "toJSON"]);
const MOST_CAUSES = 10;

/** `test.race.fails`, and none was found. */
export class NoRaceError extends Error {
  override readonly name: string = "NoRaceError";
}

/**
 * The error as vitest's reporters show it best: heddle's report for a message; the diff, the cause and the further
 * properties of the user's own error; and the user's frames alone for a stack, so that the code frame shows their line.
 * (vitest would print a RaceError's `failure` and `exploration` as properties, and its `cause` with the same message
 * and diff again.) The user's error may be anything, and vitest prints texts as they are: what is taken over is copied
 * where it is not fit for that.
 */
export function shownError(thrown: unknown, place: CapturedStack): unknown {
  if (!isError(thrown)) return thrown;
  if (thrown instanceof HeddleError || thrown instanceof NoRaceError) {
    thrown.stack = shownStack(thrown, thrown, place);
    return thrown;
  }
  if (!(thrown instanceof RaceError)) return thrown;
  const { error } = thrown.failure;
  const shown = new Error(thrown.message);
  takeOver(shown, error, new Set());
  hidden(shown, "name", thrown.name);
  hidden(shown, "stack", shownStack(shown, error, place));
  return shown;
}

/** @param seen - the errors that this one is a cause of. */
function takeOver(shown: Error, error: unknown, seen: Set<unknown>): void {
  if (!isError(error)) return;
  seen.add(error);
  for (const key of new Set([...ownKeys(error), ...DIFFED])) {
    const value = NOT_TAKEN_OVER.has(key) ? undefined : printableCopy(read(error, key));
    if (value !== undefined) hidden(shown, printableLine(key), value);
  }
  const cause = read(error, "cause");
  if (cause !== undefined && !seen.has(cause) && seen.size < MOST_CAUSES) hidden(shown, "cause", shownCause(cause, seen));
}

function ownKeys(error: Error): readonly string[] {
  try {
    return Object.keys(error);
  } catch {
    return []; // A trap that threw.
  }
}

/** Of the causes too, only the user's frames: vitest shows them all. */
function shownCause(cause: unknown, seen: Set<unknown>): unknown {
  if (!isError(cause)) return printableCopy(cause);
  const shown = new Error(printable(messageOf(cause)));
  takeOver(shown, cause, seen);
  hidden(shown, "name", printableLine(nameOf(cause)));
  hidden(shown, "stack", userSites(cause as CapturedStack).length > 0 ? shownStack(shown, cause, {}) : printable(stackOf(cause)));
  return shown;
}

function hidden(error: Error, key: PropertyKey, value: unknown): void {
  Object.defineProperty(error, key, { value, configurable: true, enumerable: false, writable: true });
}

/**
 * Reporters for machines show nothing but the stack, so the whole message is part of it. Where the message has frames
 * itself (the report shows those of the user's error), they are marked, or vitest would take them for the stack's.
 */
function shownStack(shown: Error, error: unknown, place: CapturedStack): string {
  const own = isError(error) ? userSites(error as CapturedStack) : [];
  // A deadlock has no place of its own, and a text that was thrown has no stack: then it is the test's.
  const sites = own.length > 0 ? own : userSites(place).slice(0, 1);
  const frames = sites.map(({ file, line, column, functionName }) => {
    const at = `${file}:${line}:${column}`;
    return printableLine(functionName === undefined ? `    at ${at}` : `    at ${functionName} (${at})`);
  });
  return [`${shown.name}: ${shown.message.replace(/^(\s*)at /gm, "$1· at ")}`, ...frames].join("\n");
}
