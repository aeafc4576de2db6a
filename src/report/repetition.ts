/** Where a program turns in place: what a livelock's report should show once, not forty lines long. */
import { noteText } from "./names.ts";
import { placeKey } from "./places.ts";
import type { TimelineStep } from "./timeline.ts";

/** Steps in one turn at most. */
const longestTurn = 12;
/** Turns from which on it is told as a loop. */
const fewestTurns = 4;

/**
 * The steps of a loop at the end of a timeline, without its first turn and its last: positions `from` to `to`, both
 * included, and `to < from` where there is no loop; `turn` is how many steps one turn has.
 */
export function findRepetition(steps: readonly TimelineStep[]): { readonly from: number; readonly to: number; readonly turn: number } {
  const recent = steps.slice(-longestTurn * fewestTurns);
  const likenesses = recent.map(likeness);
  for (let turn = 1; turn <= longestTurn; turn += 1) {
    if (!endsInTurns(likenesses, turn)) continue;
    let first = steps.length - turn * fewestTurns;
    while (first > 0 && likeness(steps[first - 1] as TimelineStep) === likeness(steps[first - 1 + turn] as TimelineStep)) first -= 1;
    return { from: first + turn, to: steps.length - 1 - turn, turn };
  }
  return { from: 0, to: -1, turn: 0 };
}

function endsInTurns(likenesses: readonly string[], turn: number): boolean {
  const needed = turn * fewestTurns;
  if (likenesses.length < needed) return false;
  const tail = likenesses.slice(-needed);
  return tail.every((text, at) => at < turn || text === tail[at - turn]);
}

/** The same for two steps that a reader could not tell apart. */
function likeness({ task, kind, label, site, notes }: TimelineStep): string {
  const place = site === undefined ? "" : placeKey(site);
  return [task, kind, label, place, ...notes.map((note) => noteText(note))].join("\n");
}
