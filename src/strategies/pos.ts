import { randomSource } from "../engine/random-source.ts";
import type { Strategy } from "../engine/strategy.ts";
import { Profile } from "./profile.ts";

/**
 * Partial order sampling (Yuan, Yang, Gu, CAV 2018): each event gets a random priority when it is first seen, the
 * highest legal one runs, and then those that conflict with it get a new one. So independent events do not bias the
 * order of dependent ones.
 *
 * Departure: the paper knows what a pending event will touch. Here it is predicted, from what the event of the same
 * id touched in an earlier execution. Where nothing is known an event keeps its priority. An event that was
 * not legal for a while, as it waited for a lock, gets a new one: what disabled it conflicts with it.
 * @param seed - the exploration's base seed.
 * @param shared - a profile that somebody else keeps; without one it keeps its own.
 */
export function pos(seed: string, shared?: Profile): Strategy {
  const profile = shared ?? new Profile();
  let source = randomSource(`${seed}/pos`);

  return {
    name: "pos",
    isRandom: true,
    usesFootprints: true,
    begin(run) {
      if (run === 0) source = randomSource(`${seed}/pos`);
      if (shared !== undefined) return;
      if (run === 0) profile.reset();
      profile.begin(true);
    },
    pick(legal, decision) {
      const { notes, run, touchedReads: reads, touchedWrites: writes } = profile;
      const any = reads | writes;
      let chosen = 0;
      let highest = -1;
      for (let index = 0; index < legal.length; index += 1) {
        const note = notes.event(legal[index]!);
        if (note.seenIn !== run) {
          note.seenIn = run;
          note.priority = source.unit();
        } else if (note.legalAt !== decision - 1 || ((note.writes & any) | (note.reads & writes)) !== 0) {
          note.priority = source.unit();
        }
        note.legalAt = decision;
        if (note.priority > highest) [highest, chosen] = [note.priority, index];
      }
      profile.forgetTouched();
      return legal[chosen]!;
    },
    ran(event) {
      if (shared === undefined) profile.ran(event);
    },
    end() {
      if (shared === undefined) profile.end();
    },
  };
}
