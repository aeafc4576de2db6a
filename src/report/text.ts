/** A timeline as text for a terminal or a log. */
import { type Calls, collectCalls } from "./calls.ts";
import { palette, type Palette } from "./colour.ts";
import { eventOf, findMarks, heldBack, type Mark } from "./deviations.ts";
import { contendedMembers, isContended, planRows, type Row, type StepRow } from "./fold.ts";
import { Gutter, type GutterRow } from "./gutter.ts";
import { cells, count, cut, cutStart, list, oneLine, pad } from "./layout.ts";
import { callName, eventName, isOptional, noteText, taskName, taskNames } from "./names.ts";
import { rowPlaces, shortPlace } from "./places.ts";
import { readQuietly, type ReadLine } from "./read-quietly.ts";
import { findRace } from "./sentence.ts";
import type { Note, Site, StepDeviation, Timeline, TimelineStep } from "./timeline.ts";

/** How a report is to look, and how it reads the sources. */
export interface RenderOptions {
  /** ANSI colours; see `wantsColour`. */
  readonly colour: boolean;
  /** In terminal cells, 100 if absent, never taken as less than 40. */
  readonly width?: number;
  /** The most lines that a timeline takes, its header included; 40 if absent, never taken as less than 6. */
  readonly maxRows?: number;
  /** The text of a source line (1-based), `undefined` where it can't be had. */
  readonly readLine: ReadLine;
  /** Paths below it are shown relative to it. */
  readonly cwd?: string;
}

/**
 * A lifeline for each task, a row for each step that matters with its source line, the notes under it, and a
 * mark where the schedule left plain JavaScript's order. What matters least is folded until it fits `maxRows`.
 */
export function renderTimeline(timeline: Timeline, options: RenderOptions): string {
  if (timeline.steps.length === 0) return "(no steps were recorded)";
  const marks = findMarks(timeline);
  const critical = findRace(timeline)?.steps ?? [];
  const calls = collectCalls(timeline);
  const rows = planRows({ timeline, marks, calls, critical }, mostRows(options) - 1);
  return new TimelineText({ timeline, rows, marks, calls }, options).render();
}

/** The width of a report in cells. */
export function reportWidth(options: RenderOptions): number {
  return Math.max(40, Math.floor(options.width ?? 100) || 100);
}

function mostRows(options: RenderOptions): number {
  return Math.max(6, Math.floor(options.maxRows ?? 40) || 40);
}

/** `‹pool/index.js:12 take›`: a place in a package, beside the user's own. */
export function tellInner(inner: Site): string {
  return `‹${shortPlace(inner)}${inner.functionName === undefined ? "" : ` ${oneLine(inner.functionName)}`}›`;
}

/** A source line as one printable line, `undefined` where there is none worth showing. */
export function sourceLine(site: Site | undefined, options: RenderOptions): string | undefined {
  if (site === undefined) return undefined;
  const text = oneLine(readQuietly(options.readLine, site.file, site.line) ?? "");
  return text === "" ? undefined : text;
}

/** A step is named by the await that it begins behind: without a word, its row reads as if that line ran there. */
const legend = "(each row: what ran after that line's await, up to the next)";

const sharesLegend = "(%: what fails, going on at random from there; ▲ decides)";

interface TimelinePlan {
  readonly timeline: Timeline;
  readonly rows: readonly Row[];
  readonly marks: ReadonlyMap<number, Mark>;
  readonly calls: Calls;
}

class TimelineText {
  private readonly timeline: Timeline;
  private readonly rows: readonly Row[];
  private readonly marks: ReadonlyMap<number, Mark>;
  private readonly calls: Calls;
  private readonly placeText: (site: Site) => string;
  private readonly options: RenderOptions;
  private readonly paint: Palette;
  private readonly names: readonly string[];
  private readonly contended: ReadonlySet<string>;
  private readonly gutter: Gutter;
  /** Cells to the right of the gutter. */
  private readonly room: number;
  private readonly placeWidth: number;
  private readonly lines: string[] = [];
  /** Whether shares were measured that differ: without anything decided they are no news. */
  private readonly hasShares: boolean;

  constructor({ timeline, rows, marks, calls }: TimelinePlan, options: RenderOptions) {
    this.timeline = timeline;
    this.rows = rows;
    this.marks = marks;
    this.calls = calls;
    this.options = options;
    const shown = rows.flatMap((row) => (row.type === "step" ? [this.step(row).site] : []));
    this.placeText = rowPlaces(shown.filter((site) => site !== undefined));
    this.paint = palette(options.colour);
    this.names = taskNames(timeline);
    this.contended = contendedMembers(timeline);
    const width = reportWidth(options);
    this.gutter = new Gutter(rows.map((row) => this.gutterRow(row)), this.names, width, this.paint);
    this.room = width - this.gutter.width;
    this.placeWidth = this.measurePlaces();
    this.hasShares = (timeline.cause?.deciding.length ?? 0) > 0;
  }

  render(): string {
    this.lines.push(this.gutter.header() + this.paint.dim(cut(this.hasShares ? `${legend} ${sharesLegend}` : legend, this.room)));
    for (const [at, row] of this.rows.entries()) {
      if (row.type === "fold") this.addFold(at, this.foldText(row.from, row.to));
      else this.addStep(at, row);
    }
    return this.lines.map((line) => line.trimEnd()).join("\n");
  }

  private gutterRow(row: Row): GutterRow {
    const steps = row.type === "fold" ? this.timeline.steps.slice(row.from, row.to + 1) : [this.step(row)];
    return { tasks: [...new Set(steps.map((step) => step.task))], folded: row.type === "fold" };
  }

  private step(row: StepRow): TimelineStep {
    return this.timeline.steps[row.index] as TimelineStep;
  }

  /** One width for all places, so that the code stands in one column; a long path gives way to the code. */
  private measurePlaces(): number {
    const places = this.rows.flatMap((row) => (row.type === "step" ? [cells(this.placeOf(this.step(row)))] : []));
    return Math.min(Math.max(0, ...places), 32, Math.floor(this.room * 0.4));
  }

  private placeOf(step: TimelineStep): string {
    return step.site === undefined ? "" : this.placeText(step.site);
  }

  private addFold(at: number, text: string): void {
    this.lines.push(this.gutter.row(at) + this.paint.dim(cut(text, this.room)));
  }

  private addStep(at: number, row: StepRow): void {
    const step = this.step(row);
    const place = pad(cutStart(this.placeOf(step), this.placeWidth), this.placeWidth);
    const gap = this.placeWidth === 0 ? "" : "  ";
    const code = cut(this.codeOf(step), this.room - this.placeWidth - gap.length);
    this.lines.push(this.gutter.row(at) + this.paint.cyan(place) + gap + code);
    const mark = this.marks.get(row.index);
    if (mark !== undefined) this.addBelow(at, `◀ ${isOptional(step.kind) ? `${eventName(step.kind, step.label)}: heddle made it happen` : this.markText(mark)}`, this.paint.yellow);
    for (const note of row.notes) this.addNote(at, step, note);
    if (row.hiddenNotes > 0) this.addBelow(at, `  … ${count(row.hiddenNotes, "more note")}`, this.paint.dim);
  }

  private addBelow(at: number, text: string, paint: (text: string) => string): void {
    this.lines.push(this.gutter.below(at) + paint(cut(text, this.room)));
  }

  private addNote(at: number, step: TimelineStep, note: Note): void {
    const site = note.type === "read" || note.type === "write" ? note.site : undefined;
    const isElsewhere = site !== undefined && (site.line !== step.site?.line || site.file !== step.site.file);
    const place = isElsewhere ? `  (${shortPlace(site)})` : "";
    const text = `  ${cut(noteText(note, this.room - 2 - cells(place)), this.room - 2 - cells(place))}${place}`;
    this.addBelow(at, text, isContended(this.contended, note) ? this.paint.bold : this.paint.dim);
  }

  /** What a row says of its step: the source line, and the event where it is more than an await's end. */
  private codeOf(step: TimelineStep): string {
    return `${this.shareOf(step)}${this.eventOf(step)}`;
  }

  /** The share of executions that fail when they go on at random from here: a column of its own, where it was measured. */
  private shareOf({ index, share }: TimelineStep): string {
    if (!this.hasShares) return "";
    const isDeciding = this.timeline.cause?.deciding.includes(index) === true;
    const text = share === undefined || share.of === 0 ? "" : `${Math.round((100 * share.failed) / share.of)} %`;
    return `${isDeciding ? "▲" : " "}${text.padStart(5)}  `;
  }

  private eventOf(step: TimelineStep): string {
    const owner = this.gutter.isShared(step.task) ? `${taskName(this.names, step.task)}: ` : "";
    const call = this.calls.byStep.get(step.index);
    if (call !== undefined) return `${owner}${callName(call.name, call.value, this.room - this.placeWidth - 10 - cells(call.name))} asked`;
    const source = sourceLine(step.site, this.options);
    if (step.index === 0 && source === undefined) return `${owner}start of the body`;
    const isTold = step.notes.some((note) => (note.type === "request" || note.type === "answer") && note.name === step.label);
    const isPlain = isOptional(step.kind) || step.kind === "await" || step.kind === "then" || step.index === 0 || isTold;
    const clock = step.kind === "timer" || step.kind === "interval" ? `, at ${step.atMs} ms` : "";
    const event = eventName(step.kind, step.label) + clock;
    const inner = step.inner === undefined ? "" : `${tellInner(step.inner)} `;
    if (source !== undefined) return owner + inner + (isPlain ? source : `[${event}] ${source}`);
    const where = step.site?.functionName === undefined ? "" : ` in ${oneLine(step.site.functionName)}`;
    return `${owner}[${event}${where}]`;
  }

  private markText(mark: Mark): string {
    const { insteadOfTask } = mark.deviation;
    const task = eventOf(this.names, insteadOfTask, heldBack(this.timeline, mark.deviation));
    const where = placeBehind(mark.deviation);
    if (mark.type === "skip") return `here plain JavaScript would have run ${task}${where}`;
    if (mark.type === "released") return `${task} was held back until here`;
    const until = { "nothing-else": "as long as possible", "whole-task": "as long as possible, with all that it goes on with", chosen: "from here on", end: "to the end" }[mark.until];
    return `${task}${where} held back ${until}`;
  }

  private foldText(from: number, to: number): string {
    const steps = new Map<number, number>();
    for (const { task } of this.timeline.steps.slice(from, to + 1)) steps.set(task, (steps.get(task) ?? 0) + 1);
    const [first, ...rest] = [...steps].sort(([, one], [, other]) => other - one);
    if (first === undefined) return "…";
    const parts = [`${count(first[1], "step")} of ${taskName(this.names, first[0])}`];
    const named = rest.length > 3 ? rest.slice(0, 2) : rest;
    for (const [task, total] of named) parts.push(`${total} of ${taskName(this.names, task)}`);
    const others = rest.slice(named.length);
    if (others.length > 0) parts.push(`${others.reduce((sum, [, total]) => sum + total, 0)} of ${others.length} more tasks`);
    return `… ${list(parts)}`;
  }
}

function placeBehind({ insteadOfSite }: StepDeviation): string {
  return insteadOfSite === undefined ? "" : ` (${shortPlace(insteadOfSite)})`;
}
