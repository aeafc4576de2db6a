import type { OnDeviation } from "./stopping.ts";
import { HeddleError } from "../engine/errors.ts";
import type { ExecutionFailure } from "../engine/outcome.ts";
import { realNow } from "../host/natives.ts";
import { captureStack } from "../host/stack.ts";
import type { Body } from "../subjects/body-context.ts";
import type { RunningTest } from "../runners/running-test.ts";
import { printableLine } from "../values/printable.ts";
import { loadBody } from "./body-module.ts";
import { environment } from "../host/process/environment.ts";
import type { Exploration, ReplayedSchedule } from "./exploration.ts";
import { Explorer, type Explored } from "./explorer.ts";
import type { ExploredInput } from "./explored-input.ts";
import { KnownFailures, type Keeping } from "./known.ts";
import { settingsOf, type ExploreOptions, type Settings } from "./options.ts";
import { offerMisfits, offerTaken } from "./offered-seed.ts";
import { placeOf, type RacePlace } from "./race-identity.ts";
import { withRunner } from "./runner-options.ts";
import { takeTurn } from "./turns.ts";

/**
 * Runs a body under many schedules and says what came of it.
 * @param body - the function under test; or the address of a module whose default export it is, which several threads
 *   can load (`workers`): `new URL("./body.js", import.meta.url)`.
 * @throws HeddleError for misuse, never for a failure of the body.
 */
export function explore(body: Body | URL, options: ExploreOptions = {}): Promise<Exploration> {
  return exploreAt(placeOf(captureStack(explore)), body, options);
}

/** The same for a race whose place is known: printed seeds belong to one. */
export async function exploreAt(place: RacePlace | undefined, body: Body | URL, options: ExploreOptions): Promise<Exploration> {
  if (typeof body !== "function" && !(body instanceof URL)) {
    throw new HeddleError("BAD_OPTION", "the first argument is the body, a function: explore(async ({ spawn, io }) => { … }, options)");
  }
  const settings = settingsOf(withRunner(options, place), environment(), place);
  // `await`, as `return` would call a `then` that somebody has replaced.
  if (body instanceof URL) return await exploreAlone({ body: await loadBody(body, settings.timeMs), module: body }, settings, place?.test);
  if (settings.workers > 1) {
    throw new HeddleError(
      "BAD_OPTION",
      `\`workers\` is ${settings.workers}, and a function cannot be sent to another thread: make the body the default export of a module of its own, and give its address: explore(new URL("./body.js", import.meta.url), { workers: ${settings.workers} })`,
    );
  }
  return await exploreAlone({ body }, settings, place?.test);
}

/** Where a test polls until something is there, in virtual ms: a limit of a second is no failure that anybody wants to hear of. */
const PATIENCE_MS = 100;

/**
 * The same for a body that may leave something unfinished behind: between two executions, outside of them, `clear` may
 * see to its end, and says by a promise when that is.
 */
export async function exploreBetween(
  body: Body,
  options: ExploreOptions,
  clear: () => Promise<unknown> | undefined,
  onDeviation?: OnDeviation,
): Promise<Exploration> {
  return await exploreAlone({ body, clear, patienceMs: PATIENCE_MS, timersMayBeLate: true, onDeviation, isOneOfMany: true }, settingsOf(options, environment()));
}

/**
 * The same for a body with one generated input of many. What is kept of earlier failures is the caller's business.
 * @returns what came of it, and the failure that says that there was nothing to explore, where there was one.
 */
export async function exploreInput(
  explored: Explored & { readonly input: ExploredInput },
  settings: Settings,
  keeping: Keeping | undefined,
): Promise<{ readonly exploration: Exploration; readonly skipped: ExecutionFailure | undefined }> {
  const { release, stop } = await takeTurn(undefined, settings.signal);
  try {
    const explorer = new Explorer(explored, { ...settings, signal: stop }, keeping);
    const exploration = await explorer.run();
    return { exploration, skipped: explorer.skipped };
  } finally {
    release();
  }
}

async function exploreAlone(explored: Explored, settings: Settings, test?: RunningTest): Promise<Exploration> {
  const askedAt = realNow();
  const { release, stop } = await takeTurn(test, settings.signal);
  try {
    // The runner's clock went on meanwhile.
    const own = { ...settings, signal: stop, timeMs: test === undefined ? settings.timeMs : Math.max(1, settings.timeMs - (realNow() - askedAt)) };
    return await (own.offered === undefined ? exploreKnownFirst(explored, own) : exploreOfferedFirst(explored, own, own.offered));
  } finally {
    release();
  }
}

/**
 * A race without a name is known by its line, on which others may stand: a loop makes several, and so does a function
 * that is handed bodies. It is the one that the seed belongs to if it fails with it; if it does not, it is searched as
 * it is without the seed.
 */
async function exploreOfferedFirst(explored: Explored, settings: Settings, { seed, content }: NonNullable<Settings["offered"]>): Promise<Exploration> {
  let told: Pick<ReplayedSchedule, "outcome" | "note">;
  try {
    const replayed = await new Explorer(explored, { ...settings, replay: content, baseSeed: seed }, undefined).run();
    offerTaken();
    if (replayed.failure !== undefined) return replayed;
    told = { outcome: "passes", note: `HEDDLE_SEED=${seed} passes here; the search was made as without it` };
  } catch (error) {
    if (!(error instanceof HeddleError) || error.code !== "REPLAY_DIVERGED") throw error;
    offerMisfits(error.message);
    told = { outcome: "left-out", note: `HEDDLE_SEED=${seed} does not fit here; the search was made as without it: ${error.message}` };
  }
  return exploreKnownFirst({ ...explored, replayed: [{ path: "HEDDLE_SEED", seed, ...told, note: printableLine(told.note) }] }, settings);
}

/** What is kept of earlier failures is replayed first; where all of that passes, the search begins. */
async function exploreKnownFirst(explored: Explored, settings: Settings): Promise<Exploration> {
  const startedAt = realNow();
  const known = settings.corpus === undefined ? undefined : new KnownFailures(settings, settings.corpus);
  if (known === undefined || settings.replay !== undefined) return new Explorer(explored, settings, known?.keeping()).run();
  const { failing, failingOtherwise } = await known.replay((own, keeping) => new Explorer(explored, own, keeping).run());
  if (failing !== undefined) return failing;
  const timeMs = Math.min(settings.timeMs, Math.max(1, settings.timeMs - (realNow() - startedAt)));
  const searched = await new Explorer(explored, { ...settings, timeMs }, known.keeping()).run();
  return searched.failure === undefined ? (failingOtherwise ?? searched) : searched;
}
