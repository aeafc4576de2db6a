import type { JSX } from "preact";
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { Head } from "./head.tsx";
import { Inspector } from "./inspector.tsx";
import { KEYS, keyAction, type KeyAction } from "./keys.ts";
import type { Course, Model, Side } from "./model.ts";
import { rowAt } from "./rows.ts";
import { TimelineView } from "./timeline-view.tsx";
import { nextTheme, showTheme, type Theme } from "./theme.ts";

/** Steps that a page key goes over. */
const PAGE = 20;

export function App({ model }: { readonly model: Model }): JSX.Element {
  const [side, setSide] = useState<Side>("failing");
  const course = side === "passing" && model.passing !== undefined ? model.passing : model.failing;
  const [selected, setSelected] = useState(() => firstStep(model));
  const [onlyLed, setOnlyLed] = useState(false);
  const [isBeside, setBeside] = useState(model.passing !== undefined);
  const [thing, setThing] = useState<string | undefined>(undefined);
  const [query, setQuery] = useState("");
  const [theme, setTheme] = useState<Theme>("system");
  const [isHelping, setHelping] = useState(false);
  const search = useRef<HTMLInputElement>(null);
  const isPrinting = usePrinting();
  const matchesOf = useMatches(query);

  const rowsOf = (one: Course): readonly number[] => (onlyLed ? one.ledTo : one.all);
  const rows = rowsOf(course);
  const matches = matchesOf(course);
  const select = useCallback((one: Course, step: number) => {
    setSide(one.side);
    setSelected(step);
  }, []);

  const go = (row: number): void => setSelected(rows[Math.max(0, Math.min(row, rows.length - 1))] ?? 0);
  const current = rowAt(rows, selected);
  const goTo = (among: readonly number[], direction: 1 | -1): void => {
    const found = direction > 0 ? among.find((step) => step > selected) : among.findLast((step) => step < selected);
    const next = found ?? (direction > 0 ? among[0] : among.at(-1));
    if (next !== undefined) setSelected(next);
  };
  const switchSides = (): void => {
    if (model.passing === undefined) return;
    const other = side === "failing" ? model.passing : model.failing;
    setBeside(true);
    select(other, counterpart(course, other, selected));
  };

  const actions: Record<KeyAction, () => void> = {
    next: () => go(current + 1),
    previous: () => go(current - 1),
    "page down": () => go(current + PAGE),
    "page up": () => go(current - PAGE),
    first: () => go(0),
    last: () => go(rows.length - 1),
    deciding: () => goTo(lit(course), 1),
    "next match": () => goTo(matches, 1),
    "previous match": () => goTo(matches, -1),
    search: () => search.current?.focus(),
    "only what led": () => setOnlyLed(!onlyLed),
    sides: switchSides,
    theme: () => setTheme(nextTheme(theme)),
    help: () => setHelping(!isHelping),
    close: () => {
      setHelping(false);
      setQuery("");
      search.current?.blur();
    },
  };
  useKeys(actions);
  useLayoutEffect(() => showTheme(theme), [theme]);

  const shown = isBeside && model.passing !== undefined ? [model.failing, model.passing] : [course];
  return (
    <div class={`page ${isPrinting ? "printing" : ""}`}>
      <Head model={model} onSelect={select} />
      <div class="toolbar" role="toolbar" aria-label="steps">
        <button type="button" onClick={actions.previous} title="previous step (k, ↑)" aria-label="previous step">
          ◀
        </button>
        <input type="range" min={0} max={Math.max(0, rows.length - 1)} value={current} aria-label="step" onInput={(event) => go(Number(event.currentTarget.value))} />
        <button type="button" onClick={actions.next} title="next step (j, ↓)" aria-label="next step">
          ▶
        </button>
        <span class="position">
          step {selected} of {course.timeline.steps.length - 1}
        </span>
        <label>
          <input type="checkbox" checked={onlyLed} onChange={actions["only what led"]} /> only what led to the failure ({course.ledTo.length} of {course.all.length})
        </label>
        {model.passing === undefined ? null : (
          <label>
            <input type="checkbox" checked={isBeside} onChange={() => setBeside(!isBeside)} /> beside an order that passes
          </label>
        )}
        <span class="search">
          <input ref={search} type="search" placeholder="search (/)" value={query} aria-label="search steps" onInput={(event) => setQuery(event.currentTarget.value)} onKeyDown={(event) => searchKey(event, goTo, matches)} />
          {query === "" ? null : <span class="dim">{matches.length === 0 ? "nothing found" : `${matches.length} steps`}</span>}
        </span>
        <button type="button" onClick={actions.theme} title="dark, light, or as the system has it (t)">
          {theme === "system" ? "◐" : theme === "dark" ? "●" : "○"}
        </button>
        <button type="button" onClick={actions.help} title="keys (?)" aria-expanded={isHelping}>
          ?
        </button>
      </div>
      {isHelping ? <Help /> : null}
      <main class={shown.length > 1 ? "two" : "one"}>
        {shown.map((one) => (
          <TimelineView
            key={one.side}
            model={model}
            course={one}
            rows={rowsOf(one)}
            selected={one === course ? selected : counterpartOrNone(course, one, selected)}
            isActive={one === course}
            matches={matchSet(matchesOf(one))}
            isPrinting={isPrinting}
            onSelect={(step) => select(one, step)}
          />
        ))}
        <Inspector model={model} course={course} selected={selected} thing={thing} onSelect={setSelected} onThing={setThing} />
      </main>
      <footer>
        heddle {model.failure.heddle} · {course.timeline.steps.length} steps in {course.timeline.tasks.length} tasks, order <code>{course.timeline.order}</code>
      </footer>
    </div>
  );
}

/** Where the page opens: at the first step that decided, else at the first that is reordered, else at the end. */
function firstStep({ failure, failing }: Model): number {
  const deciding = failure.cause?.deciding[0];
  if (deciding !== undefined) return deciding;
  const { steps } = failing.timeline;
  return (steps.find(({ deviation }) => deviation !== undefined) ?? steps.at(-1))?.index ?? 0;
}

/** The steps that decided; where nothing was measured, those that are reordered. */
function lit(course: Course): readonly number[] {
  if (course.deciding.size > 0) return [...course.deciding].sort((one, other) => one - other);
  return course.timeline.steps.filter(({ deviation }) => deviation !== undefined).map(({ index }) => index);
}

/** The step of the other execution that has the same event; where there is none, the one at the same place. */
function counterpart(course: Course, other: Course, step: number): number {
  return counterpartOrNone(course, other, step) ?? Math.min(step, other.all.length - 1);
}

function counterpartOrNone(course: Course, other: Course, step: number): number | undefined {
  const event = course.step(step)?.event;
  return event === undefined ? undefined : other.byEvent.get(event);
}

const sets = new WeakMap<readonly number[], ReadonlySet<number>>();

function matchSet(matches: readonly number[]): ReadonlySet<number> {
  let set = sets.get(matches);
  if (set === undefined) sets.set(matches, (set = new Set(matches)));
  return set;
}

const NOTHING: readonly number[] = [];

/** The steps of an execution in which a text is found. */
function useMatches(query: string): (course: Course) => readonly number[] {
  return useMemo(() => {
    const found = new Map<Course, readonly number[]>();
    const text = query.trim().toLowerCase();
    return (course) => {
      if (text === "") return NOTHING;
      let matches = found.get(course);
      if (matches === undefined) found.set(course, (matches = course.all.filter((step) => course.textOf(step).includes(text))));
      return matches;
    };
  }, [query]);
}

function searchKey(event: KeyboardEvent, goTo: (among: readonly number[], direction: 1 | -1) => void, matches: readonly number[]): void {
  if (event.key !== "Enter") return;
  event.preventDefault();
  goTo(matches, event.shiftKey ? -1 : 1);
}

function useKeys(actions: Record<KeyAction, () => void>): void {
  const latest = useRef(actions);
  latest.current = actions;
  // Not once it is painted: a key that is pressed before would go unheard.
  useLayoutEffect(() => {
    const hear = (event: KeyboardEvent): void => {
      const action = keyAction(event);
      if (action === undefined) return;
      event.preventDefault();
      latest.current[action]();
    };
    addEventListener("keydown", hear);
    return () => removeEventListener("keydown", hear);
  }, []);
}

/** Rows out of sight are put into the document for as long as it is printed. */
function usePrinting(): boolean {
  const [isPrinting, setPrinting] = useState(false);
  useLayoutEffect(() => {
    const begin = (): void => setPrinting(true);
    const end = (): void => setPrinting(false);
    const media = matchMedia("print");
    const change = (): void => setPrinting(media.matches);
    addEventListener("beforeprint", begin);
    addEventListener("afterprint", end);
    media.addEventListener("change", change);
    return () => {
      removeEventListener("beforeprint", begin);
      removeEventListener("afterprint", end);
      media.removeEventListener("change", change);
    };
  }, []);
  return isPrinting;
}

function Help(): JSX.Element {
  return (
    <dl class="help">
      {KEYS.map(({ keys, what }) => (
        <div key={what}>
          <dt>
            {keys.map((key) => (
              <kbd key={key}>{key}</kbd>
            ))}
          </dt>
          <dd>{what}</dd>
        </div>
      ))}
    </dl>
  );
}
