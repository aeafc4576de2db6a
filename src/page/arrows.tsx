/** The drawing behind the rows: lifelines, blocks, and the arrows from cause to effect. */
import type { JSX } from "preact";
import { centreOf, type LaneGeometry, ROW } from "./geometry.ts";
import type { Course } from "./model.ts";
import { rowAt } from "./rows.ts";

interface ArrowsProps {
  readonly course: Course;
  readonly rows: readonly number[];
  readonly rowOf: ReadonlyMap<number, number>;
  readonly lanes: LaneGeometry;
  readonly first: number;
  readonly last: number;
  readonly selected: number | undefined;
}

interface Arrow {
  readonly from: number;
  readonly to: number;
}

/** Arrows that are drawn at once. */
const MOST_ARROWS = 400;

export function Arrows({ course, rows, rowOf, lanes, first, last, selected }: ArrowsProps): JSX.Element {
  const top = first * ROW;
  const height = Math.max(0, last - first) * ROW;
  const x = (step: number): number => centreOf(course.lanes.laneOf[course.step(step)!.task] ?? 0, lanes);
  const y = (row: number): number => row * ROW + ROW / 2 - top;
  const inSight = rows.slice(first, last);
  const size = Math.max(5, Math.min(lanes.lane - 8, 64));
  const arrows = arrowsOf(course, inSight, selected);
  return (
    <svg class="drawing" style={{ top: `${top}px` }} width={lanes.width} height={height} aria-hidden="true">
      {lifelines(course, rows, first, last, lanes).map(({ lane, from, to, task }) => (
        <line key={`${task}`} class={`life hue${task % 8}`} x1={centreOf(lane, lanes)} x2={centreOf(lane, lanes)} y1={Math.max(0, from - top)} y2={Math.min(height, to - top)} />
      ))}
      {arrows.map(({ from, to }) => {
        const [fromRow, toRow] = [rowOf.get(from), rowOf.get(to)];
        if (fromRow === undefined || toRow === undefined) return null;
        const isLit = from === selected || to === selected;
        return <path key={`${from}-${to}`} class={`arrow ${isLit ? (to === selected ? "incoming" : "outgoing") : ""}`} d={curve(x(from), clamp(y(fromRow), height), x(to), clamp(y(toRow), height))} />;
      })}
      {inSight.map((step, at) => {
        const { task, deviation } = course.step(step)!;
        const isLit = course.deciding.has(step);
        const classes = `block hue${task % 8} ${isLit ? "lit" : ""} ${deviation === undefined ? "" : "deviates"} ${step === selected ? "selected" : ""}`;
        return <rect key={step} class={classes} x={x(step) - size / 2} y={at * ROW + 7} width={size} height={ROW - 14} rx={4} />;
      })}
    </svg>
  );
}

/** Arrows between tasks that end or begin in sight; those of the selected step always. */
function arrowsOf(course: Course, inSight: readonly number[], selected: number | undefined): readonly Arrow[] {
  const arrows = new Map<string, Arrow>();
  const add = (from: number, to: number): void => {
    if (arrows.size < MOST_ARROWS && course.step(from)?.task !== course.step(to)?.task) arrows.set(`${from}-${to}`, { from, to });
  };
  if (selected !== undefined && course.step(selected) !== undefined) {
    for (const cause of course.step(selected)!.after) add(cause, selected);
    for (const effect of course.effectsOf(selected)) add(selected, effect);
  }
  for (const step of inSight) for (const cause of course.step(step)!.after) add(cause, step);
  return [...arrows.values()];
}

/** The lifelines that cross the rows in sight. */
function lifelines(course: Course, rows: readonly number[], first: number, last: number, lanes: LaneGeometry): { readonly lane: number; readonly from: number; readonly to: number; readonly task: number }[] {
  const [begin, end] = [rows[first] ?? 0, rows[last - 1] ?? 0];
  const found: { readonly lane: number; readonly from: number; readonly to: number; readonly task: number }[] = [];
  for (const [task, span] of course.lanes.spans.entries()) {
    if (span.first < 0 || span.last < begin || span.first > end) continue;
    const from = span.first < begin ? first * ROW : rowAt(rows, span.first) * ROW + ROW / 2;
    const to = span.last > end ? last * ROW : rowAt(rows, span.last) * ROW + ROW / 2;
    if (to > from) found.push({ lane: course.lanes.laneOf[task]!, from, to, task });
    if (found.length > 200 && lanes.isNarrow) break;
  }
  return found;
}

function clamp(value: number, height: number): number {
  return Math.max(-ROW, Math.min(value, height + ROW));
}

/** From block to block: down out of the one, sideways into the other, with a head. */
function curve(x1: number, y1: number, x2: number, y2: number): string {
  const bend = Math.min(40, Math.abs(y2 - y1) / 2 + 4);
  const [startY, endY] = [y1 + 8, y2 - 9];
  return `M${x1} ${startY}C${x1} ${startY + bend} ${x2} ${endY - bend} ${x2} ${endY}M${x2 - 3.5} ${endY - 5}L${x2} ${endY}L${x2 + 3.5} ${endY - 5}`;
}
