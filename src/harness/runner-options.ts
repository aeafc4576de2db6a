import { dirname, join } from "node:path";
import { shareOut } from "../runners/limits.ts";
import type { ExploreOptions } from "./options.ts";
import { labelOf, type RacePlace } from "./race-identity.ts";

/** The options of a race, with what its runner tells for those that were left out. */
export function withRunner(options: ExploreOptions, place: RacePlace | undefined): ExploreOptions {
  const { test } = place ?? {};
  if (place === undefined || test === undefined || typeof options !== "object" || options === null) return options;
  return {
    replayCommand: test.command,
    corpus: { directory: join(dirname(test.file), ".heddle"), file: test.file, test: options.name ?? labelOf(place) },
    ...shareOut(test.limitMs),
    ...options,
  };
}
