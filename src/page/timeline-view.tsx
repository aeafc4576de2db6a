/** One execution: a lane for each task, a row for each step. Only the rows that are in sight are in the document. */
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { Arrows } from "./arrows.tsx";
import { laneGeometry, ROW } from "./geometry.ts";
import { codeAt, shortPlace, siteOf, type Course, type Model } from "./model.ts";
import { rowAt } from "./rows.ts";

/** Rows above and below those in sight. */
const MARGIN = 12;
/** Rows that are put on paper. */
const MOST_PRINTED = 1500;

interface TimelineViewProps {
  readonly model: Model;
  readonly course: Course;
  /** Positions of the steps to show, in ascending order. */
  readonly rows: readonly number[];
  /** The step that is looked at, in this execution. */
  readonly selected: number | undefined;
  readonly isActive: boolean;
  readonly matches: ReadonlySet<number>;
  readonly isPrinting: boolean;
  readonly onSelect: (step: number) => void;
}

export function TimelineView(props: TimelineViewProps): JSX.Element {
  const { model, course, rows, selected, isActive, matches, isPrinting, onSelect } = props;
  const frame = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600, width: 800 });
  const rowOf = useMemo(() => new Map(rows.map((step, row) => [step, row])), [rows]);
  const lanes = useMemo(() => laneGeometry(course.lanes, view.width), [course, view.width]);

  useLayoutEffect(() => {
    const element = frame.current!;
    const measure = (): void => setView({ top: element.scrollTop, height: element.clientHeight, width: element.clientWidth });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    if (selected !== undefined && rows.length > 0) bringIntoSight(frame.current!, rowAt(rows, selected));
  }, [selected, rows]);

  const first = isPrinting ? 0 : Math.max(0, Math.floor(view.top / ROW) - MARGIN);
  const last = isPrinting ? Math.min(rows.length, MOST_PRINTED) : Math.min(rows.length, Math.ceil((view.top + view.height) / ROW) + MARGIN);
  const inSight = rows.slice(first, last);

  return (
    <section class={`timeline ${isActive ? "active" : ""} ${lanes.isCompact ? "compact" : ""}`} aria-label={course.side === "failing" ? "failing order" : "passing order"}>
      <LaneHeads course={course} lanes={lanes} title={model.passing === undefined ? undefined : course.side === "failing" ? "Fails" : "Passes"} />
      <div
        class="rows"
        ref={frame}
        tabIndex={0}
        role="listbox"
        aria-label="steps"
        aria-activedescendant={selected === undefined ? undefined : `${course.side}-${selected}`}
        onScroll={(event) => setView({ ...view, top: event.currentTarget.scrollTop })}
      >
        <div class="canvas" style={{ height: `${(isPrinting ? last : rows.length) * ROW}px` }}>
          <Arrows course={course} rows={rows} rowOf={rowOf} lanes={lanes} first={first} last={last} selected={selected} />
          {inSight.map((step, at) => (
            <Row key={step} model={model} course={course} step={step} row={first + at} left={lanes.width} isSelected={step === selected} isMatch={matches.has(step)} isNamed={lanes.isNarrow} isCompact={lanes.isCompact} onSelect={onSelect} />
          ))}
        </div>
      </div>
    </section>
  );
}

function LaneHeads({ course, lanes, title }: { readonly course: Course; readonly lanes: ReturnType<typeof laneGeometry>; readonly title: string | undefined }): JSX.Element {
  return (
    <div class="heads">
      {lanes.isNarrow ? null : (
        <div class="names" style={{ width: `${lanes.width}px` }}>
          {course.lanes.owners.map((task, lane) => {
            const name = task === undefined ? "several" : course.taskName(task);
            return (
              <span key={lane} class={`name ${hueOf(task ?? 0)}`} style={{ width: `${lanes.lane}px` }} title={name}>
                {name}
              </span>
            );
          })}
        </div>
      )}
      {title === undefined ? null : <span class={`side ${course.side}`}>{title}</span>}
      <span class="hint">each row: what ran behind that line, up to the next await</span>
    </div>
  );
}

/** The class that gives a task its colour. */
export function hueOf(task: number): string {
  return `hue${task % 8}`;
}

interface RowProps {
  readonly model: Model;
  readonly course: Course;
  readonly step: number;
  readonly row: number;
  readonly left: number;
  readonly isSelected: boolean;
  readonly isMatch: boolean;
  readonly isNamed: boolean;
  readonly isCompact: boolean;
  readonly onSelect: (step: number) => void;
}

function Row({ model, course, step: index, row, left, isSelected, isMatch, isNamed, isCompact, onSelect }: RowProps): JSX.Element {
  const step = course.step(index)!;
  const site = siteOf(model.failure, step.site);
  const code = codeAt(model.failure, site);
  const isDeciding = course.deciding.has(index);
  const isOnly = (course.side === "failing" ? model.onlyFailing : model.onlyPassing).has(index);
  const isPart = model.failure.passing?.partsAt === index;
  const classes = ["row", isSelected ? "selected" : "", isDeciding ? "deciding" : "", isMatch ? "match" : "", isPart ? "parts" : ""].join(" ");
  const isPlain = step.kind === "await" || step.kind === "then" || (index === 0 && step.label === "start");
  return (
    <div id={`${course.side}-${index}`} class={classes} role="option" aria-selected={isSelected} style={{ top: `${row * ROW}px`, height: `${ROW}px`, paddingLeft: `${left}px` }} onClick={() => onSelect(index)}>
      {course.hasShares ? <Share course={course} index={index} /> : null}
      {isNamed ? <span class={`task ${hueOf(step.task)}`}>{course.taskName(step.task)}</span> : null}
      <span class="place">{site === undefined ? "" : shortPlace(site)}</span>
      <span class="what">
        {isPlain ? null : <b>{step.does}</b>}
        {isPlain && code === undefined ? <b>{step.does}</b> : null}
        {code === undefined ? null : <code>{code}</code>}
      </span>
      {isDeciding ? <span class="tag lit">{isCompact ? "decided" : "decided here"}</span> : null}
      {step.deviation === undefined ? null : (
        <span class="tag deviation" title={`plain JavaScript would have run ${step.deviation.does} of ${course.taskName(step.deviation.task)} here`}>
          {isCompact ? "◀" : "◀ reordered"}
        </span>
      )}
      {isOnly ? <span class="tag only">only here</span> : null}
    </div>
  );
}

function Share({ course, index }: { readonly course: Course; readonly index: number }): JSX.Element {
  const share = course.step(index)!.share;
  if (share === undefined || share.of === 0) return <span class="share" />;
  const percent = Math.round((100 * share.failed) / share.of);
  return (
    <span class="share" title={`${share.failed} of ${share.of} executions that went on at random from here failed`}>
      <span class="bar" style={{ width: `${percent}%` }} />
      <span class="number">{percent} %</span>
    </span>
  );
}

function bringIntoSight(element: HTMLElement, row: number): void {
  const [top, bottom] = [row * ROW, (row + 1) * ROW];
  if (top < element.scrollTop + ROW) element.scrollTop = Math.max(0, top - element.clientHeight / 3);
  else if (bottom > element.scrollTop + element.clientHeight - ROW) element.scrollTop = bottom - (element.clientHeight * 2) / 3;
}
