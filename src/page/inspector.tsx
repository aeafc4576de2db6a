/** What is known of one step: its source, what it did, the state behind it, and the history of one object. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { NoteDocument, SiteDocument, StepDocument } from "../report/formats/document.ts";
import { fullPlace, shortPlace, siteOf, type Course, type Model } from "./model.ts";
import { isTouchedIn, stateAt, type Thing } from "./objects.ts";
import { hueOf } from "./timeline-view.tsx";

/** Rows of a list that are shown before somebody asks for more. */
const MOST_SHOWN = 60;
const MOST_LINKS = 12;
/** Lines of source above and below the step's own. */
const CONTEXT = 4;

interface InspectorProps {
  readonly model: Model;
  readonly course: Course;
  readonly selected: number;
  readonly thing: string | undefined;
  readonly onSelect: (step: number) => void;
  readonly onThing: (name: string | undefined) => void;
}

export function Inspector(props: InspectorProps): JSX.Element {
  const { model, course, selected } = props;
  const step = course.step(selected);
  if (step === undefined) return <aside class="inspector">This execution has no steps.</aside>;
  return (
    <aside class="inspector" aria-label="the selected step">
      <About {...props} step={step} />
      <Source model={model} site={siteOf(model.failure, step.site)} />
      <Notes model={model} step={step} />
      <State {...props} />
      <History {...props} />
    </aside>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <details open>
      <summary>{title}</summary>
      {children}
    </details>
  );
}

function About({ course, step, onSelect }: InspectorProps & { readonly step: StepDocument }): JSX.Element {
  const { deviation, share } = step;
  return (
    <Part title={`Step ${step.index}`}>
      <p class="does">
        <span class={`task ${hueOf(step.task)}`}>{course.taskName(step.task)}</span> {step.does}
      </p>
      <dl>
        <dt>Event</dt>
        <dd>
          {step.kind} <code>{step.event}</code>, at {step.atMs} ms of virtual time
        </dd>
        {course.deciding.has(step.index) ? (
          <>
            <dt>Decided</dt>
            <dd class="lit">The failure was decided at this step.</dd>
          </>
        ) : null}
        {share === undefined ? null : (
          <>
            <dt>Failing</dt>
            <dd>
              {share.failed} of {share.of} executions that kept this course up to here and went on at random failed
            </dd>
          </>
        )}
        {deviation === undefined ? null : (
          <>
            <dt>Reordered</dt>
            <dd class="deviation">
              plain JavaScript would have run {deviation.does} of <b>{course.taskName(deviation.task)}</b> here
            </dd>
          </>
        )}
        <dt>Brought about by</dt>
        <dd>
          <StepLinks course={course} steps={step.after} onSelect={onSelect} />
        </dd>
        <dt>Brings about</dt>
        <dd>
          <StepLinks course={course} steps={course.effectsOf(step.index)} onSelect={onSelect} />
        </dd>
        {step.legalCount > 1 ? (
          <>
            <dt>Could have run</dt>
            <dd>
              <Legal course={course} step={step} onSelect={onSelect} />
            </dd>
          </>
        ) : null}
      </dl>
    </Part>
  );
}

function StepLinks({ course, steps, onSelect }: { readonly course: Course; readonly steps: readonly number[]; readonly onSelect: (step: number) => void }): JSX.Element {
  if (steps.length === 0) return <span class="dim">no step that is known</span>;
  const shown = steps.slice(0, MOST_LINKS);
  return (
    <>
      {shown.map((index) => (
        <StepLink key={index} course={course} index={index} onSelect={onSelect} />
      ))}
      {steps.length > shown.length ? <span class="dim"> and {steps.length - shown.length} more</span> : null}
    </>
  );
}

function StepLink({ course, index, onSelect }: { readonly course: Course; readonly index: number; readonly onSelect: (step: number) => void }): JSX.Element {
  const step = course.step(index)!;
  return (
    <button type="button" class="link" onClick={() => onSelect(index)} title={step.does}>
      {index} <span class={`task ${hueOf(step.task)}`}>{course.taskName(step.task)}</span>
    </button>
  );
}

/** All that could have run: the event that did is marked, and those that ran later are links. */
function Legal({ course, step, onSelect }: { readonly course: Course; readonly step: StepDocument; readonly onSelect: (step: number) => void }): JSX.Element {
  return (
    <>
      {step.legal.map((event, at) => {
        const ran = course.byEvent.get(event);
        const first = at === 0 ? <span class="dim"> plain JavaScript's choice</span> : null;
        if (event === step.event) {
          return (
            <div key={event}>
              <b>{event}</b> <span class="dim">(this one)</span>
              {first}
            </div>
          );
        }
        return (
          <div key={event}>
            {ran === undefined ? <span class="dim">{event} (never ran)</span> : <StepLink course={course} index={ran} onSelect={onSelect} />}
            {first}
          </div>
        );
      })}
      {step.legalCount > step.legal.length ? <div class="dim">and {step.legalCount - step.legal.length} more</div> : null}
    </>
  );
}

function Source({ model, site }: { readonly model: Model; readonly site: SiteDocument | undefined }): JSX.Element | null {
  if (site === undefined) return null;
  const lines = Object.entries(model.failure.sources[site.file] ?? {})
    .map(([number, code]) => ({ number: Number(number), code }))
    .filter(({ number }) => Math.abs(number - site.line) <= CONTEXT);
  return (
    <Part title={fullPlace(model.failure, site)}>
      {lines.length === 0 ? (
        <p class="dim">The source of this file could not be read.</p>
      ) : (
        <pre class="source">
          {lines.map(({ number, code }) => (
            <div key={number} class={number === site.line ? "here" : ""}>
              <span class="number">{number}</span>
              {code}
              {"\n"}
            </div>
          ))}
        </pre>
      )}
      {site.functionName === undefined ? null : <p class="dim">in {site.functionName}</p>}
    </Part>
  );
}

function Notes({ model, step }: { readonly model: Model; readonly step: StepDocument }): JSX.Element | null {
  if (step.notes.length === 0) return null;
  return (
    <Part title="What it did">
      <ul class="notes">
        {step.notes.map((note, at) => (
          <li key={at} class={note.type}>
            {noteWords(note)} <NotePlace model={model} note={note} />
          </li>
        ))}
      </ul>
    </Part>
  );
}

function noteWords(note: NoteDocument): ComponentChildren {
  switch (note.type) {
    case "read":
      return (
        <>
          read <b>{note.object}</b> {note.key} → <code>{note.value}</code>
        </>
      );
    case "write":
      return (
        <>
          wrote <b>{note.object}</b> {note.key}: <del>{note.previous}</del> → <ins>{note.value}</ins>
        </>
      );
    case "request":
      return (
        <>
          asked <b>{note.name}</b>
          <code>({note.value})</code>
        </>
      );
    case "answer":
      return (
        <>
          <b>{note.name}</b> {note.failed ? "failed" : "answered"} <code>{note.value}</code>
        </>
      );
    case "log":
      return <>log: {note.text}</>;
  }
}

function NotePlace({ model, note }: { readonly model: Model; readonly note: NoteDocument }): JSX.Element | null {
  const site = "site" in note ? siteOf(model.failure, note.site) : undefined;
  return site === undefined ? null : <span class="dim">{shortPlace(site)}</span>;
}

function State({ course, selected, thing, onThing }: InspectorProps): JSX.Element | null {
  const [isWhole, setWhole] = useState(false);
  const known = useMemo(() => course.things.map((one) => ({ one, state: stateAt(one, selected) })).filter(({ state }) => state !== undefined), [course, selected]);
  if (course.things.length === 0) return null;
  const shown = isWhole ? known : known.slice(0, MOST_SHOWN);
  return (
    <Part title="State behind this step">
      {known.length === 0 ? <p class="dim">Nothing that is declared has been touched so far.</p> : null}
      <table class="state">
        <tbody>
          {shown.map(({ one, state }) => {
            const isChanged = isTouchedIn(one, selected) && state!.step === selected;
            return (
              <tr key={one.name} class={isChanged ? "changed" : ""}>
                <th>
                  <button type="button" class={`link ${thing === one.name ? "chosen" : ""}`} onClick={() => onThing(thing === one.name ? undefined : one.name)}>
                    {one.name}
                  </button>
                </th>
                <td>
                  {isChanged && state!.previous !== undefined ? (
                    <>
                      <del>{state!.previous}</del> →{" "}
                    </>
                  ) : null}
                  {state!.state}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {known.length > shown.length ? (
        <button type="button" class="link" onClick={() => setWhole(true)}>
          {known.length - shown.length} more
        </button>
      ) : null}
    </Part>
  );
}

function History({ model, course, selected, thing: name, onSelect, onThing }: InspectorProps): JSX.Element | null {
  const thing = useMemo(() => course.things.find((one) => one.name === name), [course, name]);
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => place.current?.scrollIntoView({ block: "nearest" }), [name]);
  if (name === undefined) return null;
  return (
    <Part title={`History of ${name}`}>
      {thing === undefined ? <p class="dim">This execution did nothing to it.</p> : <HistoryRows model={model} course={course} thing={thing} selected={selected} onSelect={onSelect} />}
      <button type="button" class="link" onClick={() => onThing(undefined)}>
        close
      </button>
      <div ref={place} />
    </Part>
  );
}

interface HistoryProps extends Pick<InspectorProps, "model" | "course" | "selected" | "onSelect"> {
  readonly thing: Thing;
}

function HistoryRows({ model, course, thing, selected, onSelect }: HistoryProps): JSX.Element {
  // Of a long history the part around the selected step is shown.
  const at = thing.touches.findIndex(({ step }) => step >= selected);
  const from = Math.max(0, Math.min((at < 0 ? thing.touches.length : at) - MOST_SHOWN / 2, thing.touches.length - MOST_SHOWN));
  return (
    <table class="history">
      <tbody>
        {thing.touches.slice(from, from + MOST_SHOWN).map((touch, row) => {
          const site = siteOf(model.failure, touch.site);
          return (
            <tr key={from + row} class={touch.step === selected ? "changed" : ""}>
              <td>
                <StepLink course={course} index={touch.step} onSelect={onSelect} />
              </td>
              <td>{touch.verb}</td>
              <td>
                {touch.previous === undefined ? null : (
                  <>
                    <del>{touch.previous}</del> →{" "}
                  </>
                )}
                <code>{touch.value}</code>
              </td>
              <td class="dim">{site === undefined ? "" : shortPlace(site)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
