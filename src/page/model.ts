/** What the page knows besides the document itself: made once, when it opens. */
import type { FailureDocument, SiteDocument, StepDocument, TimelineDocument } from "../report/formats/document.ts";
import { assignLanes, type Lanes } from "./lanes.ts";
import { stepsThatLedTo } from "./led-to.ts";
import { collectThings, type Thing } from "./objects.ts";

/** Which of the two executions. */
export type Side = "failing" | "passing";

/** One execution, with what the page looks up in it. */
export class Course {
  readonly side: Side;
  readonly timeline: TimelineDocument;
  readonly lanes: Lanes;
  readonly things: readonly Thing[];
  readonly ledTo: readonly number[];
  /** All positions of steps. */
  readonly all: readonly number[];
  readonly deciding: ReadonlySet<number>;
  /** Positions by event. */
  readonly byEvent: ReadonlyMap<string, number>;
  readonly hasShares: boolean;
  private readonly failure: FailureDocument;
  private effects: Map<number, number[]> | undefined;
  private readonly texts: (string | undefined)[] = [];

  constructor(failure: FailureDocument, side: Side, timeline: TimelineDocument) {
    this.failure = failure;
    this.side = side;
    this.timeline = timeline;
    this.lanes = assignLanes(timeline);
    this.things = collectThings(timeline);
    this.ledTo = stepsThatLedTo(failure, timeline);
    this.all = timeline.steps.map(({ index }) => index);
    this.deciding = new Set(side === "failing" ? failure.cause?.deciding : []);
    this.byEvent = new Map(timeline.steps.map(({ event, index }) => [event, index]));
    this.hasShares = timeline.steps.some(({ share }) => share !== undefined);
  }

  step(index: number): StepDocument | undefined {
    return this.timeline.steps[index];
  }

  taskName(task: number): string {
    return this.timeline.tasks[task]?.name ?? "another task";
  }

  /** The steps that a step brought about. */
  effectsOf(index: number): readonly number[] {
    if (this.effects === undefined) {
      this.effects = new Map();
      for (const { index: effect, after } of this.timeline.steps) {
        for (const cause of after) {
          const known = this.effects.get(cause);
          if (known === undefined) this.effects.set(cause, [effect]);
          else known.push(effect);
        }
      }
    }
    return this.effects.get(index) ?? [];
  }

  /** Everything that a search looks at, in lower case. */
  textOf(index: number): string {
    const known = this.texts[index];
    if (known !== undefined) return known;
    const step = this.timeline.steps[index]!;
    const site = siteOf(this.failure, step.site);
    const notes = step.notes.map((note) => Object.values(note).join(" "));
    const parts = [step.event, step.does, this.taskName(step.task), site === undefined ? "" : shortPlace(site), codeAt(this.failure, site) ?? "", ...notes];
    return (this.texts[index] = parts.join("\n").toLowerCase());
  }
}

/** The document and its executions. */
export interface Model {
  readonly failure: FailureDocument;
  readonly failing: Course;
  readonly passing: Course | undefined;
  /** Events that ran in the one execution only, by the words of what they are. */
  readonly onlyFailing: ReadonlySet<number>;
  readonly onlyPassing: ReadonlySet<number>;
}

export function makeModel(failure: FailureDocument): Model {
  const failing = new Course(failure, "failing", failure.failing);
  const passing = failure.passing === undefined ? undefined : new Course(failure, "passing", failure.passing.timeline);
  const only = passing === undefined ? [new Set<number>(), new Set<number>()] : [missingIn(failing, passing), missingIn(passing, failing)];
  return { failure, failing, passing, onlyFailing: only[0]!, onlyPassing: only[1]! };
}

/** The steps of one execution for which the other has no counterpart: the same event of the same task at the same place, as often. */
function missingIn(one: Course, other: Course): ReadonlySet<number> {
  const counts = new Map<string, number>();
  for (const step of other.timeline.steps) counts.set(identity(other, step), (counts.get(identity(other, step)) ?? 0) + 1);
  const missing = new Set<number>();
  for (const step of one.timeline.steps) {
    const key = identity(one, step);
    const left = counts.get(key) ?? 0;
    if (left === 0) missing.add(step.index);
    else counts.set(key, left - 1);
  }
  return missing;
}

function identity(course: Course, { task, does, site }: StepDocument): string {
  return JSON.stringify([course.taskName(task), does, site]);
}

export function siteOf(failure: FailureDocument, site: number | undefined): SiteDocument | undefined {
  return site === undefined ? undefined : failure.sites[site];
}

/** The line of source at a place. */
export function codeAt(failure: FailureDocument, site: SiteDocument | undefined): string | undefined {
  return site === undefined ? undefined : failure.sources[site.file]?.[String(site.line)]?.trim();
}

/** `wallet.ts:12` */
export function shortPlace({ file, line }: SiteDocument): string {
  const parts = file.split(/[\\/]/);
  const name = /^index\.\w+$/.test(parts.at(-1) ?? "") ? parts.slice(-2).join("/") : parts.at(-1);
  return `${name}:${line}`;
}

/** `src/wallet.ts:12:5`, relative to the folder where it is below it. */
export function fullPlace({ folder }: FailureDocument, { file, line, column }: SiteDocument): string {
  const base = folder === undefined || folder === "" ? "" : `${folder.replace(/[\\/]+$/, "")}/`;
  const shown = base !== "" && file.startsWith(base) ? file.slice(base.length) : file;
  return `${shown}:${line}:${column}`;
}
