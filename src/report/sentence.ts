/** What went wrong, in one sentence and two places, out of what the timeline shows and nothing else. */
import { findInterleaving, findTimerInterleaving, findTwins, interleavingRaces, twinRaces } from "./call-races.ts";
import { collectCalls } from "./calls.ts";
import { tellDeadlock } from "./deadlock.ts";
import { decisiveTimer, injected, tellDeviation } from "./deviations.ts";
import type { FailureKind } from "../engine/outcome.ts";
import { count, cut, grouped, list, oneLine } from "./layout.ts";
import { callName, eventName, isOptional, taskName, taskNames } from "./names.ts";
import { orderRace, ordersOf } from "./orders.ts";
import { shortPlace } from "./places.ts";
import { findMemoryRace, memoryRaces, type Place, type Race } from "./races.ts";
import { findRepetition } from "./repetition.ts";
import type { Timeline, TimelineStep } from "./timeline.ts";
import { withTouched } from "./touched.ts";
import { updateRaces } from "./update-races.ts";

/** What a sentence is made of besides the timeline. */
export interface ExplainedFailure {
  readonly kind: FailureKind;
  /** Of the error that ended the execution; only its first line is used. */
  readonly message: string;
}

/** A sentence, and the places in the source that it is about (two, or none). */
export interface Explanation {
  readonly sentence: string;
  readonly places: readonly Place[];
}

const plainOrder = "fails in the order plain JavaScript takes, with nothing reordered";

/** One sentence that says what went wrong, in the words of the program under test. */
export function explain(timeline: Timeline, failure: ExplainedFailure): string {
  return explainWithPlaces(timeline, failure).sentence;
}

/** The sentence of `explain`, with the two critical places. What heddle made happen, a fault or an abort, is told first. */
export function explainWithPlaces(timeline: Timeline, failure: ExplainedFailure): Explanation {
  const explanation = explainRest(timeline, failure);
  const causes = injected(timeline);
  if (causes.length === 0 || failure.kind === "nondeterministic") return explanation;
  const cause = list([...new Set(causes.map(({ what }) => what))]);
  const isAll = explanation.sentence === plainOrder;
  return { sentence: isAll ? `fails once ${cause}` : `${cause}: ${explanation.sentence}`, places: [...causes, ...explanation.places] };
}

function explainRest(timeline: Timeline, failure: ExplainedFailure): Explanation {
  const message = oneLine(failure.message.split("\n", 1)[0] ?? "");
  switch (failure.kind) {
    case "deadlock":
      return { sentence: `${tellDeadlock(timeline)}${comesAbout(timeline)}`, places: [] };
    case "livelock":
      return { sentence: tellLivelock(timeline), places: [] };
    case "leak":
      return { sentence: tellLeak(timeline, message), places: [] };
    case "nondeterministic":
      return { sentence: tellNondeterministic(message), places: [] };
    case "unhandled-rejection":
      return { sentence: tellRejection(timeline, message), places: findRace(timeline)?.places ?? [] };
    case "invariant":
      return tellInvariant(timeline, message);
    case "not-linearizable":
      return tellUnordered(timeline, failure.message);
    case "error":
      return prefixed("", findRace(timeline), otherwise(timeline));
  }
}

/** @param message - its second line says which operation fits nowhere, where that is known. */
function tellUnordered(timeline: Timeline, message: string): Explanation {
  const [first = "", second = ""] = message.split("\n", 2);
  const title = /^not [a-z-]+(?=:)/u.exec(first)?.[0] ?? "not linearizable";
  const misfit = oneLine(second);
  const race = findRace(timeline);
  if (misfit === "") return prefixed(title, race);
  return { sentence: `${title}: ${misfit}${race === undefined ? "" : `; ${race.sentence}`}`, places: race?.places ?? [] };
}

/**
 * The race that a timeline shows. Where orders of events were measured that make the failure, it is these, or a known
 * shape that they are part of. Else over shared memory, between calls, or the decisive deviation. (A timer that only let
 * the second task start says less than what the two then did to each other.)
 */
export function findRace(timeline: Timeline): Race | undefined {
  const race = findNamedRace(timeline);
  return race && withTouched(timeline, race);
}

function findNamedRace(timeline: Timeline): Race | undefined {
  const { cause } = timeline;
  const measured = orderRace(timeline);
  if (measured !== undefined) return shapeOf(timeline) ?? measured;
  if (timeline.isUnshrunk === true) return undefined;
  const race = takingPart(timeline, findStrongRace(timeline)) ?? (isNoRace(timeline) || isUnreordered(timeline) ? undefined : takingPart(timeline, findCallRace(timeline)));
  if (race === undefined) return tellDeviation(timeline);
  if (cause !== undefined && isNoRace(timeline)) return { ...race, sentence: `${race.sentence}, in every order that was tried` };
  return deviates(timeline) ? race : inPlainOrder(race);
}

/** Which order of events a deadlock needs, where that was measured. */
function comesAbout(timeline: Timeline): string {
  const race = orderRace(timeline);
  return race === undefined ? "" : `; it comes about where ${race.sentence}`;
}

/** A known shape counts only if a step by which the failure was decided is one of its own, where any are known. */
function takingPart({ cause }: Timeline, race: Race | undefined): Race | undefined {
  if (race === undefined || cause === undefined || cause.deciding.length === 0) return race;
  return race.steps.some((step) => cause.deciding.includes(step)) ? race : undefined;
}

/** Where no race can be named. */
function otherwise(timeline: Timeline): string {
  if (isNoRace(timeline)) return tellNoRace(timeline);
  return timeline.isUnshrunk === true ? "fails in an order that could not be made simple: shrinking was cut short, and what is left of it may have nothing to do with the failure" : plainOrder;
}

function tellNoRace(timeline: Timeline): string {
  return `fails in every order that was tried (${grouped(timeline.cause!.base.of)} at random): no order of events makes the difference${overlapping(timeline)}`;
}

/** The same call, asked again before it was first answered: what began in one step overlaps in every order. */
function overlapping(timeline: Timeline): string {
  const calls = collectCalls(timeline).all;
  for (const [at, first] of calls.entries()) {
    const again = calls.slice(at + 1).filter(({ name, value, step }) => name === first.name && value === first.value && step < (first.answer?.step ?? Number.POSITIVE_INFINITY));
    if (again.length === 0) continue;
    const place = first.site === undefined ? "" : ` (${shortPlace(first.site)})`;
    return `; in all of them ${callName(first.name, first.value, 40)}${place} is asked ${again.length + 1} times before it is first answered`;
  }
  return "";
}

/** Every execution failed alike, in whatever order. */
function isNoRace({ cause }: Timeline): boolean {
  return cause !== undefined && cause.passing === undefined && cause.base.of > 0 && cause.base.failed === cause.base.of;
}

/** Experiments were made, and the failure needs nothing reordered: that two tasks took turns is no news then. */
function isUnreordered(timeline: Timeline): boolean {
  return timeline.cause !== undefined && !deviates(timeline);
}

/** The known shape of a race that the measured orders are part of: at least half of them make it what it is. */
function shapeOf(timeline: Timeline): Race | undefined {
  const constraints = ordersOf(timeline);
  let best: Race | undefined;
  let most = 0;
  for (const race of [...updateRaces(timeline), ...interleavingRaces(timeline), ...twinRaces(timeline), ...memoryRaces(timeline)]) {
    const covered = constraints.filter((order) => race.orders?.some(([before, after]) => before === order.before.step && after === order.after.step) === true).length;
    if (covered * 2 >= constraints.length && covered > 0 && covered >= most) [best, most] = [race, covered];
  }
  return best;
}

function findStrongRace(timeline: Timeline): Race | undefined {
  return findMemoryRace(timeline) ?? findTwins(timeline);
}

function findCallRace(timeline: Timeline): Race | undefined {
  const timer = decisiveTimer(timeline);
  return timer === undefined ? findInterleaving(timeline) : findTimerInterleaving(timeline, timer);
}

/** Whether anything was reordered: a fault reorders nothing. */
function deviates(timeline: Timeline): boolean {
  return timeline.steps.some((step) => step.deviation !== undefined && !isOptional(step.kind));
}

function inPlainOrder(race: Race): Race {
  return { ...race, sentence: `${race.sentence}, in the order plain JavaScript takes` };
}

function prefixed(prefix: string, race: Race | undefined, rest: string = plainOrder): Explanation {
  const sentence = race?.sentence ?? rest;
  return { sentence: prefix === "" ? sentence : `${prefix}: ${sentence}`, places: race?.places ?? [] };
}

function tellLivelock(timeline: Timeline): string {
  const names = taskNames(timeline);
  const last = timeline.steps.slice(-20);
  const turning = [...new Set(last.map((step) => step.task))];
  const runners = turning.slice(0, 3).map((task) => {
    const site = last.findLast((step) => step.task === task && step.site !== undefined)?.site;
    return taskName(names, task) + (site === undefined ? "" : ` (${shortPlace(site)})`);
  });
  if (turning.length > 3) runners.push(`${turning.length - 3} more`);
  // Native code that went on within a step is no step of its own.
  const steps = count(timeline.steps.filter(({ legal }) => legal.length > 0).length, "step");
  if (runners.length === 0) return `livelock: no end after ${steps}`;
  const again = tellLoop(timeline) ?? repeatedCall(timeline, timeline.steps.length - last.length);
  return `livelock: no end after ${steps}, the last ${grouped(last.length)} of them by ${list(runners)}${again}`;
}

/** Places of one turn that are told. */
const mostLoopPlaces = 3;

/** `, round and round through pool.ts:12 (timer of 5 ms) and pool.ts:13 (request of step)`: where it ends in turns, one of them. */
function tellLoop(timeline: Timeline): string | undefined {
  const { to, turn } = findRepetition(timeline.steps);
  if (turn === 0) return undefined;
  const steps = timeline.steps.slice(to + 1 - turn, to + 1);
  const texts = steps.flatMap(({ site, kind, label }) => (site === undefined ? [] : [`${shortPlace(site)}${kind === "await" || kind === "then" ? "" : ` (${eventName(kind, label)})`}`]));
  const places = [...new Set(texts)];
  if (places.length === 0) return undefined;
  const rest = places.length - mostLoopPlaces;
  return `, round and round through ${list([...places.slice(0, mostLoopPlaces), ...(rest > 0 ? [`${rest} more`] : [])])}`;
}

/** `, asking lock.try("b") again and again`, where the steps from `first` on make one call only. */
function repeatedCall(timeline: Timeline, first: number): string {
  const recent = collectCalls(timeline).all.filter(({ step }) => step >= first);
  const texts = new Set(recent.map(({ name, value }) => callName(name, value, 40)));
  return recent.length > 2 && texts.size === 1 ? `, asking ${[...texts][0]} again and again` : "";
}

function tellLeak(timeline: Timeline, message: string): string {
  const [first, ...rest] = timeline.leaks;
  const more = rest.length === 0 ? "" : `, and ${grouped(rest.length)} more`;
  const what = oneLine(first ?? withoutPrefix(message, "leak"));
  return `leak: ${cut(what, 120) || "something outlived the body"}${armedBy(timeline, what)}${more}`;
}

/** `: poller armed it at poll.ts:9`. */
function armedBy(timeline: Timeline, leak: string): string {
  const timer = timeline.waiting.find(({ kind, waitsFor }) => (kind === "timer" || kind === "interval") && leak.includes(eventName(kind, waitsFor)));
  if (timer?.site === undefined || leak.includes(shortPlace(timer.site))) return "";
  return `: ${taskName(taskNames(timeline), timer.task)} armed it at ${shortPlace(timer.site)}`;
}

function tellNondeterministic(message: string): string {
  if (message.startsWith("state left over")) return `nondeterministic: ${message}`;
  const bare = withoutPrefix(message, "nondeterministic").replace(/^the body is not deterministic: /u, "");
  // Whole paths stand in the error's own text, right below.
  const detail = bare.replace(/(?:[a-z]+:\/\/)?(?:[a-z]:)?[\\/](?:[^\s:]*[\\/])?([^\s\\/:]+:\d+):\d+/giu, "$1").replace(/ \(of \d+ legal\)/gu, "");
  return `nondeterministic: the same schedule took two courses${detail === "" ? "" : ` (${cut(detail, 200)})`}`;
}

function tellRejection(timeline: Timeline, message: string): string {
  const detail = cut(withoutPrefix(message, "unhandled rejection"), 80);
  const step = lastStep(timeline);
  return `unhandled rejection${detail === "" ? "" : `: ${detail}`}${step === "" ? "" : `, after ${step}`}`;
}

/** Whether a failure is that something never came about: no execution shows that. */
export function isNeverHeld(message: string): boolean {
  return /never held|never (?:got|came) true/u.test(message);
}

function tellInvariant(timeline: Timeline, message: string): Explanation {
  // What never held can't be told by what happened: its own message is all there is.
  if (isNeverHeld(message)) return { sentence: message, places: [] };
  // A shape that is known over what was read and written explains more than the step at which the damage was seen.
  const strong = findStrongRace(timeline);
  if (strong !== undefined) return prefixed("", deviates(timeline) ? strong : inPlainOrder(strong));
  const name = /"([^"]+)"/u.exec(message)?.[1];
  const what = message.startsWith("eventually ") ? cut(message, 120) : name === undefined ? cut(message, 80) || "an invariant failed" : `invariant "${name}" failed`;
  const step = lastStep(timeline);
  const calls = findCallRace(timeline);
  const race = calls ?? tellDeviation(timeline);
  const more = calls === undefined ? "" : `; before that, ${calls.sentence}`;
  return { sentence: `${what}${step === "" ? "" : ` after ${step}`}${more}`, places: race?.places ?? [] };
}

/** `checkout's step at wallet.ts:12`, of the step that ended the execution. */
function lastStep(timeline: Timeline): string {
  const step = timeline.steps.at(-1);
  if (step === undefined) return "";
  const task = taskName(taskNames(timeline), step.task);
  const site = step.site ?? writtenAt(step);
  return site === undefined ? `a step of ${task}` : `${task}'s step at ${shortPlace(site)}`;
}

function writtenAt(step: TimelineStep): TimelineStep["site"] {
  const note = step.notes.findLast(({ type }) => type === "write");
  return note?.type === "write" ? note.site : undefined;
}

function withoutPrefix(message: string, prefix: string): string {
  return message.toLowerCase().startsWith(`${prefix}:`) ? message.slice(prefix.length + 1).trim() : message;
}
