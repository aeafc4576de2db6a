import { HeddleError, type ExploreOptions } from "../index.ts";
import type { RaceOptions, RaceVitestOptions } from "./types.ts";

/** The arguments of a `test.race`, told apart. */
export interface RaceArguments<Body> {
  readonly title: string | Function;
  readonly body: Body | undefined;
  /** For vitest. */
  readonly test: Omit<RaceVitestOptions, "fails" | "quiet">;
  readonly fails: boolean;
  /** No line says what a green run is worth. */
  readonly quiet: boolean;
  /** For the exploration. */
  readonly explore: ExploreOptions;
}

const USAGE = 'test.race(name, body, options?) or test.race(name, options, body): test.race("checkout", async ({ spawn, io }) => { … }, { runs: 5000 })';

/** Options of vitest's that a race refuses, and why. */
const REFUSED: Readonly<Record<string, string>> = {
  retry: "every attempt would try the same schedules and find the same failure; to try others, set `seed`",
  repeats: "every repetition would try the same schedules; to try more of them, raise `runs`",
  concurrent: "a race has this thread's one clock and its promises to itself, so nothing can run beside it",
};

/**
 * Tells the arguments apart.
 * @throws HeddleError `BAD_OPTION`, or `UNSUPPORTED` for options of vitest's that make no sense for a race.
 */
export function raceArguments<Body extends Function>(title: unknown, second: unknown, third: unknown, isTodo: boolean): RaceArguments<Body> {
  if (typeof title !== "string" && typeof title !== "function") throw misuse(`the name is ${described(title)}`);
  const [body, given] = typeof second === "function" ? [second, third] : [third, second];
  if (typeof second === "function" && typeof third === "function") throw misuse("two functions were given");
  if (typeof body !== "function" && !(isTodo && body === undefined)) throw misuse(`the body is ${described(body ?? second)}, not a function`);
  const options = optionsOf(given);
  const { timeout, skip, only, todo, tags, meta, fails, quiet, ...explore } = options;
  const test = Object.fromEntries(Object.entries({ timeout, skip, only, todo, tags, meta }).filter(([, value]) => value !== undefined));
  return { title, body: body as Body | undefined, test, fails: fails === true, quiet: quiet === true, explore };
}

function optionsOf(given: unknown): RaceOptions {
  if (given === undefined) return {};
  if (typeof given === "number") return { timeout: given };
  if (typeof given !== "object" || given === null || Array.isArray(given)) throw misuse(`the options are ${described(given)}`);
  const options: Record<string, unknown> = { ...given };
  for (const [name, reason] of Object.entries(REFUSED)) {
    const value = options[name];
    if (value !== undefined && value !== false && value !== 0) throw new HeddleError("UNSUPPORTED", `test.race takes no \`${name}\`: ${reason}`);
    delete options[name];
  }
  return options as RaceOptions;
}

function misuse(what: string): HeddleError {
  return new HeddleError("BAD_OPTION", `${what}; it is ${USAGE}`);
}

function described(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (Array.isArray(value)) return "an array";
  return typeof value === "string" ? JSON.stringify(value) : `of type ${typeof value}`;
}
