/** The known shapes of a race between calls of io boundaries. */
import { type Call, collectCalls } from "./calls.ts";
import { cut, list, oneLine } from "./layout.ts";
import { callName, taskName, taskNames } from "./names.ts";
import { hasDeviation, type Race } from "./races.ts";
import type { Timeline } from "./timeline.ts";

const shortValue = 40;
const mostCalls = 1_000;

/** Two tasks' calls on one resource, one of them between two of the other's. */
interface Interleaving {
  readonly resource: string;
  readonly before: Call;
  readonly between: Call;
  readonly after: Call;
}

/**
 * Two tasks' calls on one resource, one of them between two of the other's: a transaction in another's, two readers of
 * one stream. Of several the last, nearest to the failure. Only where a deviation put it there (tasks that take turns
 * are no news), or where the schedule has no deviation at all.
 */
export function findInterleaving(timeline: Timeline): Race | undefined {
  const isPlain = timeline.steps.every((step) => step.deviation === undefined);
  return lastInterleaving(timeline, ({ before, after }) => isPlain || hasDeviation(timeline, before.step, after.step));
}

/** An interleaving that a timer brought about by starting one of the two, `undefined` where it did not. */
export function findTimerInterleaving(timeline: Timeline, timer: { readonly step: number; readonly task: number }): Race | undefined {
  return lastInterleaving(timeline, ({ before, between, after }) => {
    const isInside = [before.task, between.task].includes(timer.task) && between.step > timer.step;
    return isInside && after.step > timer.step;
  });
}

/** All that a timeline shows, whatever brought them about. */
export function interleavingRaces(timeline: Timeline): readonly Race[] {
  const names = taskNames(timeline);
  return interleavings(collectCalls(timeline).all).map((found) => tellInterleaving(names, found));
}

function lastInterleaving(timeline: Timeline, accepts: (found: Interleaving) => boolean): Race | undefined {
  const found = interleavings(collectCalls(timeline).all).findLast(accepts);
  return found && tellInterleaving(taskNames(timeline), found);
}

/** Of the last calls only: what explains a failure stands near it. */
function interleavings(all: readonly Call[]): Interleaving[] {
  const calls = all.slice(-mostCalls).filter((call) => call.isCarriedOut);
  const found: Interleaving[] = [];
  const earlier = new Map<string, Call[]>();
  for (const after of calls) {
    const resource = resourceOf(after.name);
    const known = earlier.get(resource);
    if (known === undefined) {
      earlier.set(resource, [after]);
      continue;
    }
    const between = known.at(-1);
    if (between !== undefined && between.task !== after.task) {
      const before = known.findLast((call) => call.task === after.task);
      if (before !== undefined) found.push({ resource, before, between, after });
    }
    known.push(after);
  }
  return found;
}

/** `db` of `db.save`: the object is what two tasks share. */
function resourceOf(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot > 0 ? name.slice(0, dot) : name;
}

function tellInterleaving(names: readonly string[], { resource, before, between, after }: Interleaving): Race {
  const [outer, inner] = [taskName(names, before.task), taskName(names, between.task)];
  const both = [before.task, between.task].sort((one, other) => one - other).map((task) => taskName(names, task));
  const call = ({ name, value }: Call): string =>
    callName(name === resource ? name : name.slice(resource.length + 1), value, shortValue);
  return {
    sentence:
      `${list(both)} interleaved on ${oneLine(resource)}: ${inner}'s ${call(between)} came between ` +
      `${outer}'s ${call(before)} and ${call(after)}`,
    places: [
      { what: `${inner} asked ${callName(between.name, between.value, shortValue)} in between`, site: between.site },
      { what: `${outer} asked ${callName(after.name, after.value, shortValue)}`, site: after.site },
    ],
    steps: [before.step, between.step, after.step],
    orders: [[before.step, between.step], [between.step, after.step]],
  };
}

/** A task's question with its answer, and what it called next: the call that can be based on the answer. */
interface Basis {
  readonly asked: Call;
  readonly next: Call;
}

/** Two tasks that asked the same, got the same, and then both acted on it. */
interface Twin {
  readonly first: Basis;
  readonly second: Basis;
}

/**
 * Two tasks that got the same answer to the same question before either made its next call, which is the same for
 * both: a lost update where that call has the question's key (`get("a")`, then `set("a", …)`), else check-then-act.
 * Of several the last lost update, else the last.
 */
export function findTwins(timeline: Timeline): Race | undefined {
  const twins = collectTwins(timeline);
  const found = twins.findLast(({ first }) => isUpdate(first)) ?? twins.at(-1);
  return found && tellTwins(taskNames(timeline), found);
}

/**
 * All that a timeline shows, lost updates last. Where three tasks got the same answer, any two of them make the same
 * mistake, and it is chance which two are measured: each pair is told as the first two.
 */
export function twinRaces(timeline: Timeline): readonly Race[] {
  const names = taskNames(timeline);
  const bases = collectBases(collectCalls(timeline).all).slice(-mostPaired);
  return pairsOf(bases)
    .sort((one, other) => Number(isUpdate(one.first)) - Number(isUpdate(other.first)))
    .map((twin) => ({ ...tellTwins(names, firstAlike(bases, twin)), orders: ordersOfTwin(twin) }));
}

function pairsOf(bases: readonly Basis[]): Twin[] {
  return bases.flatMap((second, at) => bases.slice(0, at).flatMap((first) => (areTwins(first, second) ? [{ first, second }] : [])));
}

/** Of all that are twins of both, these two included, the two that asked first. */
function firstAlike(bases: readonly Basis[], twin: Twin): Twin {
  const both = [twin.first, twin.second];
  const alike = bases.filter((basis) => both.includes(basis) || both.every((own) => areTwins(own, basis)));
  const [one, other] = [...alike].sort((left, right) => left.asked.step - right.asked.step) as [Basis, Basis];
  // In the order of what was called next, as in each pair.
  return bases.indexOf(one) < bases.indexOf(other) ? { first: one, second: other } : { first: other, second: one };
}

function collectTwins(timeline: Timeline): Twin[] {
  const bases = collectBases(collectCalls(timeline).all);
  const twins: Twin[] = [];
  for (const [at, second] of bases.entries()) {
    const first = bases.slice(0, at).findLast((other) => areTwins(other, second));
    if (first !== undefined) twins.push({ first, second });
  }
  return twins;
}

/** In the order of what was called next. */
function collectBases(calls: readonly Call[]): Basis[] {
  const last = new Map<number, Call>();
  const bases: Basis[] = [];
  for (const next of calls) {
    const asked = last.get(next.task);
    last.set(next.task, next);
    if (asked?.answer === undefined || asked.answer.step > next.step || asked.name === next.name) continue;
    if (isQuestion(asked, asked.answer)) bases.push({ asked, next });
  }
  return bases.slice(-mostBases);
}

/** Whether a call looks as if it asked for state: not one that answers nothing, or makes something new out of nothing. */
function isQuestion({ value }: Call, answer: NonNullable<Call["answer"]>): boolean {
  if (answer.failed || answer.value === "undefined") return false;
  return value !== "" || /^(?:"|-?\d|true|false|null)/u.test(answer.value);
}

/** The pairs of these are looked at. */
const mostBases = 300;
/** All pairs of these are told apart. */
const mostPaired = 60;

function areTwins(first: Basis, second: Basis): boolean {
  const [one, other] = [first.asked, second.asked];
  if (one.task === other.task || one.name !== other.name || one.value !== other.value) return false;
  if (one.answer?.value !== other.answer?.value || first.next.name !== second.next.name) return false;
  return Math.max(one.step, other.step) < Math.min(first.next.step, second.next.step);
}

/** What it was told is stored again: under the question's key, or, where there is none, by the one value of the resource. */
function isUpdate({ asked, next }: Basis): boolean {
  const key = firstArgument(asked.value);
  if (asked.value === "") return resourceOf(asked.name) === resourceOf(next.name) && STORES.test(next.name) && next.value !== "";
  return key !== "" && key === firstArgument(next.value) && next.value.length > asked.value.length;
}

const STORES = /(?:set|save|write|put|store|update)\w*$/iu;

function firstArgument(value: string): string {
  return /^(?:"(?:[^"\\]|\\.)*"|[^,]*)/u.exec(value)?.[0] ?? "";
}

function tellTwins(names: readonly string[], { first, second }: Twin): Race {
  const task = ({ asked }: Basis): string => taskName(names, asked.task);
  const [earlier, later] = first.asked.step < second.asked.step ? [first, second] : [second, first];
  const question = callName(first.asked.name, first.asked.value, shortValue);
  const answer = cut(oneLine(first.asked.answer?.value ?? ""), shortValue);
  const kind = isUpdate(first) ? "lost update" : "check-then-act";
  const called = ({ next }: Basis): string => `called ${callName(next.name, next.value, shortValue)}`;
  return {
    sentence: `${kind}: ${task(earlier)} and ${task(later)} both got ${answer} from ${question} before either called ${oneLine(first.next.name)}`,
    places: [
      { what: `${task(second)} got ${answer} from ${question}`, site: second.asked.site },
      { what: `${task(first)} ${called(first)}`, site: first.next.site },
      { what: `${task(second)} ${called(second)}`, site: second.next.site },
    ],
    steps: [first.asked.step, second.asked.step, first.next.step, second.next.step],
    orders: ordersOfTwin({ first, second }),
  };
}

function ordersOfTwin({ first, second }: Twin): NonNullable<Race["orders"]> {
  return [[first.asked.step, second.next.step], [second.asked.step, first.next.step]];
}
