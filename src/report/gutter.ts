/**
 * The left side of a timeline: one narrow lifeline for each task, as in a sequence diagram.
 *
 * Columns that hold the source lines themselves were the other way: with two tasks 48 characters are left for
 * each line of code at 100 columns, with five 18, and a switch leaves half of the page blank. A lifeline takes
 * no more than its task's name, shows the switch as a step to the side just as well, and leaves the rest of the
 * line to the code, in the same layout for two tasks and for twelve.
 */
import type { Palette } from "./colour.ts";
import { cells, cutMiddle, pad } from "./layout.ts";

const mostColumns = 5;
const longestName = 16;
const shortestName = 3;
/** Cells between two lifelines. */
const gap = 2;
/** The most of a line's width that the gutter may take. */
const share = 0.45;

/** One row of the plan, as the gutter sees it: the task that runs there, or those that are folded there. */
export interface GutterRow {
  readonly tasks: readonly number[];
  readonly folded: boolean;
}

interface Column {
  readonly title: string;
  readonly width: number;
  readonly first: number;
  readonly last: number;
}

/** The lifelines beside the rows of one timeline. */
export class Gutter {
  /** In cells, the gap behind the last column included. */
  readonly width: number;
  private readonly columns: readonly Column[];
  private readonly columnOf: ReadonlyMap<number, number>;
  private readonly rows: readonly GutterRow[];
  private readonly shared: ReadonlySet<number>;
  private readonly paint: Palette;

  constructor(rows: readonly GutterRow[], names: readonly string[], width: number, paint: Palette) {
    this.rows = rows;
    this.paint = paint;
    const running = rows.filter((row) => !row.folded).flatMap((row) => row.tasks);
    const { own, shared } = assign(running);
    this.shared = new Set(shared);
    this.columnOf = new Map([
      ...own.map((task, column) => [task, column] as const),
      ...shared.map((task) => [task, own.length] as const),
    ]);
    const titles = own.map((task) => names[task] ?? "?");
    if (shared.length > 0) titles.push(`${shared.length} more`);
    this.columns = fitTitles(titles, width * share).map((title, column) => this.measure(title, column));
    this.width = this.columns.reduce((total, column) => total + column.width, 0);
  }

  /** The tasks' names over their lifelines. */
  header(): string {
    return this.columns.map(({ title, width }) => this.paint.bold(title) + pad("", width - cells(title))).join("");
  }

  /** Whether a task has no column of its own, so that its rows must name it. */
  isShared(task: number): boolean {
    return this.shared.has(task);
  }

  /** The lifelines of a row's first line. */
  row(at: number): string {
    const row = this.rows[at];
    const active = new Set(row?.tasks.map((task) => this.columnOf.get(task)));
    const dot = row?.folded === true ? this.paint.dim("⋮") : this.paint.bold("●");
    return this.columns.map((column, index) => (active.has(index) ? dot : this.line(column, at)) + pad("", column.width - 1)).join("");
  }

  /** The lifelines of the lines below a row's first. */
  below(at: number): string {
    return this.columns.map((column) => this.line(column, at) + pad("", column.width - 1)).join("");
  }

  private line(column: Column, at: number): string {
    return at >= column.first && at <= column.last ? this.paint.dim("│") : " ";
  }

  private measure(title: string, column: number): Column {
    const at = this.rows.flatMap((row, index) => (row.tasks.some((task) => this.columnOf.get(task) === column) ? [index] : []));
    return { title, width: Math.max(1, cells(title)) + gap, first: at[0] ?? 0, last: at.at(-1) ?? 0 };
  }
}

/** Cuts the longest names, as little as will do, until all of them and their gaps fit. */
function fitTitles(titles: readonly string[], width: number): string[] {
  for (let most = longestName; ; most -= 1) {
    const fitted = titles.map((title) => cutMiddle(title, most));
    const total = fitted.reduce((sum, title) => sum + Math.max(1, cells(title)) + gap, 0);
    if (total <= width || most === shortestName) return fitted;
  }
}

/** The tasks with a column of their own, the busiest, and those that share the last one. */
function assign(running: readonly number[]): { own: readonly number[]; shared: readonly number[] } {
  const rows = new Map<number, number>();
  for (const task of running) rows.set(task, (rows.get(task) ?? 0) + 1);
  const tasks = [...rows.keys()].sort((one, other) => one - other);
  if (tasks.length <= mostColumns) return { own: tasks, shared: [] };
  const busiest = [...tasks].sort((one, other) => (rows.get(other) ?? 0) - (rows.get(one) ?? 0) || one - other);
  const own = new Set(busiest.slice(0, mostColumns - 1));
  return { own: tasks.filter((task) => own.has(task)), shared: tasks.filter((task) => !own.has(task)) };
}
