import { randomSource } from "../engine/random-source.ts";
import type { Strategy } from "../engine/strategy.ts";
import { HeddleError } from "../engine/errors.ts";
import { Notes } from "./notes.ts";

/** Decisions in a row for one task, others being legal, after which it is taken to poll, where nothing is known yet. */
const PATIENCE = 100;

/**
 * Probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi, Nagarakatte, ASPLOS 2010): each task gets a
 * random priority, the highest legal one runs, and at `depth - 1` random steps the task about to run falls below all
 * others. Finds a bug of depth d with a probability of at least 1/(n·k^(d-1)) an execution.
 *
 * Tasks here are chains of events, found online; `pctcp` is the form whose chains go on from task to task.
 *
 * Departures: k is not given but the most decisions of an execution so far, the first being a plain random walk; steps
 * with one legal event count for nothing. The paper demotes a thread that yields; JavaScript has no yield, so a task
 * that keeps running where others could, for twice as long as any execution was so far, is taken to poll and demoted.
 * @param seed - the exploration's base seed.
 * @param depth - the number of ordering constraints that a bug may need.
 */
export function pct(seed: string, depth: number = 3): Strategy {
  if (!(Number.isSafeInteger(depth) && depth >= 1)) throw new HeddleError("BAD_OPTION", "the depth of `pct` is a whole number from 1");
  const notes = new Notes();
  const changes: number[] = [];
  let source = randomSource(`${seed}/pct`);
  let run = 0;
  let longest = 0;
  let step = 0;
  let lowest = 0;
  let last = "";
  let streak = 0;

  return {
    name: "pct",
    isRandom: true,
    begin(number) {
      if (number === 0) {
        source = randomSource(`${seed}/pct`);
        longest = 0;
      }
      if (number === 0 || notes.tasks.length > 1 << 14) notes.clear();
      run = number;
      [step, streak, last] = [0, 0, ""];
      changes.length = 0;
      for (let index = 1; index < depth && longest > 0; index += 1) changes.push(1 + source.below(longest));
      lowest = 1 - depth;
    },
    pick(legal) {
      step += 1;
      if (longest === 0) return legal[source.below(legal.length)]!;
      for (;;) {
        let chosen = 0;
        let highest = Number.NEGATIVE_INFINITY;
        for (let index = 0; index < legal.length; index += 1) {
          const task = notes.task(legal[index]!.task);
          if (task.seenIn !== run) {
            task.seenIn = run;
            task.priority = source.unit() + 1;
          }
          if (task.priority > highest) [highest, chosen] = [task.priority, index];
        }
        const task = notes.task(legal[chosen]!.task);
        const change = changes.indexOf(step);
        if (change >= 0) {
          changes[change] = -1;
          task.priority = -change;
          continue;
        }
        if (task.path !== last) [last, streak] = [task.path, 0];
        streak += 1;
        if (streak > Math.max(PATIENCE, 2 * longest)) {
          [lowest, streak] = [lowest - 1, 0];
          task.priority = lowest;
        }
        return legal[chosen]!;
      }
    },
    end() {
      if (step > longest) longest = step;
    },
  };
}
