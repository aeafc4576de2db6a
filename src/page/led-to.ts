import type { FailureDocument, TimelineDocument } from "../report/formats/document.ts";

/**
 * The steps that led to the failure, in ascending order: its last step, those of the tasks that still wait, the steps that decided it and that its sentence is
 * about, and back from these: what brought each step about, and what wrote the values that it read.
 */
export function stepsThatLedTo(failure: FailureDocument, timeline: TimelineDocument): readonly number[] {
  const { steps } = timeline;
  if (steps.length === 0) return [];
  const writers = writersOf(timeline);
  const seen = new Set<number>();
  const open = [...startsOf(failure, timeline)];
  while (open.length > 0) {
    const step = open.pop()!;
    if (seen.has(step) || steps[step] === undefined) continue;
    seen.add(step);
    open.push(...steps[step].after, ...(writers.get(step) ?? []));
  }
  return [...seen].sort((one, other) => one - other);
}

function startsOf({ cause, places, failing }: FailureDocument, timeline: TimelineDocument): readonly number[] {
  const { steps } = timeline;
  const starts = [0, steps.length - 1];
  if (timeline !== failing) return starts;
  const sites = new Set(places.map(({ site }) => site).filter((site) => site !== undefined));
  const atPlaces = steps.filter(({ site, notes }) => (site !== undefined && sites.has(site)) || notes.some((note) => "site" in note && sites.has(note.site!)));
  const deviations = steps.filter(({ deviation }) => deviation !== undefined);
  // Of a loop that comes by the places ten thousand times, its last rounds say it all.
  const stuck = [...new Set(timeline.waiting.map(({ task }) => task))].flatMap((task) => steps.findLast((step) => step.task === task) ?? []);
  const last = [...atPlaces.slice(-20), ...deviations.slice(-20), ...stuck].map(({ index }) => index);
  return [...starts, ...(cause?.deciding ?? []), ...last];
}

/** For each step that reads shared members: the steps that wrote what it read. */
function writersOf({ steps }: TimelineDocument): ReadonlyMap<number, readonly number[]> {
  const lastWrite = new Map<string, number>();
  const writers = new Map<number, number[]>();
  for (const { index, notes } of steps) {
    for (const note of notes) {
      if (note.type !== "read" && note.type !== "write") continue;
      const member = `${note.object}\n${note.key}`;
      const writer = lastWrite.get(member);
      if (note.type === "write") lastWrite.set(member, index);
      if (writer === undefined || writer === index) continue;
      const known = writers.get(index);
      if (known === undefined) writers.set(index, [writer]);
      else known.push(writer);
    }
  }
  return writers;
}
