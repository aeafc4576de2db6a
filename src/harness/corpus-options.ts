import { dirname, relative, resolve } from "node:path";
import { HeddleError } from "../engine/errors.ts";
import type { TestIdentity } from "../corpus/schedule-file.ts";
import { showValue } from "../values/preview.ts";

/** Where the failing schedules of a test are kept, and which test it is. */
export interface CorpusOptions {
  /** A folder, made when the first failure is found. */
  readonly directory: string;
  /** The file that the test stands in: two files in one folder may have tests of the same name. */
  readonly file?: string;
  /** The test runner's project, where several run the same file. */
  readonly project?: string;
  /** By which name its schedules are kept, where `name` is that of several tests. */
  readonly test?: string;
}

/** The same, checked. */
export interface CorpusSettings {
  readonly directory: string;
  readonly identity: TestIdentity;
}

const TAKES = "the path of a folder, or false";

/**
 * @param given - the option.
 * @param environment - the value of `HEDDLE_CORPUS`: a folder in place of the option's, or `off`.
 * @throws HeddleError `BAD_OPTION`.
 */
export function corpusSettings(given: string | CorpusOptions | false | undefined, name: string | undefined, environment: string | undefined): CorpusSettings | undefined {
  if (environment === "off" || given === false) return undefined;
  const options = optionsOf(given);
  const directory = environment === undefined || environment === "" ? options?.directory : environment;
  if (directory === undefined) return undefined;
  if (name === undefined) {
    // Whoever sets the variable means the tests that have names, and not every exploration of the process.
    if (options === undefined) return undefined;
    throw new HeddleError("BAD_OPTION", '`corpus` needs a `name`, by which the test\'s schedules are found again: explore(body, { name: "checkout", corpus: ".heddle" })');
  }
  const folder = resolve(directory);
  const file = options?.file === undefined ? "" : relative(dirname(folder), resolve(options.file)).replaceAll("\\", "/");
  return { directory: folder, identity: { test: options?.test ?? name, file, project: options?.project ?? "" } };
}

function optionsOf(given: unknown): CorpusOptions | undefined {
  if (given === undefined) return undefined;
  const options = typeof given === "string" ? { directory: given } : (given as CorpusOptions | null);
  if (typeof options !== "object" || options === null) throw badOption("corpus", given, TAKES);
  if (typeof options.directory !== "string" || options.directory === "") throw badOption("corpus", options.directory, TAKES);
  for (const key of ["file", "project", "test"] as const) {
    if (options[key] !== undefined && typeof options[key] !== "string") throw badOption(`corpus.${key}`, options[key], "a text");
  }
  return options;
}

function badOption(option: string, value: unknown, wanted: string): HeddleError {
  return new HeddleError("BAD_OPTION", `\`${option}\` is ${showValue(value)}; it takes ${wanted}`);
}
