import type { Schedule } from "../engine/schedule.ts";
import type { Strategy } from "../engine/strategy.ts";
import { exhaustive } from "./exhaustive.ts";
import { pos } from "./pos.ts";
import { Profile } from "./profile.ts";
import { replay } from "./replay.ts";
import { singleDeviations } from "./singles.ts";
import { surw } from "./surw.ts";
import { urw } from "./urw.ts";

const T = (globalThis as unknown as { TUNE?: Record<string, number> }).TUNE ?? {};
const BURST = T["burst"] ?? 5;
const EVERY = T["every"] ?? 10;
const SMALL = T["small"] ?? 2;

/**
 * The default: FIFO; every single deviation from it (for at most a third of the budget); the rotation SURW, URW, POS;
 * and an exhaustive search while the tree of schedules looks small enough to be finished. They take turns, so that
 * neither of them has to wait until another is done with a long program.
 * The size of the tree is estimated as Knuth (1975) does: the mean over random walks of the product of the branching
 * factors.
 * @param seed - the exploration's base seed.
 * @param runs - the executions there are to spend.
 * @param bound - the most deviations, for the exhaustive part.
 */
export function auto(seed: string, runs: number, bound: number): Strategy {
  const complete = exhaustive(bound);
  const profile = new Profile();
  const all: Record<string, () => Strategy> = {
    s: () => surw(seed, profile), u: () => urw(seed, profile), p: () => pos(seed, profile), U: () => urw(seed, profile, true), S: () => surw(seed, profile, true),
  };
  const rotation = [...String(T["rot"] ?? "sup")].map((c) => all[c]!());
  let single = replay([], false);
  let singles: Iterator<Schedule> = [][Symbol.iterator]();
  let current: Strategy = complete;
  let fifoCounts: number[] = [];
  let isFirst = true;
  let product = 1;
  let estimate = { sum: 0, count: 0 };
  let spent = { singles: 0, complete: 0, rotation: 0 };

  const nextSingle = (): boolean => {
    const next = singles.next();
    if (next.done === true) return false;
    spent.singles += 1;
    single = replay(next.value, false);
    single.begin?.(0);
    current = single;
    return true;
  };
  const nextComplete = (): boolean => {
    current = complete;
    spent.complete += 1;
    return complete.begin?.(spent.complete - 1) !== false;
  };
  const nextRandom = (): void => {
    current = rotation[spent.rotation % rotation.length]!;
    current.begin?.(spent.rotation < rotation.length ? 0 : 1);
    spent.rotation += 1;
  };
  const isHopeful = (run: number): boolean => estimate.sum / Math.max(1, estimate.count) <= (runs - run) * SMALL;

  return {
    name: "auto",
    exhaustive: true,
    get usesFootprints() {
      return current.usesFootprints === true || isFirst;
    },
    begin(run) {
      isFirst = run === 0;
      if (isFirst) {
        profile.reset();
        [fifoCounts, estimate, spent] = [[], { sum: 0, count: 0 }, { singles: 0, complete: 0, rotation: 0 }];
      }
      product = 1;
      let goesOn = true;
      if (isFirst) goesOn = nextComplete();
      else if (run <= BURST || (run % EVERY === 0 && spent.singles < runs / 3)) {
        if (!nextSingle()) {
          if (isHopeful(run)) goesOn = nextComplete();
          else nextRandom();
        }
      } else if (bound !== Number.POSITIVE_INFINITY || (run % 3 === 0 && isHopeful(run))) goesOn = nextComplete();
      else nextRandom();
      if (goesOn) profile.begin(isFirst || current.usesFootprints === true);
      return goesOn;
    },
    pick(legal, decision) {
      product *= legal.length;
      if (isFirst) fifoCounts.push(legal.length);
      return current.pick(legal, decision);
    },
    ran(event) {
      current.ran?.(event);
      profile.ran(event);
    },
    end(outcome) {
      if (isFirst) singles = singleDeviations(fifoCounts);
      if (current !== complete || isFirst) {
        estimate = { sum: estimate.sum + product, count: estimate.count + 1 };
      }
      current.end?.(outcome);
      profile.end();
    },
  };
}
