import type { SeedContent } from "../engine/seed.ts";
import { decodeSeed, looksLikeSeed } from "../engine/seed.ts";
import { printableLine } from "../values/printable.ts";
import type { RaceIdentity } from "./race-identity.ts";

/** The printed seed that `HEDDLE_SEED` offers to the races of this process, and what has become of it. */
interface Offer {
  readonly seed: string;
  wasTaken: boolean;
  /** Why it does not fit a race that stands where it was printed. */
  misfit: string | undefined;
}

let offer: Offer | undefined;

/** Runners with a process for each file: that a seed belongs to another file is nothing to be told of. */
const RUNNERS = ["VITEST", "NODE_TEST_CONTEXT", "JEST_WORKER_ID"] as const;

/**
 * What a printed seed in the environment holds, where it belongs to this race. A base seed is everybody's, and none.
 * @throws HeddleError `BAD_SEED`.
 */
export function offeredTo(identity: RaceIdentity, environment: Readonly<Record<string, string | undefined>>): SeedContent | undefined {
  const seed = environment["HEDDLE_SEED"];
  if (seed === undefined || !looksLikeSeed(seed)) return undefined;
  const content = decodeSeed(seed);
  if (offer?.seed !== seed) begin(seed, RUNNERS.some((runner) => environment[runner] !== undefined));
  return identity.known.includes(content.test) ? content : undefined;
}

/** A race has replayed the seed to its end, or has said itself why it cannot. */
export function offerTaken(): void {
  if (offer !== undefined) offer.wasTaken = true;
}

/** A race without a name stands where the seed was printed, and the seed does not fit it. */
export function offerMisfits(why: string): void {
  if (offer !== undefined) offer.misfit = why;
}

function begin(seed: string, isQuiet: boolean): void {
  const mine: Offer = { seed, wasTaken: false, misfit: undefined };
  offer = mine;
  if (!isQuiet) process.once("exit", () => tell(mine));
}

function tell({ seed, wasTaken, misfit }: Offer): void {
  if (wasTaken) return;
  const why =
    misfit === undefined
      ? "a race is known by its name, one without a name by its file and line. Has it been moved or renamed since? Give the seed to it: race(body, { seed })"
      : `the race that printed it has changed, or another stands on its line now (${misfit})`;
  process.stderr.write(`heddle: no race of this process replayed HEDDLE_SEED=${printableLine(seed)}: ${why}\n`);
}
