/** What the deviations of a schedule say, where no known shape of a race explains a failure. */
import type { EventKind } from "../engine/event.ts";
import { list, oneLine } from "./layout.ts";
import { eventName, isOptional, taskName, taskNames } from "./names.ts";
import { shortPlace } from "./places.ts";
import type { Place, Race } from "./races.ts";
import type { Site, StepDeviation, Timeline, TimelineStep } from "./timeline.ts";

/** What comes over a connection, where it is known which request that belongs to. */
const HTTP = /^(?:request|answer to) [A-Z]+ \S/u;

/** How a step differs from plain JavaScript's order. */
export type Mark =
  | { readonly type: "skip"; readonly deviation: StepDeviation }
  | { readonly type: "starve"; readonly deviation: StepDeviation; readonly until: Until }
  | { readonly type: "released"; readonly deviation: StepDeviation; readonly since: number };

/** When a starved event ran at last: with no other legal, with others legal, or never; or its task is held back as a whole. */
export type Until = "nothing-else" | "chosen" | "end" | "whole-task";

/**
 * The steps to be marked. A starved event is marked where it is first held back and where it runs at last;
 * the steps between carry the same deviation, and to repeat it on each would bury the two that matter.
 */
export function findMarks(timeline: Timeline): ReadonlyMap<number, Mark> {
  const marks = new Map<number, Mark>();
  const stepOf = new Map(timeline.steps.map((step, index) => [step.event, index]));
  const starved = new Set<string>();
  const heldTasks = new Set<number>();
  for (const [index, { deviation }] of timeline.steps.entries()) {
    if (deviation === undefined) continue;
    if (deviation.kind === "skip") {
      marks.set(index, { type: "skip", deviation });
      continue;
    }
    if (starved.has(deviation.insteadOf)) continue;
    if (deviation.holdsTask === true) {
      if (!heldTasks.has(deviation.insteadOfTask)) marks.set(index, { type: "starve", deviation, until: "whole-task" });
      heldTasks.add(deviation.insteadOfTask);
      continue;
    }
    starved.add(deviation.insteadOf);
    const end = stepOf.get(deviation.insteadOf);
    if (end === undefined || end <= index) {
      marks.set(index, { type: "starve", deviation, until: "end" });
      continue;
    }
    const released = timeline.steps[end] as TimelineStep;
    marks.set(index, { type: "starve", deviation, until: released.legal.length === 1 ? "nothing-else" : "chosen" });
    if (released.deviation === undefined) marks.set(end, { type: "released", deviation, since: index });
  }
  return marks;
}

/** The faults and aborts of an execution, each a sentence, with its place. */
export function injected(timeline: Timeline): readonly Place[] {
  return timeline.steps
    .filter(({ kind, deviation }) => isOptional(kind) && deviation !== undefined)
    .map(({ kind, label, site }) => ({ what: eventName(kind, label), site }));
}

/** The deviation that a failure is told by: the last between two tasks, for it is nearest to the failure. */
function decisive(timeline: Timeline): { index: number; step: TimelineStep; mark: Mark } | undefined {
  const found = [...findMarks(timeline)]
    .filter(([, mark]) => mark.type !== "released")
    .map(([index, mark]) => ({ index, step: timeline.steps[index] as TimelineStep, mark }))
    .sort((one, other) => one.index - other.index);
  const plain = found.filter(({ step }) => !isOptional(step.kind));
  return plain.findLast(({ step, mark }) => step.task !== mark.deviation.insteadOfTask) ?? plain.at(-1);
}

/** The timer that fired early, or was held back, where the decisive deviation is about one. */
export function decisiveTimer(timeline: Timeline): { readonly step: number; readonly task: number } | undefined {
  const found = decisive(timeline);
  if (found === undefined) return undefined;
  const { insteadOf, insteadOfTask, insteadOfKind } = found.mark.deviation;
  if (isTimer(found.step.kind)) return { step: found.index, task: found.step.task };
  const other = timeline.steps.find((step) => step.event === insteadOf);
  return isTimer(insteadOfKind ?? other?.kind) ? { step: found.index, task: insteadOfTask } : undefined;
}

function isTimer(kind: EventKind | undefined): boolean {
  return kind === "timer" || kind === "interval";
}

/** What an event is, as far as a sentence needs it. */
export type EventSketch = Pick<TimelineStep, "kind" | "label" | "site">;

/** The event that a deviation held back: as it ran later, else as the deviation has it. */
export function heldBack(timeline: Timeline, deviation: StepDeviation): EventSketch | undefined {
  const ran = timeline.steps.find(({ event }) => event === deviation.insteadOf);
  if (ran !== undefined || deviation.insteadOfKind === undefined) return ran;
  return { kind: deviation.insteadOfKind, label: deviation.insteadOfLabel, site: deviation.insteadOfSite };
}

/** The failure told by its decisive deviation alone, `undefined` where the schedule has none. */
export function tellDeviation(timeline: Timeline): Race | undefined {
  const found = decisive(timeline);
  if (found === undefined) return undefined;
  const { index, step, mark } = found;
  const { deviation } = mark;
  const names = taskNames(timeline);
  const other = heldBack(timeline, deviation);
  const due = placedEvent(names, deviation.insteadOfTask, other, deviation.insteadOfSite);
  const own = placedEvent(names, step.task, step, step.site);
  if (mark.type !== "starve") {
    const places: Place[] = [
      { what: `${own} went first`, site: step.site },
      { what: `${due} was due`, site: deviation.insteadOfSite },
    ];
    return { sentence: tellSkip(names, step, deviation, other), places, steps: [index] };
  }
  const places: Place[] = [
    { what: `${due} was held back`, site: deviation.insteadOfSite },
    { what: `${own} ran meanwhile`, site: step.site },
  ];
  return { sentence: tellStarve(timeline, names, index, deviation), places, steps: [index] };
}

/** `main (in getSession)`, for a task that goes through several functions; a boundary's name or a timer's says enough. */
function placedEvent(names: readonly string[], task: number, event: EventSketch | undefined, site: Site | undefined): string {
  const name = eventOf(names, task, event);
  return event === undefined || isContinuation(event) ? whereIn(name, site) : name;
}

function whereIn(name: string, site: Site | undefined): string {
  const functionName = site?.functionName === undefined ? "" : oneLine(site.functionName);
  return functionName === "" || name.includes(functionName) ? name : `${name} (in ${functionName})`;
}

/**
 * What to call an event of a task: the task alone for a continuation, since that is what a task is, or where
 * the event never ran and nothing more is known of it.
 */
export function eventOf(names: readonly string[], task: number, step: EventSketch | undefined): string {
  const name = taskName(names, task);
  if (step === undefined || isContinuation(step)) return name;
  if (isOptional(step.kind)) return eventName(step.kind, step.label);
  return `${name}'s ${eventName(step.kind, step.label).replace(/^an? /u, "")}`;
}

function tellSkip(
  names: readonly string[],
  step: TimelineStep,
  deviation: StepDeviation,
  other: EventSketch | undefined,
): string {
  const [own, rival] = [taskName(names, step.task), taskName(names, deviation.insteadOfTask)];
  if (isContinuation(step) && (other === undefined || isContinuation(other))) {
    const kind = other?.kind === "then" ? "then" : "await";
    const from = step.site === undefined ? "" : ` from ${shortPlace(step.site)}`;
    const place = deviation.insteadOfSite === undefined ? "" : ` at ${shortPlace(deviation.insteadOfSite)}`;
    // An event that never ran is known by its place only, and that may be an await or anything else.
    if (other === undefined) return `${own} went on${from} while ${rival} waited${place}`;
    return `${own} went on${from} during ${rival}'s ${kind}${place}`;
  }
  if (other === undefined) return `${happened(step, own, false)} while ${rival} waited${at(deviation.insteadOfSite)}`;
  const alike = happened(step, own, false) === happened(other, rival, false);
  return `${happened(step, own, alike)} before ${happened(other, rival, alike)}`;
}

function tellStarve(timeline: Timeline, names: readonly string[], index: number, deviation: StepDeviation): string {
  const own = taskName(names, deviation.insteadOfTask);
  const end = timeline.steps.findIndex(({ event }, later) => later > index && event === deviation.insteadOf);
  const between = timeline.steps.slice(index, end === -1 ? undefined : end);
  const others = [...new Set(between.map((step) => taskName(names, step.task)))].filter((name) => name !== own);
  const runners = others.length > 3 ? [...others.slice(0, 2), `${others.length - 2} more tasks`] : others;
  const event = heldBack(timeline, deviation);
  const what = event === undefined ? own : placedEvent(names, deviation.insteadOfTask, event, deviation.insteadOfSite);
  const held = `${what} was held back${at(deviation.insteadOfSite)}`;
  return runners.length === 0 ? held : `${held} while ${list(runners)} ran`;
}

function isContinuation(step: EventSketch): boolean {
  return step.kind === "await" || step.kind === "then";
}

/** `timer of 50 ms fired`, `db.save answered`, `payout went on from wallet.ts:12`. */
export function happened(step: EventSketch, task: string, possessive: boolean): string {
  const whose = possessive ? `${task}'s ` : "";
  const label = step.label === undefined ? "" : oneLine(step.label);
  switch (step.kind) {
    case "await":
    case "then":
      return `${task} went on${step.site === undefined ? "" : ` from ${shortPlace(step.site)}`}`;
    case "request":
      return label === "" ? `${task}'s request was made` : `${whose}${label} was asked`;
    case "completion":
      return label === "" ? `${task}'s answer came` : `${whose}${label} answered`;
    case "fault":
    case "abort":
      return eventName(step.kind, step.label);
    case "message":
      return `${task}'s message came`;
    case "outside":
      // Whoever is told of it: it is named after what it is about.
      if (HTTP.test(label)) return `${label} came`;
      return `${task}'s ${label === "" ? "outside event" : label} came`;
    case "timer":
    case "interval":
      return `${whose}${eventName(step.kind, step.label)} fired`;
    default:
      return `${task}'s ${eventName(step.kind, step.label)} ran`;
  }
}

function at(site: Site | undefined): string {
  return site === undefined ? "" : ` at ${shortPlace(site)}`;
}
