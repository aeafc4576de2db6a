/** Calls of io boundaries, put together out of what a timeline shows of them at three points. */
import type { Note, Site, Timeline, TimelineStep } from "./timeline.ts";

type RequestNote = Extract<Note, { type: "request" }>;
type AnswerNote = Extract<Note, { type: "answer" }>;

/** One call of an io boundary: asked for in one step, carried out in another, answered in a third. */
export interface Call {
  /** What the timeline has of the asking. */
  readonly note: RequestNote;
  readonly name: string;
  /** The arguments, as text. */
  readonly value: string;
  /** The task whose call it is. */
  readonly task: number;
  /** Where the call stands in the source. */
  readonly site: Site | undefined;
  /** The step in which it was carried out; that in which it was asked for where the timeline shows no other. */
  readonly step: number;
  /** Whether it was carried out before the execution ended. */
  readonly isCarriedOut: boolean;
  readonly answer: { readonly step: number; readonly value: string; readonly failed: boolean } | undefined;
}

/** The calls of an execution. */
export interface Calls {
  /** In the order in which they were carried out. */
  readonly all: readonly Call[];
  /** By the step in which they were carried out, where that is a step of their own. */
  readonly byStep: ReadonlyMap<number, Call>;
  /** Requests that a row of their own tells of: where they were asked for, they need not be told again. */
  readonly told: ReadonlySet<Note>;
}

/** Gathers the calls that a timeline shows. */
export function collectCalls(timeline: Timeline): Calls {
  const { steps } = timeline;
  const waiting = new Map<string, number[]>();
  const faults = new Map<string, number>();
  for (let index = 0; index < steps.length; index += 1) {
    const { kind, label, event } = steps[index] as TimelineStep;
    if (kind === "request" && label !== undefined) append(waiting, label, index);
    if (kind === "fault") faults.set(event, index);
  }
  const answers = collectAnswers(steps);
  const all: Call[] = [];
  const byStep = new Map<number, Call>();
  const told = new Set<Note>();
  for (let index = 0; index < steps.length; index += 1) {
    for (const note of (steps[index] as TimelineStep).notes) {
      if (note.type !== "request") continue;
      const own = takeStep(timeline, waiting.get(note.name), index, note) ?? faultyStep(faults, note);
      const step = steps[own ?? index] as TimelineStep;
      const answer = takeAnswer(answers, note, step, steps);
      const { name, value } = note;
      const call: Call = { note, name, value, task: step.task, site: step.site, step: own ?? index, isCarriedOut: own !== undefined, answer };
      all.push(call);
      if (own === undefined) continue;
      byStep.set(own, call);
      told.add(note);
    }
  }
  all.sort((one, other) => one.step - other.step);
  return { all, byStep, told };
}

/**
 * The step in which a request was carried out: by its id; else the first of its task. In a step of the body's, which
 * may hold the beginnings of many tasks, it may be of any.
 */
function takeStep({ steps, tasks }: Timeline, candidates: number[] | undefined, from: number, note: RequestNote): number | undefined {
  if (candidates === undefined) return undefined;
  const stepAt = (index: number): TimelineStep => steps[index] as TimelineStep;
  const task = stepAt(from).task;
  const isOwn = (index: number): boolean => index >= from && stepAt(index).task === task;
  const found =
    note.call === undefined
      ? (candidates.find(isOwn) ?? (tasks[task]?.path === "main" ? candidates.find((index) => index >= from) : undefined))
      : candidates.find((index) => index >= from && stepAt(index).event === note.call);
  if (found !== undefined) candidates.splice(candidates.indexOf(found), 1);
  return found;
}

/** The step in which a call was carried out with a fault: its id is the request's, and the fault's kind. */
function faultyStep(faults: ReadonlyMap<string, number>, { call }: RequestNote): number | undefined {
  if (call === undefined) return undefined;
  return faults.get(`${call}!lost-answer`) ?? faults.get(`${call}!hang`) ?? faults.get(`${call}!duplicate`);
}

interface Answered {
  readonly step: number;
  readonly note: AnswerNote;
}

function collectAnswers(steps: readonly TimelineStep[]): Map<string, Answered[]> {
  const answers = new Map<string, Answered[]>();
  for (let step = 0; step < steps.length; step += 1) {
    for (const note of (steps[step] as TimelineStep).notes) {
      if (note.type === "answer") append(answers, note.name, { step, note });
    }
  }
  return answers;
}

function takeAnswer(
  answers: ReadonlyMap<string, Answered[]>,
  request: RequestNote,
  asked: TimelineStep,
  steps: readonly TimelineStep[],
): Call["answer"] {
  const candidates = answers.get(request.name) ?? [];
  const at = candidates.findIndex(({ step, note }) => {
    if (request.call !== undefined && note.call !== undefined) return request.call === note.call;
    const { task, site } = steps[step] as TimelineStep;
    return step >= asked.index && task === asked.task && sameLine(site, asked.site);
  });
  const [found] = at === -1 ? [] : candidates.splice(at, 1);
  return found && { step: found.step, value: found.note.value, failed: found.note.failed };
}

/** Whether two places are on one line. */
export function sameLine(one: Site | undefined, other: Site | undefined): boolean {
  return one?.file === other?.file && one?.line === other?.line;
}

function append<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [value]);
  else known.push(value);
}
