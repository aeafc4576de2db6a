/** Holds what a runtime made of the programs against the golden file. */

/** @import { Difference, Golden, ModeResult, ProgramResult } from "./types.d.ts" */

/**
 * The first difference in each mode of one program, in words. Nothing where all is as it should be.
 * @param {ProgramResult} result
 * @param {Golden} golden
 * @returns {Difference[]}
 */
export function differences(result, golden) {
  if ("crashed" in result) return [{ mode: "every mode", text: result.crashed }];
  const expected = golden.programs[result.name];
  if (expected === undefined) return [{ mode: "every mode", text: "not in the golden file: run `npm run compat -- --update`" }];
  return Object.entries(result.modes).flatMap(([mode, actual]) => {
    const wanted = expected[mode];
    if (wanted === undefined) return [{ mode, text: "not in the golden file" }];
    if ("cannot" in actual) return [{ mode, text: `can't: ${actual.cannot}`, isLack: true }];
    if ("error" in actual) return [{ mode, text: actual.error }];
    const text = modeDifference(wanted, actual);
    return text === undefined ? [] : [{ mode, text }];
  });
}

/** @param {ModeResult} wanted @param {ModeResult} actual */
function modeDifference(wanted, actual) {
  const { replayed = "passed", ...rest } = actual;
  const seed = wanted.found.failure?.seed;
  const replay = seed === undefined || seed === "" ? undefined : firstDifference(asReplayed(wanted.found.failure), asReplayed(replayed));
  return firstDifference(wanted, rest) ?? (replay === undefined ? undefined : `replay of ${seed}: ${replay}`);
}

/** What a replay does not know: the seed before shrinking. @param {unknown} failure */
function asReplayed(failure) {
  if (typeof failure !== "object" || failure === null) return failure;
  return { ...failure, originalSeed: undefined };
}

/**
 * Where two values differ first.
 * @param {unknown} wanted
 * @param {unknown} actual
 * @param {string} [path]
 * @returns {string | undefined}
 */
function firstDifference(wanted, actual, path = "") {
  if (Object.is(wanted, actual)) return undefined;
  if (typeof wanted === "object" && typeof actual === "object" && wanted !== null && actual !== null) {
    for (const key of new Set([...Object.keys(wanted), ...Object.keys(actual)])) {
      const inner = path === "" ? key : `${path}.${key}`;
      const difference = firstDifference(Reflect.get(wanted, key), Reflect.get(actual, key), inner);
      if (difference !== undefined) return difference;
    }
    return undefined;
  }
  if (typeof wanted === "string" && typeof actual === "string") return `${path} ${textDifference(wanted, actual)}`;
  return `${path} is ${show(actual)}, should be ${show(wanted)}`;
}

/** A long text is compared event by event. @param {string} wanted @param {string} actual */
function textDifference(wanted, actual) {
  const [wantedParts, actualParts] = [wanted.split(", "), actual.split(", ")];
  const at = wantedParts.findIndex((part, index) => part !== actualParts[index]);
  const place = wantedParts.length === 1 ? "" : `[${at < 0 ? wantedParts.length : at}] `;
  return `${place}is ${show(at < 0 ? actualParts[wantedParts.length] : actualParts[at])}, should be ${show(at < 0 ? undefined : wantedParts[at])}`;
}

/** @param {unknown} value */
function show(value) {
  if (value === undefined) return "missing";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 160 ? `${text.slice(0, 160)}…` : text;
}
