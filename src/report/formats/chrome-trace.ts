import type { FailureDocument, StepDocument, TimelineDocument } from "./document.ts";

/**
 * A failure in Chrome's trace event format, which Perfetto (ui.perfetto.dev) and the performance panel of DevTools open:
 * a track for each task, a slice for each step, an arrow from each step to those it brought about. The failing execution
 * is the first process, the one that passes the second.
 *
 * Steps take no virtual time, so the axis shows their order: each takes a millisecond. The virtual time is among the
 * arguments of each slice. The format: Duranton and others, "Trace Event Format" (Google, 2016).
 */
export function chromeTrace(failure: FailureDocument): string {
  const traces = [new ProcessTrace(failure, failure.failing, 1, failure.passing === undefined ? "heddle" : "failing order")];
  if (failure.passing !== undefined) traces.push(new ProcessTrace(failure, failure.passing.timeline, 2, "passing order"));
  const traceEvents = traces.flatMap((trace) => trace.events());
  const { test, sentence, seed, replay, heddle, kind } = failure;
  return `${JSON.stringify({ displayTimeUnit: "ms", otherData: { heddle, kind, sentence, seed, replay, ...(test === undefined ? {} : { test }) }, traceEvents })}\n`;
}

/** In µs. */
const STEP = 1000;
const DURATION = 900;

type TraceEvent = Readonly<Record<string, unknown>>;

class ProcessTrace {
  private readonly failure: FailureDocument;
  private readonly timeline: TimelineDocument;
  private readonly pid: number;
  private readonly name: string;
  private readonly deciding: ReadonlySet<number>;

  constructor(failure: FailureDocument, timeline: TimelineDocument, pid: number, name: string) {
    this.failure = failure;
    this.timeline = timeline;
    this.pid = pid;
    this.name = name;
    this.deciding = new Set(pid === 1 ? failure.cause?.deciding : []);
  }

  events(): TraceEvent[] {
    const { pid, timeline } = this;
    return [
      this.metadata("process_name", 0, { name: this.name }),
      this.metadata("process_sort_index", 0, { sort_index: pid }),
      ...timeline.tasks.flatMap(({ name }, task) => [this.metadata("thread_name", task + 1, { name }), this.metadata("thread_sort_index", task + 1, { sort_index: task })]),
      ...timeline.steps.flatMap((step) => this.step(step)),
    ];
  }

  private metadata(name: string, tid: number, args: TraceEvent): TraceEvent {
    return { ph: "M", pid: this.pid, tid, name, args };
  }

  private step(step: StepDocument): TraceEvent[] {
    const { index, task, does, kind } = step;
    const own = { pid: this.pid, tid: task + 1 };
    const events: TraceEvent[] = [{ ph: "X", ...own, ts: index * STEP, dur: DURATION, cat: kind, name: does, args: this.details(step) }];
    for (const cause of step.after) events.push(...this.arrow(cause, step));
    if (step.deviation !== undefined) events.push({ ph: "i", s: "t", ...own, ts: index * STEP, cat: "deviation", name: `here plain JavaScript would have run: ${step.deviation.does}` });
    if (this.deciding.has(index)) events.push({ ph: "i", s: "p", ...own, ts: index * STEP, cat: "deciding", name: "the failure was decided here" });
    return events;
  }

  /** An arrow of one task to itself would lie on the track, where the slices say the same. */
  private arrow(cause: number, { index, task }: StepDocument): TraceEvent[] {
    const from = this.timeline.steps[cause];
    if (from === undefined || from.task === task) return [];
    const flow = { pid: this.pid, cat: "cause", name: "brings about", id: `${this.pid}.${cause}.${index}` };
    return [
      { ph: "s", ...flow, tid: from.task + 1, ts: cause * STEP + DURATION / 2 },
      { ph: "f", bp: "e", ...flow, tid: task + 1, ts: index * STEP + DURATION / 2 },
    ];
  }

  private details({ event, site, atMs, notes, legalCount, share }: StepDocument): TraceEvent {
    const place = site === undefined ? undefined : this.failure.sites[site];
    const code = place === undefined ? undefined : this.failure.sources[place.file]?.[String(place.line)];
    return {
      event,
      virtualMs: atMs,
      couldHaveRun: legalCount,
      ...(place === undefined ? {} : { place: `${place.file}:${place.line}:${place.column}` }),
      ...(code === undefined ? {} : { source: code.trim() }),
      ...(notes.length === 0 ? {} : { notes: notes.map((note) => JSON.stringify(note)) }),
      ...(share === undefined ? {} : { failedFromHere: `${share.failed} of ${share.of}` }),
    };
  }
}
