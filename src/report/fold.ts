/** Which steps of a timeline get a row, and which are folded into "… 4 steps of checkout". */
import { collectAccesses } from "./accesses.ts";
import type { Calls } from "./calls.ts";
import type { Mark } from "./deviations.ts";
import { memberName, noteText } from "./names.ts";
import { findRepetition } from "./repetition.ts";
import type { Note, Timeline, TimelineStep } from "./timeline.ts";

/** A step that is shown, with those of its notes that are. */
export interface StepRow {
  readonly type: "step";
  readonly index: number;
  readonly notes: readonly Note[];
  readonly hiddenNotes: number;
}

/** Consecutive steps that are not shown: `from` to `to`, both included. */
export interface FoldRow {
  readonly type: "fold";
  readonly from: number;
  readonly to: number;
}

/** A row of a plan. */
export type Row = StepRow | FoldRow;

/** What decides about the importance of a step. */
export interface FoldInput {
  readonly timeline: Timeline;
  readonly marks: ReadonlyMap<number, Mark>;
  readonly calls: Calls;
  /** Steps that the report's sentence is about. */
  readonly critical: readonly number[];
}

// Higher stays longer. At `foldable` and below, a step is folded even where there is room.
const importance = {
  failing: 100,
  critical: 95,
  marked: 90,
  besideMark: 80,
  ending: 75,
  contended: 60,
  noted: 40,
  atSwitch: 20,
  foldable: 10,
  repeated: 5,
  internal: 0,
} as const;

/** The most notes under one step: fewer only where the steps that matter would not fit otherwise. */
const noteLimits = [8, 4, 2, 1] as const;

/** Chooses the rows of a timeline so that they take at most `mostLines` lines. */
export function planRows(input: FoldInput, mostLines: number): readonly Row[] {
  const planner = new Planner(input);
  return planner.plan(Math.max(1, mostLines));
}

class Planner {
  private readonly steps: readonly TimelineStep[];
  private readonly marks: ReadonlyMap<number, Mark>;
  private readonly calls: Calls;
  private readonly contended: ReadonlySet<string>;
  /** Of each step the notes that its row has below it. */
  private readonly notes: readonly (readonly Note[])[];
  /** Steps of a loop that turns in place, but its first turn and its last. */
  private readonly repeated: { readonly from: number; readonly to: number };
  private readonly scores: readonly number[];
  /** Each step's place in the order of importance. */
  private readonly ranks: readonly number[];
  private noteLimit: number = noteLimits[0];

  constructor({ timeline, marks, calls, critical }: FoldInput) {
    this.steps = timeline.steps;
    this.marks = marks;
    this.calls = calls;
    this.notes = this.steps.map(({ notes }) => withoutRepeats(notes.filter((note) => !calls.told.has(note))));
    this.contended = contendedMembers(timeline);
    this.repeated = findRepetition(this.steps);
    const criticalSteps = new Set(critical);
    this.scores = this.steps.map((_, index) => this.score(index, criticalSteps));
    this.ranks = ranksOf(this.scores);
  }

  plan(mostLines: number): readonly Row[] {
    const most = this.countAbove(importance.foldable);
    const essential = this.countAbove(importance.besideMark - 1);
    for (const limit of noteLimits) {
      this.noteLimit = limit;
      if (this.linesOf(this.rows(essential)) <= mostLines) break;
    }
    // The more steps are shown, the more lines: a step that is taken out of a fold adds at least its own.
    // (The prelude is no exception: none of its steps is shown before all that aren't silent are.)
    let [low, high] = [0, most];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.linesOf(this.rows(middle)) <= mostLines) low = middle;
      else high = middle - 1;
    }
    return this.rows(low);
  }

  private countAbove(floor: number): number {
    return this.scores.filter((score) => score > floor).length;
  }

  private score(index: number, critical: ReadonlySet<number>): number {
    const step = this.steps[index] as TimelineStep;
    const last = this.steps.length - 1;
    if (index === last) return importance.failing;
    if (critical.has(index)) return importance.critical;
    if (this.marks.has(index)) return importance.marked;
    if (this.isBlank(index)) return importance.internal;
    if (index >= this.repeated.from && index <= this.repeated.to) return importance.repeated;
    const silent = step.notes.length === 0 && !this.calls.byStep.has(index);
    const internal = silent && step.site === undefined;
    if (!internal && (this.marks.has(index - 1) || this.marks.has(index + 1))) return importance.besideMark;
    if (!internal && index > last - 3) return importance.ending;
    if (step.notes.some((note) => isContended(this.contended, note))) return importance.contended;
    if (!silent) return importance.noted;
    if (internal) return importance.internal;
    return this.isAtSwitch(index) ? importance.atSwitch : importance.foldable;
  }

  private isAtSwitch(index: number): boolean {
    const task = this.steps[index]?.task;
    return [this.steps[index - 1], this.steps[index + 1]].some((step) => step !== undefined && step.task !== task);
  }

  /** The rows with only the `shown` most important steps. */
  private rows(shown: number): Row[] {
    const rows: Row[] = [];
    let from = 0;
    for (let index = 0; index <= this.steps.length; index += 1) {
      const isShown = index < this.steps.length && (this.ranks[index] as number) < shown;
      if (!isShown && index < this.steps.length) continue;
      if (from < index && !this.isNothing(from, index - 1)) rows.push(this.hidden(from, index - 1));
      if (isShown) rows.push(this.stepRow(index));
      from = index + 1;
    }
    return rows;
  }

  /**
   * Whether hidden steps are no news, not even as a fold: the harness getting the body to start, and native code that
   * was a step only for what it asked for, which another row tells.
   */
  private isNothing(from: number, to: number): boolean {
    for (let index = from; index <= to; index += 1) {
      if (!this.isBlank(index) && !(from === 0 && this.isPrelude(index))) return false;
    }
    return true;
  }

  private isBlank(index: number): boolean {
    const isNative = this.steps[index]?.legal.length === 0;
    return isNative && this.notes[index]?.length === 0 && !this.marks.has(index);
  }

  private isPrelude(index: number): boolean {
    return this.notes[index]?.length === 0 && this.steps[index]?.site === undefined && !this.marks.has(index);
  }

  /** A fold; but a lone step that takes one line is shown, since a fold would take as much. */
  private hidden(from: number, to: number): Row {
    const step = this.steps[from] as TimelineStep;
    const isCheap = from === to && this.notes[from]?.length === 0 && step.site !== undefined && !this.marks.has(from);
    return isCheap ? this.stepRow(from) : { type: "fold", from, to };
  }

  private stepRow(index: number): StepRow {
    const notes = this.notes[index] as readonly Note[];
    if (notes.length <= this.noteLimit) return { type: "step", index, notes, hiddenNotes: 0 };
    const weighed = notes.map((note) => (isContended(this.contended, note) ? 2 : note.type === "log" ? 0 : 1));
    const ranks = ranksOf(weighed);
    const kept = notes.filter((_, at) => (ranks[at] as number) < this.noteLimit);
    return { type: "step", index, notes: kept, hiddenNotes: notes.length - kept.length };
  }

  private linesOf(rows: readonly Row[]): number {
    let total = 0;
    for (const row of rows) {
      total += 1;
      if (row.type === "fold") continue;
      total += row.notes.length + (row.hiddenNotes > 0 ? 1 : 0) + (this.marks.has(row.index) ? 1 : 0);
    }
    return total;
  }
}

/** A value read twice with nothing between is told once. */
function withoutRepeats(notes: readonly Note[]): readonly Note[] {
  return notes.filter((note, at) => {
    const before = notes[at - 1];
    return note.type !== "read" || before?.type !== "read" || noteText(note) !== noteText(before);
  });
}

/** For each score its rank from 0; of equal scores the later comes first, since it is nearer to the failure. */
function ranksOf(scores: readonly number[]): number[] {
  const order = scores.map((_, index) => index);
  order.sort((one, other) => (scores[other] as number) - (scores[one] as number) || other - one);
  const ranks: number[] = Array.from(scores, () => 0);
  for (const [rank, index] of order.entries()) ranks[index] = rank;
  return ranks;
}

/** The members that two tasks touch and one writes. */
export function contendedMembers(timeline: Timeline): ReadonlySet<string> {
  const members = collectAccesses(timeline).members.filter((member) => member.contended);
  return new Set(members.map((member) => memberName(member.object, member.key)));
}

/** Whether a note is an access of such a member. */
export function isContended(contended: ReadonlySet<string>, note: Note): boolean {
  return (note.type === "read" || note.type === "write") && contended.has(memberName(note.object, note.key));
}
