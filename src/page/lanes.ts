import type { TimelineDocument } from "../report/formats/document.ts";

/** Tasks that have a lane each; more of them share lanes. */
const MOST_OWN = 12;

/** More lanes than these cannot be told apart: the last one is for all the others. */
const MOST_LANES = 40;

/** Which lane each task has. */
export interface Lanes {
  readonly count: number;
  /** By task. */
  readonly laneOf: readonly number[];
  /** The task that a lane belongs to; `undefined` of a lane that several tasks share. */
  readonly owners: readonly (number | undefined)[];
  /** By task: the positions of its first and its last step, -1 where it has none. */
  readonly spans: readonly { readonly first: number; readonly last: number }[];
}

/** A lane for each task; where they are many, a task takes over the lane of one that has ended. */
export function assignLanes({ tasks, steps }: TimelineDocument): Lanes {
  const spans = tasks.map(() => ({ first: -1, last: -1 }));
  for (const { task, index } of steps) {
    const span = spans[task];
    if (span === undefined) continue;
    if (span.first < 0) span.first = index;
    span.last = index;
  }
  const present = spans.flatMap(({ first }, task) => (first < 0 ? [] : [task])).sort((one, other) => spans[one]!.first - spans[other]!.first);
  const laneOf = tasks.map(() => 0);
  if (present.length <= MOST_OWN) {
    for (const [lane, task] of present.entries()) laneOf[task] = lane;
    return { count: Math.max(1, present.length), laneOf, owners: present, spans };
  }
  const freeFrom: number[] = [];
  const owners: (number | undefined)[] = [];
  for (const task of present) {
    const { first, last } = spans[task]!;
    let lane = freeFrom.findIndex((from) => from < first);
    if (lane < 0) lane = Math.min(freeFrom.length, MOST_LANES - 1);
    owners[lane] = freeFrom[lane] === undefined ? task : undefined;
    freeFrom[lane] = Math.max(freeFrom[lane] ?? 0, last);
    laneOf[task] = lane;
  }
  return { count: freeFrom.length, laneOf, owners, spans };
}
