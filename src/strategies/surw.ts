import { randomSource } from "../engine/random-source.ts";
import type { PendingEvent } from "../engine/event.ts";
import type { Strategy } from "../engine/strategy.ts";
import type { EventNote, TaskNote } from "./notes.ts";
import { Profile } from "./profile.ts";

/**
 * Selectively uniform random walk (Zhao, Wolff, Mathur, Roychoudhury, ASPLOS 2025): in each execution one shared place
 * is chosen, and the events that touch it are interleaved uniformly; all others follow random priorities.
 *
 * Departures: the place is chosen uniformly among those that two tasks touch and one writes, not in proportion to its
 * accesses (measured: better or as good on all reference programs); what an event touches is predicted from the event of the same id in an earlier execution; where
 * no such place is known, every event counts, which is URW with a task held in mind.
 * @param seed - the exploration's base seed.
 * @param shared - a profile that somebody else keeps; without one it keeps its own.
 * @param balanced - tasks that are alike share the weight of one: see `urw`.
 */
export function surw(seed: string, shared?: Profile, balanced: boolean = false): Strategy {
  const profile = shared ?? new Profile();
  let source = randomSource(`${seed}/surw${balanced ? "/balanced" : ""}`);
  /** The place under observation: a bit, or all of them. */
  let place = -1;
  let intended: TaskNote | undefined;

  const enter = (task: TaskNote): void => {
    if (task.seenIn === profile.run) return;
    task.seenIn = profile.run;
    task.weight = place === -1 ? task.total : task.touching;
    const { parent } = task;
    if (parent === undefined) return;
    enter(parent);
    if (intended === parent && source.unit() * parent.weight < task.weight) intended = task;
    parent.weight = Math.max(0, parent.weight - task.weight);
  };

  /** Those of the legal events, in their order; what stands behind `count` is of earlier decisions. */
  const notes: EventNote[] = [];
  let count = 0;

  const look = (legal: readonly PendingEvent[]): void => {
    count = legal.length;
    for (let index = 0; index < count; index += 1) {
      const note = profile.notes.event(legal[index]!);
      notes[index] = note;
      if (note.seenIn === profile.run) continue;
      note.seenIn = profile.run;
      note.priority = source.unit();
      enter(note.task);
    }
  };

  const touches = (note: EventNote): boolean => place === -1 || ((note.reads | note.writes) & place) !== 0;

  /** Where the event of the highest priority stands that isn't blocked, -1 if there is none: of all, or of those that may run now. */
  const best = (ofAll: boolean): number => {
    const { epoch } = profile;
    let chosen = -1;
    let highest = -1;
    for (let index = 0; index < count; index += 1) {
      const note = notes[index]!;
      if (note.blockedIn === epoch || note.priority <= highest) continue;
      if (!ofAll && note.task !== intended && touches(note)) continue;
      highest = note.priority;
      chosen = index;
    }
    return chosen;
  };

  /** Blocks the events under observation that would go before the chosen one, and are not of the task in mind. */
  const block = (chosen: EventNote | undefined): void => {
    const above = chosen?.priority ?? -1;
    for (let index = 0; index < count; index += 1) {
      const note = notes[index]!;
      if (note.priority <= above || note.blockedIn === profile.epoch || note.task === intended || !touches(note)) continue;
      note.task.weight = Math.max(1, note.task.weight);
      note.blockedIn = profile.epoch;
    }
  };

  const weightOf = ({ task, blockedIn }: EventNote): number => {
    if (blockedIn === profile.epoch) return 0;
    return balanced ? task.weight / task.alike : task.weight;
  };

  const intend = (): TaskNote => {
    let sum = 0;
    for (let index = 0; index < count; index += 1) sum += weightOf(notes[index]!);
    let at = source.unit() * sum;
    let task: TaskNote | undefined;
    for (let index = 0; index < count; index += 1) {
      const note = notes[index]!;
      if (note.blockedIn === profile.epoch) continue;
      if (note.task.weight > 0) task = note.task;
      at -= weightOf(note);
      if (at < 0) break;
    }
    return task!;
  };

  return {
    name: "surw",
    isRandom: true,
    usesFootprints: true,
    begin(run) {
      if (run === 0) source = randomSource(`${seed}/surw${balanced ? "/balanced" : ""}`);
      if (shared === undefined) {
        if (run === 0) profile.reset();
        profile.begin(true);
      }
      intended = undefined;
      profile.epoch += 1;
      place = choosePlace(profile.trail, source.unit());
      if (place !== -1) profile.observe(place);
    },
    pick(legal) {
      look(legal);
      for (;;) {
        const first = intended === undefined ? best(true) : -1;
        if (first >= 0) {
          const { task } = notes[first]!;
          if (!touches(notes[first]!)) return legal[first]!;
          task.weight = Math.max(1, task.weight);
          intended = intend();
        }
        const chosen = best(false);
        block(notes[chosen]);
        if (chosen >= 0 && !touches(notes[chosen]!)) return legal[chosen]!;
        profile.epoch += 1;
        const task = intended;
        intended = undefined;
        // Unless the task in mind cannot go on.
        if (chosen >= 0) {
          task!.weight = Math.max(1, task!.weight);
          return legal[chosen]!;
        }
      }
    },
    ran(event) {
      const note = profile.notes.event(event);
      if (touches(note)) note.task.weight = Math.max(0, note.task.weight - 1);
      if (shared === undefined) profile.ran(event);
    },
    end() {
      if (shared === undefined) profile.end();
    },
  };
}

const firstTasks: (TaskNote | undefined)[] = [];

/** One of the places where two tasks meet and one writes, as a bit; -1 where there is none. */
function choosePlace(trail: readonly EventNote[], random: number): number {
  for (let bit = 0; bit < 32; bit += 1) firstTasks[bit] = undefined;
  let [written, met] = [0, 0];
  for (const { task, reads, writes } of trail) {
    written |= writes;
    for (let rest = reads | writes; rest !== 0; rest &= rest - 1) {
      const bit = 31 - Math.clz32(rest & -rest);
      firstTasks[bit] ??= task;
      if (firstTasks[bit] !== task) met |= 1 << bit;
    }
  }
  let eligible = written & met;
  let count = 0;
  for (let rest = eligible; rest !== 0; rest &= rest - 1) count += 1;
  for (let skipped = Math.floor(random * count); skipped > 0; skipped -= 1) eligible &= eligible - 1;
  return eligible === 0 ? -1 : eligible & -eligible;
}
