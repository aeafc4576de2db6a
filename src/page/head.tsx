/** What went wrong, how to replay it, and where it was decided. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Share } from "../report/timeline.ts";
import type { EventDocument, FailureDocument, WaitDocument } from "../report/formats/document.ts";
import { codeAt, fullPlace, shortPlace, siteOf, type Course, type Model } from "./model.ts";
import { hueOf } from "./timeline-view.tsx";
import { WaitGraph } from "./wait-graph.tsx";

interface HeadProps {
  readonly model: Model;
  readonly onSelect: (course: Course, step: number) => void;
}

export function Head({ model, onSelect }: HeadProps): JSX.Element {
  const { failure } = model;
  return (
    <header>
      <h1>{failure.sentence}</h1>
      <p class="meta">
        <span class="kind">{failure.kind}</span>
        {failure.test === undefined ? null : <b>{failure.test}</b>}
        <span>{needs(failure)}</span>
        <span>{counts(failure)}</span>
      </p>
      {failure.input === undefined ? null : (
        <p class="input">
          input <code>{failure.input}</code>
        </p>
      )}
      <Replay command={failure.replay} isPossible={failure.seed !== ""} />
      {failure.error.trim() === "" ? null : (
        <details class="error">
          <summary>{failure.error.split("\n").find((line) => line.trim() !== "")}</summary>
          <pre>{failure.error}</pre>
        </details>
      )}
      <Places model={model} />
      <CauseBox model={model} onSelect={onSelect} />
      <Waiting model={model} />
      {failure.tips.length === 0 ? null : (
        <ul class="tips">
          {failure.tips.map((tip) => (
            <li key={tip}>{tip}</li>
          ))}
        </ul>
      )}
    </header>
  );
}

function needs({ needs: { order, latencyMs } }: FailureDocument): string {
  const least = latencyMs === undefined ? "" : `, once an I/O takes ${latencyMs} ms or longer`;
  if (order === "production") return `can happen in production as it stands${least}`;
  if (order === "latency") return `happens once an await really takes time${latencyMs === undefined ? "" : ` (${latencyMs} ms or longer)`}`;
  return "only under chaos: a stress test, some of whose orders JavaScript never takes";
}

function counts({ counts: { foundAtRun, executions, deviations, reproduced, replays } }: FailureDocument): string {
  const again = replays > 0 ? `, reproduced ${reproduced} of ${replays}` : "";
  return `found in run ${foundAtRun} of ${executions}, ${deviations} deviation${deviations === 1 ? "" : "s"} from plain JavaScript's order${again}`;
}

function Replay({ command, isPossible }: { readonly command: string; readonly isPossible: boolean }): JSX.Element {
  const [isCopied, setCopied] = useState(false);
  if (!isPossible) return <p class="replay dim">This failure cannot be replayed.</p>;
  const copy = (): void => {
    navigator.clipboard?.writeText(command).then(() => setCopied(true), () => setCopied(false));
  };
  return (
    <p class="replay">
      <code>{command}</code>
      <button type="button" onClick={copy} title="copy the command that replays this failure">
        {isCopied ? "copied" : "copy"}
      </button>
    </p>
  );
}

function Places({ model }: { readonly model: Model }): JSX.Element | null {
  const { failure } = model;
  const known = failure.places.filter(({ site }) => site !== undefined);
  if (known.length === 0) return null;
  return (
    <table class="places">
      <tbody>
        {known.map(({ what, site }, at) => {
          const place = siteOf(failure, site)!;
          return (
            <tr key={at}>
              <th>{what}</th>
              <td class="place">{fullPlace(failure, place)}</td>
              <td>
                <code>{codeAt(failure, place)}</code>
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** Who waits for what, where the execution got stuck. */
function Waiting({ model }: { readonly model: Model }): JSX.Element | null {
  const { waits = [], leaks } = model.failure.failing;
  if (waits.length === 0 && leaks.length === 0) return null;
  return (
    <div class="waits">
      <WaitGraph model={model} waits={waits} />
      <ul class="waiting">
        {waits.slice(0, 8).map((wait) => (
          <Waits key={wait.task} model={model} wait={wait} />
        ))}
        {leaks.slice(0, 5).map((leak) => (
          <li key={leak} class="leak">
            {leak}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Waits({ model: { failure, failing }, wait }: { readonly model: Model; readonly wait: WaitDocument }): JSX.Element {
  const { task, waitsFor, site, passed, holder, settler } = wait;
  const place = (position: number | undefined): JSX.Element | null => {
    const found = siteOf(failure, position);
    return found === undefined ? null : <span class="place"> {shortPlace(found)}</span>;
  };
  return (
    <li>
      <span class={`task ${hueOf(task)}`}>{failing.taskName(task)}</span> waits for {waitsFor}
      {place(site)}
      {holder === undefined ? null : (
        <>
          {"; "}
          <span class={`task ${hueOf(holder.task)}`}>{failing.taskName(holder.task)}</span> {holder.what}
          {place(holder.site)}
        </>
      )}
      {passed === undefined ? null : <>; it had got past{place(passed)}</>}
      {settler === undefined ? null : <>; {settler}</>}
    </li>
  );
}

function CauseBox({ model, onSelect }: HeadProps): JSX.Element | null {
  const { failure, failing } = model;
  const { cause } = failure;
  if (cause === undefined) return null;
  const { base } = cause;
  const isNoRace = base.of > 0 && base.failed === base.of;
  if (!isNoRace && cause.deciding.length === 0 && cause.constraints.length === 0 && !cause.isCutShort) return null;
  return (
    <section class="cause" aria-label="what decided the failure">
      {isNoRace ? <p>{`All ${base.of} orders that were drawn at random fail: the order makes no difference.`}</p> : null}
      {cause.deciding.length === 0 ? null : (
        <p>
          Decided at{" "}
          {cause.deciding.map((index) => {
            const step = failing.step(index);
            if (step === undefined) return null;
            const site = siteOf(failure, step.site);
            const before = shareBefore(failing, index) ?? cause.base;
            return (
              <button key={index} type="button" class="decision" onClick={() => onSelect(failing, index)}>
                step {index} <span class={`task ${hueOf(step.task)}`}>{failing.taskName(step.task)}</span> {site === undefined ? "" : shortPlace(site)}{" "}
                {step.share === undefined ? null : (
                  <span class="jump">
                    {percent(before)} → {percent(step.share)} fail
                  </span>
                )}
              </button>
            );
          })}
        </p>
      )}
      {cause.constraints.map(({ before, after, kept, broken }, at) => (
        <p key={at} class="constraint">
          <EventName model={model} event={before} onSelect={onSelect} /> before <EventName model={model} event={after} onSelect={onSelect} />:{" "}
          <span class="dim">{orders(kept, broken)}</span>
        </p>
      ))}
      {cause.isCutShort ? <p class="dim">Not all of it was measured: the time was up. A larger <code>shrinkMs</code> gives it more.</p> : null}
    </section>
  );
}

function orders(kept: Share, broken: Share): string {
  const parts = [
    ...(kept.of === 0 ? [] : [`${kept.failed} of ${kept.of} orders that keep it fail`]),
    ...(broken.of === 0 ? [] : [`${broken.failed} of ${broken.of} that break it fail`]),
  ];
  return parts.length === 0 ? "not measured: the time was up" : parts.join(", ");
}

function EventName({ model, event: { event, step, passingStep }, onSelect }: HeadProps & { readonly event: EventDocument }): JSX.Element {
  const [course, index] = step === undefined ? [model.passing, passingStep] : [model.failing, step];
  const found = index === undefined ? undefined : course?.step(index);
  if (course === undefined || found === undefined) return <code>{event}</code>;
  return (
    <button type="button" class="link" onClick={() => onSelect(course, found.index)}>
      <span class={`task ${hueOf(found.task)}`}>{course.taskName(found.task)}</span> {found.does}
    </button>
  );
}

function shareBefore(course: Course, index: number): { readonly failed: number; readonly of: number } | undefined {
  for (let at = index - 1; at >= 0; at -= 1) {
    const share = course.step(at)?.share;
    if (share !== undefined) return share;
  }
  return undefined;
}

function percent({ failed, of }: { readonly failed: number; readonly of: number }): string {
  return of === 0 ? "?" : `${Math.round((100 * failed) / of)} %`;
}
