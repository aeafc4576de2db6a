import { randomSource } from "../engine/random-source.ts";
import type { PendingEvent } from "../engine/event.ts";
import type { Strategy } from "../engine/strategy.ts";
import type { TaskNote } from "./notes.ts";
import { Profile } from "./profile.ts";
import { TreeSize } from "./tree-size.ts";

/** A random walk that knows how likely its last execution was. */
export interface WalkStrategy extends Strategy {
  /**
   * One over the probability of the choices of the last execution: an unbiased estimate of the number of schedules
   * (see `TreeSize`), and a good one where the walk is nearly uniform.
   */
  readonly schedules: number;
}

/**
 * Uniform random walk (Zhao, Wolff, Mathur, Roychoudhury, ASPLOS 2025): a task is chosen with a probability in
 * proportion to the events that it and its descendants have left, which samples interleavings uniformly where the
 * counts are exact. A plain random walk runs short tasks dry early and seldom sees them last.
 *
 * Departures: the paper counts in one profiling run. Here the counts are those of the last execution or the most that
 * were ever seen, by the toss of a coin for each execution: where a task ends early in many schedules, the one finds
 * what the other misses. The first execution is a plain random walk.
 * @param seed - the exploration's base seed.
 * @param shared - a profile that somebody else keeps; without one it keeps its own.
 * @param balanced - tasks that were alike in the last watched execution (they touched the same places) share the
 *   weight of one, so that one closer among fifty equal workers is as likely to go first as they together. Not in
 *   the paper; on programs with many equal tasks it takes a tenth of the executions.
 */
export function urw(seed: string, shared?: Profile, balanced: boolean = false): WalkStrategy {
  const profile = shared ?? new Profile();
  let source = randomSource(`${seed}/urw${balanced ? "/balanced" : ""}`);
  const sums: number[] = [];
  const size = new TreeSize();
  let count: "total" | "most" = "total";

  return {
    name: "urw",
    isRandom: true,
    usesFootprints: balanced && shared === undefined,
    get schedules() {
      return size.walk;
    },
    get estimate() {
      return size.estimate;
    },
    begin(run) {
      if (run === 0) {
        size.reset();
        source = randomSource(`${seed}/urw${balanced ? "/balanced" : ""}`);
      }
      size.begin();
      count = source.unit() < 0.5 ? "total" : "most";
      if (shared !== undefined) return;
      if (run === 0) profile.reset();
      profile.begin(balanced);
    },
    pick(legal) {
      let sum = 0;
      for (let index = 0; index < legal.length; index += 1) {
        const task = profile.notes.task(legal[index]!.task);
        const weight = weightOf(task, profile.run, count);
        sum += balanced ? weight / task.alike : weight;
        sums[index] = sum;
      }
      const at = source.unit() * sum;
      let chosen = 0;
      while (chosen < legal.length - 1 && at >= sums[chosen]!) chosen += 1;
      size.choose(sum / (sums[chosen]! - (chosen === 0 ? 0 : sums[chosen - 1]!)));
      return legal[chosen]!;
    },
    ran(event: PendingEvent) {
      if (shared === undefined) profile.ran(event);
      const task = profile.notes.task(event.task);
      task.weight = Math.max(1, weightOf(task, profile.run, count) - 1);
    },
    end() {
      size.end();
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
