import { randomSource } from "../engine/random-source.ts";
import type { PendingEvent } from "../engine/event.ts";
import type { Strategy } from "../engine/strategy.ts";
import type { TaskNote } from "./notes.ts";
import { Profile } from "./profile.ts";

/**
 * Uniform random walk (Zhao, Wolff, Mathur, Roychoudhury, ASPLOS 2025): a task is chosen with a probability in
 * proportion to the events that it and its descendants have left, which samples interleavings uniformly where the
 * counts are exact. A plain random walk runs short tasks dry early and seldom sees them last.
 *
 * Departure: the counts are those of the last execution and not of one profiling run, so they follow the program
 * where it branches; the first execution is a plain random walk.
 * @param seed - the exploration's base seed.
 * @param shared - a profile that somebody else keeps; without one it keeps its own.
 */
export function urw(seed: string, shared?: Profile, balanced: boolean = false): Strategy {
  const profile = shared ?? new Profile();
  let source = randomSource(`${seed}/urw${balanced ? "/balanced" : ""}`);
  const weights: number[] = [];
  let count: "total" | "most" = "total";

  return {
    name: "urw",
    begin(run) {
      if (run === 0) source = randomSource(`${seed}/urw${balanced ? "/balanced" : ""}`);
      count = source.unit() < 0.5 ? "total" : "most";
      if (shared !== undefined) return;
      if (run === 0) profile.reset();
      profile.begin(false);
    },
    pick(legal) {
      let sum = 0;
      for (let index = 0; index < legal.length; index += 1) {
        const task = profile.notes.task(legal[index]!.task);
        const weight = weightOf(task, profile.run, count);
        sum += balanced ? weight / task.alike : weight;
        weights[index] = sum;
      }
      const at = source.unit() * sum;
      for (let index = 0; index < legal.length; index += 1) if (at < weights[index]!) return legal[index]!;
      return legal[legal.length - 1]!;
    },
    ran(event: PendingEvent) {
      if (shared === undefined) profile.ran(event);
      const task = profile.notes.task(event.task);
      task.weight = Math.max(1, weightOf(task, profile.run, count) - 1);
    },
    end() {
      if (shared === undefined) profile.end();
    },
  };
}

/** The weight that a task has left; what a child brings with it is no longer its parent's. */
function weightOf(task: TaskNote, run: number, count: "total" | "most"): number {
  if (task.seenIn === run) return task.weight;
  task.seenIn = run;
  task.weight = Math.max(1, task[count]);
  const { parent } = task;
  if (parent !== undefined && parent[count] > 0) {
    parent.weight = Math.max(1, weightOf(parent, run, count) - task[count]);
  }
  return task.weight;
}
