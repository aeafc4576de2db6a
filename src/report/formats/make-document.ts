/** Makes the JSON document of a failure out of its report. */
import { cutText, printable, printableLine, withoutColours } from "../../values/printable.ts";
import { collectCalls } from "../calls.ts";
import { collectWaits, tellWaitsFor } from "../deadlock.ts";
import type { FailureReport } from "../failure-text.ts";
import { callName, eventName, noteText, taskNames } from "../names.ts";
import { readQuietly, type ReadLine } from "../read-quietly.ts";
import { explainWithPlaces } from "../sentence.ts";
import type { RenderOptions } from "../text.ts";
import type { Cause, Note, OrderedEvent, Site, Timeline, TimelineStep } from "../timeline.ts";
import { type CauseDocument, type DeviationDocument, DOCUMENT_VERSION, type EventDocument, type FailureDocument, type NoteDocument, type SiteDocument, type StepDocument, type TimelineDocument, type WaitDocument } from "./document.ts";

/** UTF-16 units of a name, a value or a line of source. */
const LONGEST_LINE = 600;
/** Of the error and of the generated input. */
const LONGEST_TEXT = 20_000;
/** Lines of source above and below each place. */
const CONTEXT = 6;
/** Lines of source in all. */
const MOST_SOURCE = 5_000;
const MOST_LEGAL = 20;
const MOST_WAITS = 40;

/** What a document says besides the report. */
export interface DocumentParts {
  readonly report: FailureReport;
  readonly seed: string;
  /** The version of heddle. */
  readonly heddle: string;
}

/** The document of a failure. It reads the sources through `readLine`, and paths are shown relative to `cwd`. */
export function makeDocument({ report, seed, heddle }: DocumentParts, { readLine, cwd }: Pick<RenderOptions, "readLine" | "cwd">): FailureDocument {
  const sites = new SiteTable();
  const { timeline, order, counts, kind, title, input, errorText } = report;
  const { places } = explainWithPlaces(timeline, { kind, message: errorText });
  const { cause } = timeline;
  const passing = cause?.passing;
  const { leastLatencyMs } = order;
  return {
    format: "heddle-failure",
    version: DOCUMENT_VERSION,
    heddle,
    ...(title === undefined ? {} : { test: line(title) }),
    kind,
    sentence: line(report.sentence),
    error: text(errorText),
    ...(input === undefined ? {} : { input: text(input) }),
    seed,
    replay: line(report.replay.replace(/^replay: /u, "")),
    needs: { order: order.needs, ...(leastLatencyMs === undefined || leastLatencyMs <= 0 ? {} : { latencyMs: leastLatencyMs }) },
    counts,
    tips: report.tips.map(line),
    places: places.map(({ what, site }) => ({ what: line(what), ...sites.named("site", site) })),
    ...(cwd === undefined ? {} : { folder: line(cwd) }),
    failing: { ...timelineDocument(timeline, sites), ...(kind === "deadlock" || kind === "livelock" ? { waits: waitDocuments(timeline, sites) } : {}) },
    ...(cause === undefined ? {} : { cause: causeDocument(cause) }),
    ...(passing === undefined ? {} : { passing: { partsAt: passing.partsAt, timeline: timelineDocument(passing.timeline, sites) } }),
    // Last, when all places are known.
    sources: sites.sources(readLine),
    sites: sites.all,
  };
}

function line(value: string): string {
  return cutText(printableLine(withoutColours(cutText(value, LONGEST_LINE)).replace(/[\r\n\t ]+/gu, " ").trim()), LONGEST_LINE);
}

function text(value: string): string {
  return cutText(printable(withoutColours(cutText(value, LONGEST_TEXT))), LONGEST_TEXT);
}

/** The places of a document, each once. */
class SiteTable {
  readonly all: SiteDocument[] = [];
  private readonly raw: Site[] = [];
  private readonly positions = new Map<string, number>();

  position(site: Site): number {
    const key = JSON.stringify([site.file, site.line, site.column, site.functionName]);
    let position = this.positions.get(key);
    if (position === undefined) {
      position = this.all.length;
      this.positions.set(key, position);
      this.raw.push(site);
      const { file, functionName } = site;
      this.all.push({
        file: line(file),
        line: site.line,
        column: site.column,
        ...(functionName === undefined ? {} : { functionName: line(functionName) }),
        ...(site.package === undefined ? {} : { package: line(site.package) }),
      });
    }
    return position;
  }

  /** The position under a name, or nothing where there is no place. */
  named<Name extends string>(name: Name, site: Site | undefined): { readonly [Key in Name]?: number } {
    if (site === undefined) return {};
    return { [name]: this.position(site) } as { readonly [Key in Name]: number };
  }

  sources(readLine: ReadLine): FailureDocument["sources"] {
    const sources = new Map<string, Map<number, string>>();
    let total = 0;
    for (const { file, line: at } of this.raw) {
      const name = line(file);
      let lines = sources.get(name);
      if (lines === undefined) sources.set(name, (lines = new Map()));
      for (let number = Math.max(1, at - CONTEXT); number <= at + CONTEXT && total < MOST_SOURCE; number += 1) {
        if (lines.has(number)) continue;
        const code = readQuietly(readLine, file, number);
        if (code === undefined) continue;
        lines.set(number, sourceLine(code));
        total += 1;
      }
    }
    const sorted = [...sources].map(([file, lines]) => [file, Object.fromEntries([...lines].map(([number, code]) => [String(number), code]))] as const);
    return Object.fromEntries(sorted);
  }
}

function sourceLine(code: string): string {
  return printableLine(cutText(code.replaceAll("\t", "  "), LONGEST_LINE).trimEnd());
}

function timelineDocument(timeline: Timeline, sites: SiteTable): TimelineDocument {
  const names = taskNames(timeline).map(line);
  const words = new Words(timeline);
  return {
    order: timeline.order,
    tasks: timeline.tasks.map(({ path }, index) => ({ path: line(path), name: names[index]! })),
    steps: timeline.steps.map((step) => stepDocument(step, sites, words)),
    waiting: timeline.waiting.map((waiter) => {
      const { task, kind, site, passed } = waiter;
      return { task, kind, waitsFor: line(tellWaitsFor(timeline, waiter)), ...sites.named("site", site), ...sites.named("passed", passed) };
    }),
    leaks: timeline.leaks.map(line),
  };
}

function waitDocuments(timeline: Timeline, sites: SiteTable): readonly WaitDocument[] {
  return collectWaits(timeline).slice(0, MOST_WAITS).map(({ task, waitsFor, site, passed, holder, settler }) => ({
    task,
    waitsFor: line(waitsFor),
    ...sites.named("site", site),
    ...sites.named("passed", passed),
    ...(holder === undefined ? {} : { holder: { task: holder.task, what: line(holder.what), ...sites.named("site", holder.site) } }),
    ...(settler === undefined ? {} : { settler: line(settler) }),
  }));
}

/** What events are called. */
class Words {
  private readonly calls: ReturnType<typeof collectCalls>;

  constructor(timeline: Timeline) {
    this.calls = collectCalls(timeline);
  }

  of(step: TimelineStep): string {
    if (step.index === 0 && step.label === "start") return "start of the body";
    const call = this.calls.byStep.get(step.index);
    if (call !== undefined) return line(`${callName(call.name, call.value, LONGEST_LINE)} asked`);
    const told = step.kind === "completion" ? step.notes.find((note) => note.type === "answer" && note.name === step.label) : undefined;
    if (told !== undefined) return line(noteText(told));
    return line(eventName(step.kind, step.label));
  }
}

function stepDocument(step: TimelineStep, sites: SiteTable, words: Words): StepDocument {
  const { index, event, kind, label, task, site, atMs, notes, legal, deviation, after, share } = step;
  return {
    index,
    event: line(event),
    kind,
    ...(label === undefined ? {} : { label: line(label) }),
    does: words.of(step),
    task,
    ...sites.named("site", site),
    atMs,
    notes: notes.map((note) => noteDocument(note, sites)),
    legal: legal.slice(0, MOST_LEGAL).map(line),
    legalCount: legal.length,
    ...(deviation === undefined ? {} : { deviation: deviationDocument(deviation, sites) }),
    after: after ?? [],
    ...(share === undefined ? {} : { share }),
  };
}

function deviationDocument({ kind, insteadOf, insteadOfKind, insteadOfLabel, insteadOfTask, insteadOfSite }: NonNullable<TimelineStep["deviation"]>, sites: SiteTable): DeviationDocument {
  const does = insteadOfKind === undefined ? insteadOf : eventName(insteadOfKind, insteadOfLabel);
  return { kind, insteadOf: line(insteadOf), does: line(does), task: insteadOfTask, ...sites.named("site", insteadOfSite) };
}

function noteDocument(note: Note, sites: SiteTable): NoteDocument {
  switch (note.type) {
    case "read":
      return { type: "read", object: line(note.object), key: line(note.key), value: line(note.value), ...sites.named("site", note.site) };
    case "write":
      return { type: "write", object: line(note.object), key: line(note.key), value: line(note.value), previous: line(note.previous), ...sites.named("site", note.site) };
    case "request":
      return { type: "request", name: line(note.name), value: line(note.value), ...callOf(note) };
    case "answer":
      return { type: "answer", name: line(note.name), value: line(note.value), failed: note.failed, ...callOf(note) };
    case "log":
      return { type: "log", text: line(note.text) };
  }
}

function callOf(note: { readonly call?: string | undefined }): { readonly call?: string } {
  return note.call === undefined ? {} : { call: line(note.call) };
}

function causeDocument({ base, kept, deciding, constraints, isCutShort }: Cause): CauseDocument {
  return {
    base,
    kept,
    deciding,
    constraints: constraints.map((one) => ({ before: eventDocument(one.before), after: eventDocument(one.after), kept: one.kept, broken: one.broken })),
    isCutShort,
  };
}

function eventDocument({ event, step, passingStep }: OrderedEvent): EventDocument {
  return { event: line(event), ...(step === undefined ? {} : { step }), ...(passingStep === undefined ? {} : { passingStep }) };
}
