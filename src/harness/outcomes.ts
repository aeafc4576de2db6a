import { isDeepStrictEqual } from "node:util";
import { nativePromise, subscribe } from "../host/control.ts";
import { natives } from "../host/natives.ts";
import type { Body, BodyContext } from "../subjects/body-context.ts";
import { showValue } from "../values/preview.ts";
import { explore } from "./explore.ts";
import type { Exploration } from "./exploration.ts";
import type { ExploreOptions } from "./options.ts";
import { RaceError } from "./race.ts";

/** One result that a body came to. */
export interface SeenOutcome {
  /** What it returned; `undefined` where it threw. */
  readonly value: unknown;
  /** What it threw. */
  readonly error?: unknown;
  readonly threw: boolean;
  /** In so many executions. */
  readonly times: number;
  /** Replays it: `explore(body, { seed })`. */
  readonly seed: string;
}

/** Every result that was seen. */
export interface Outcomes {
  readonly all: readonly SeenOutcome[];
  readonly exploration: Exploration;
  /**
   * Asserts the set of values, compared by structure, in any order.
   * @throws Error naming what was missing, and what was seen besides, each with its seed.
   */
  gives(values: readonly unknown[]): void;
}

interface Came {
  readonly threw: boolean;
  readonly value: unknown;
  times: number;
}

/**
 * Explores a body and gathers what it returns or throws. A result's seed is that of a search for it, made small as a
 * failure's is.
 * @throws RaceError where an execution comes to no result: a deadlock, an invariant that does not hold.
 */
export async function outcomes(body: Body, options: ExploreOptions = {}): Promise<Outcomes> {
  const seen: Came[] = [];
  const exploration = await explore(watched(body, (threw, value) => {
    const known = seen.find((one) => isAlike(one, threw, value));
    if (known === undefined) seen.push({ threw, value, times: 1 });
    else known.times += 1;
  }), options);
  if (exploration.failure !== undefined) throw new RaceError({ ...exploration, failure: exploration.failure });
  const all: SeenOutcome[] = [];
  for (const came of seen) {
    const found = await explore(watched(body, (threw, value) => {
      if (isAlike(came, threw, value)) throw new Error("the outcome that is looked for");
    }), options);
    const { threw, value, times } = came;
    all.push({ threw, value: threw ? undefined : value, ...(threw ? { error: value } : {}), times, seed: found.failure?.seed ?? "" });
  }
  return { all, exploration, gives: (values) => assertGives(all, exploration, values) };
}

/** The same body with the same events: what it comes to is told, and nothing it throws fails an execution. */
function watched(body: Body, tell: (threw: boolean, value: unknown) => void): Body {
  return (context: BodyContext) => {
    let result: unknown;
    try {
      result = body(context);
    } catch (error) {
      return tell(true, error);
    }
    return new natives.Promise<void>((resolve, reject) => {
      const say = (threw: boolean) => (value: unknown): void => {
        try {
          tell(threw, value);
          resolve();
        } catch (error) {
          reject(error as Error);
        }
      };
      subscribe(nativePromise(result), say(false), say(true));
    });
  };
}

function isAlike(one: Came, threw: boolean, value: unknown): boolean {
  if (one.threw !== threw) return false;
  if (threw && one.value instanceof Error && value instanceof Error) return one.value.name === value.name && one.value.message === value.message;
  return isDeepStrictEqual(one.value, value);
}

function assertGives(all: readonly SeenOutcome[], { complete, runs }: Exploration, values: readonly unknown[]): void {
  const missing = values.filter((value) => !all.some((one) => !one.threw && isDeepStrictEqual(one.value, value)));
  const more = all.filter((one) => one.threw || !values.some((value) => isDeepStrictEqual(one.value, value)));
  if (missing.length + more.length === 0) return;
  const tried = complete ? "every schedule was tried" : `${runs} executions were made, which were not all`;
  throw new Error([
    "the body does not give these outcomes:",
    ...missing.map((value) => `  never seen: ${showValue(value)} (${tried})`),
    ...more.map(({ threw, value, error, seed }) => `  seen besides: ${threw ? `threw ${showValue(error)}` : showValue(value)} (seed ${seed})`),
  ].join("\n"));
}
