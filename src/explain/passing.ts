import { scheduleOf, type Schedule } from "../engine/schedule.ts";
import type { Plan } from "../engine/plan.ts";
import type { Experiment, Sample } from "./experiment.ts";

/** Random continuations that are tried behind one parting before one further back is. */
const CONTINUATIONS = 4;

/** An execution that passes, and parts from the failing course as late as was found. */
export interface FoundPassing {
  readonly schedule: Schedule;
  readonly choices: readonly number[];
}

/**
 * The execution that passes and is nearest to the failing course: it follows it up to one of the decisions by which the
 * failure was decided, the last ones first, takes another event there, and goes on as plain JavaScript would. Where none
 * of these passes, the one that was seen to pass and had most in common.
 * @param deciding - numbers of decisions, see `decidingDecisions`.
 */
export function* findPassing(experiment: Experiment, deciding: readonly number[]): Plan<FoundPassing | undefined> {
  for (const prefix of [...deciding].reverse()) {
    const own = experiment.events.find(({ decisions }) => decisions === prefix);
    if (own === undefined) continue;
    const guide = { prefix: prefix - 1, avoid: own.key };
    const plain = yield* experiment.sample({ ...guide, then: "plain" });
    if (plain?.passes === true) return found(plain);
    for (let time = 0; time < CONTINUATIONS; time += 1) {
      const other = yield* experiment.sample({ ...guide, then: time % 2 === 0 ? "walk" : "tasks" });
      if (other?.passes === true) return found(other);
    }
  }
  let best: Sample | undefined;
  let longest = -1;
  for (const sample of experiment.samples) {
    if (!sample.passes) continue;
    const common = partingOf(experiment.choices, sample.choices);
    if (common > longest) [best, longest] = [sample, common];
  }
  return best && found(best);
}

function found({ choices }: Sample): FoundPassing {
  return { schedule: scheduleOf(choices), choices };
}

/** The number of the first decision at which two courses differ. */
function partingOf(one: readonly number[], other: readonly number[]): number {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  const pair = at - (at % 2);
  return Math.min(one[pair] ?? Number.POSITIVE_INFINITY, other[pair] ?? Number.POSITIVE_INFINITY);
}
