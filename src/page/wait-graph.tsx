/** Who waits for whom, where nothing could go on: a box for each task, an arrow from each that waits to the one it waits for. */
import type { JSX } from "preact";
import type { WaitDocument } from "../report/formats/document.ts";
import { shortPlace, siteOf, type Model } from "./model.ts";
import { hueOf } from "./timeline-view.tsx";

/** More boxes than these are no picture any more: the list below it has all. */
const MOST_BOXES = 10;
const BOX = { width: 120, height: 30 };
/** Cells of a name that a box has room for. */
const MOST_NAME = 16;

interface Point {
  readonly x: number;
  readonly y: number;
}

export function WaitGraph({ model, waits }: { readonly model: Model; readonly waits: readonly WaitDocument[] }): JSX.Element | null {
  const edges = waits.flatMap(({ task, holder, site }) => (holder === undefined || holder.task === task ? [] : [{ from: task, to: holder.task, site }]));
  const tasks = [...new Set(edges.flatMap(({ from, to }) => [from, to]))].slice(0, MOST_BOXES);
  if (tasks.length < 2) return null;
  const { points, width, height } = placed(tasks.length);
  const at = new Map(tasks.map((task, index) => [task, points[index]!]));
  const shown = edges.flatMap(({ from, to, site }) => {
    const [start, end] = [at.get(from), at.get(to)];
    return start === undefined || end === undefined ? [] : [{ from, to, site, start, end }];
  });
  const told = shown.map(({ from, to }) => `${model.failing.taskName(from)} waits for ${model.failing.taskName(to)}`).join("; ");
  return (
    <svg class="wait-graph" viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img" aria-label={`wait-for graph: ${told}`}>
      <defs>
        <marker id="waits-for" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto-start-reverse">
          <path d="M0 0 L8 4 L0 8 z" />
        </marker>
      </defs>
      {shown.map(({ from, to, site, start, end }) => {
        const arrow = arrowBetween(start, end);
        const place = siteOf(model.failure, site);
        return (
          <g key={`${from}-${to}`} class="edge" data-from={from} data-to={to}>
            <path d={arrow.path} marker-end="url(#waits-for)" />
            {place === undefined ? null : (
              <text x={arrow.middle.x} y={arrow.middle.y} class="place">
                {shortPlace(place)}
              </text>
            )}
          </g>
        );
      })}
      {tasks.map((task) => {
        const { x, y } = at.get(task)!;
        const name = model.failing.taskName(task);
        return (
          <g key={task} class={`box ${hueOf(task)}`}>
            <rect x={x - BOX.width / 2} y={y - BOX.height / 2} width={BOX.width} height={BOX.height} rx="7" />
            <text x={x} y={y + 5}>
              {name.length > MOST_NAME ? `${name.slice(0, MOST_NAME - 1)}…` : name}
            </text>
            <title>{name}</title>
          </g>
        );
      })}
    </svg>
  );
}

/** Two side by side, more of them in a ring. */
function placed(count: number): { readonly points: readonly Point[]; readonly width: number; readonly height: number } {
  if (count === 2) return { points: [{ x: 68, y: 50 }, { x: 352, y: 50 }], width: 420, height: 100 };
  const radius = { x: 75 + count * 18, y: 25 + count * 14 };
  const [width, height] = [2 * radius.x + BOX.width + 20, 2 * radius.y + BOX.height + 24];
  const points = Array.from({ length: count }, (_, index): Point => {
    const angle = (2 * Math.PI * index) / count - Math.PI / 2;
    return { x: width / 2 + radius.x * Math.cos(angle), y: height / 2 + radius.y * Math.sin(angle) };
  });
  return { points, width, height };
}

/** Bent to its left, so that two arrows between the same boxes do not lie on one another. */
function arrowBetween(from: Point, to: Point): { readonly path: string; readonly middle: Point } {
  const [start, end] = [edgeOf(from, to), edgeOf(to, from)];
  const [across, down] = [end.x - start.x, end.y - start.y];
  const length = Math.hypot(across, down) || 1;
  const bend = Math.min(34, length / 5);
  const side: Point = { x: (down / length) * bend, y: (-across / length) * bend };
  const control = { x: (start.x + end.x) / 2 + side.x, y: (start.y + end.y) / 2 + side.y };
  return { path: `M${start.x} ${start.y} Q${control.x} ${control.y} ${end.x} ${end.y}`, middle: { x: control.x, y: control.y + (side.y < 0 ? -2 : 10) } };
}

/** Where the line to another box leaves a box. */
function edgeOf({ x, y }: Point, to: Point): Point {
  const [across, down] = [to.x - x, to.y - y];
  const scale = Math.min(BOX.width / 2 / Math.abs(across || 1e-9), BOX.height / 2 / Math.abs(down || 1e-9));
  return { x: x + across * scale, y: y + down * scale };
}
