import { HeddleError, RaceError } from "../index.ts";
import { userSites, type CapturedStack } from "../host/stack.ts";

/** What vitest makes a diff of: taken over from the user's error, so that the diff stands under the report. */
const DIFFED = ["actual", "expected", "operator", "showDiff", "diffOptions", "diff"] as const;

/** `test.race.fails`, and none was found. */
export class NoRaceError extends Error {
  override readonly name: string = "NoRaceError";
}

/**
 * The error as vitest's reporters show it best: heddle's report for a message; the diff, the cause and the further
 * properties of the user's own error; and the user's frames alone for a stack, so that the code frame shows their line.
 * (vitest would print a RaceError's `failure` and `exploration` as properties, and its `cause` with the same message
 * and diff again.)
 */
export function shownError(thrown: unknown, place: CapturedStack): unknown {
  if (thrown instanceof HeddleError || thrown instanceof NoRaceError) {
    thrown.stack = stackOf(thrown, thrown, place);
    return thrown;
  }
  if (!(thrown instanceof RaceError)) return thrown;
  const { error } = thrown.failure;
  const shown = new Error(thrown.message);
  for (const [key, value] of propertiesOf(error)) hidden(shown, key, value);
  hidden(shown, "name", thrown.name);
  hidden(shown, "stack", stackOf(thrown, error, place));
  return shown;
}

function* propertiesOf(error: unknown): Generator<[PropertyKey, unknown]> {
  if (!(error instanceof Error)) return;
  for (const [key, value] of Object.entries(error)) {
    if (key !== "message" && key !== "stack" && key !== "name") yield [key, value];
  }
  const fields = error as unknown as Record<string, unknown>;
  for (const key of [...DIFFED, "cause"]) {
    if (fields[key] !== undefined) yield [key, key === "cause" ? cleanCause(fields[key]) : fields[key]];
  }
}

/** Of the causes too, only the user's frames: vitest shows them all. */
function cleanCause(cause: unknown): unknown {
  const seen = new Set<unknown>();
  for (let one = cause; one instanceof Error && !seen.has(one); one = one.cause) {
    seen.add(one);
    if (userSites(one as CapturedStack).length > 0) hidden(one, "stack", stackOf(one, one, {}));
  }
  return cause;
}

function hidden(error: Error, key: PropertyKey, value: unknown): void {
  Object.defineProperty(error, key, { value, configurable: true, enumerable: false, writable: true });
}

/**
 * Reporters for machines show nothing but the stack, so the whole message is part of it. Where the message has frames
 * itself (the report shows those of the user's error), they are marked, or vitest would take them for the stack's.
 */
function stackOf(shown: Error, error: unknown, place: CapturedStack): string {
  const own = error instanceof Error ? userSites(error as CapturedStack) : [];
  // A deadlock has no place of its own, and a text that was thrown has no stack: then it is the test's.
  const sites = own.length > 0 ? own : userSites(place).slice(0, 1);
  const frames = sites.map(({ file, line, column, functionName }) => {
    const at = `${file}:${line}:${column}`;
    return functionName === undefined ? `    at ${at}` : `    at ${functionName} (${at})`;
  });
  return [`${shown.name}: ${shown.message.replace(/^(\s*)at /gm, "$1· at ")}`, ...frames].join("\n");
}
