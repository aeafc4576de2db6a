/** What was measured of a failure's cause, and how the nearest passing order differs, in lines of text. */
import { collectCalls } from "./calls.ts";
import { cut, grouped, list, oneLine } from "./layout.ts";
import { callName, eventName, taskName, taskNames } from "./names.ts";
import { ordersOf, tellOrders } from "./orders.ts";
import { shortPlace } from "./places.ts";
import type { Share, Timeline, TimelineStep } from "./timeline.ts";

/** Rows of one order that the other one lacks. */
const MOST_MISSING = 4;
/** A timer that fires as often in one order more than in the other is polling: it says how long that order took. */
const POLLS = 5;
const ARGUMENTS = 40;

/** The lines below the sentence and its places. */
export function tellEvidence(timeline: Timeline): string[] {
  const { cause } = timeline;
  if (cause === undefined) return [];
  return [...passing(timeline), ...measured(timeline), ...(cause.isCutShort ? ["the time was up before all of this was measured: raise `shrinkMs`"] : [])];
}

function measured(timeline: Timeline): string[] {
  const { base, kept } = timeline.cause!;
  const constraints = ordersOf(timeline);
  const [only, ...more] = constraints;
  if (only === undefined || kept.of === 0) return [];
  const random = ` and ${shown(base)} at random`;
  if (more.length === 0) {
    const broken = only.broken.of > 0 ? `, of those that break it ${shown(only.broken)}` : "";
    return [`measured: of executions that keep this order ${shown(kept)} fail${broken},${random}`];
  }
  const orders = tellOrders(timeline).map((order, index) => `  ${index + 1}. ${order}${constraints[index]!.broken.of > 0 ? ` (broken: ${shown(constraints[index]!.broken)})` : ""}`);
  return [`measured: of executions that keep all of these orders ${shown(kept)} fail,${random}:`, ...orders];
}

function shown({ failed, of }: Share): string {
  return `${grouped(failed)} of ${grouped(of)}`;
}

/** Where the two part, and what either has that the other one lacks. */
function passing(timeline: Timeline): string[] {
  const { passing: other } = timeline.cause!;
  if (other === undefined) return [];
  const [own, there] = [timeline.steps[other.partsAt], other.timeline.steps[other.partsAt]];
  const at = there === undefined ? "" : `: there ${nameStep(other.timeline, there)} comes ${own === undefined ? "" : `in place of ${nameStep(timeline, own)}`}`;
  const missing = lacking(other.timeline, timeline);
  const extra = lacking(timeline, other.timeline);
  return [
    ...(missing.length > 0 ? [`only in the order that passes: ${told(missing)}`] : []),
    ...(extra.length > 0 ? [`only in the order that fails: ${told(extra)}`] : []),
    `the nearest order that passes parts from this one at step ${other.partsAt}${at}`,
  ];
}

function told(all: readonly string[]): string {
  const times = timesOf(all);
  const rows = [...times].map(([row, count]) => (count === 1 ? row : `${row} ${grouped(count)} times`));
  const rest = rows.length - MOST_MISSING;
  return list([...rows.slice(0, MOST_MISSING), ...(rest > 0 ? [`${grouped(rest)} more`] : [])]);
}

function nameStep(timeline: Timeline, step: TimelineStep): string {
  const name = taskName(taskNames(timeline), step.task);
  const place = step.site === undefined ? "" : ` (${shortPlace(step.site)})`;
  const isContinuation = step.kind === "await" || step.kind === "then";
  return `${name}${isContinuation ? "" : `'s ${eventName(step.kind, step.label).replace(/^an? /u, "")}`}${place}`;
}

function timesOf(rows: readonly string[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const row of rows) times.set(row, (times.get(row) ?? 0) + 1);
  return times;
}

/** What happens in `one` and not in `other`: operations with what they came to, timers that fire, what was logged; no polling. */
function lacking(one: Timeline, other: Timeline): string[] {
  const rows = missingIn(one, other);
  const times = timesOf(rows);
  return rows.filter((row) => !row.endsWith(FIRES) || times.get(row)! < POLLS);
}

const FIRES = " fires";

function missingIn(one: Timeline, other: Timeline): string[] {
  const left = new Map<string, number>();
  for (const row of happenings(other)) left.set(row.key, (left.get(row.key) ?? 0) + 1);
  return happenings(one).flatMap(({ key, text }) => {
    const times = left.get(key) ?? 0;
    left.set(key, times - 1);
    return times > 0 ? [] : [text];
  });
}

interface Happening {
  readonly key: string;
  readonly text: string;
}

function happenings(timeline: Timeline): Happening[] {
  const names = taskNames(timeline);
  const found: Happening[] = [];
  for (const call of collectCalls(timeline).all) {
    const text = callName(call.name, call.value, ARGUMENTS);
    const place = call.site === undefined ? "" : ` (${shortPlace(call.site)})`;
    found.push({ key: `call ${text}`, text: `${text} asked by ${taskName(names, call.task)}${place}` });
    if (call.answer?.failed === true) found.push({ key: `failed ${text} ${call.answer.value}`, text: `${text} failed: ${cut(oneLine(call.answer.value), ARGUMENTS)}` });
  }
  for (const { kind, label, site, task, notes } of timeline.steps) {
    if (kind === "timer") {
      const place = site === undefined ? "" : ` armed at ${shortPlace(site)}`;
      found.push({ key: `timer ${label ?? ""}${place}`, text: `${taskName(names, task)}'s ${eventName(kind, label)}${place}${FIRES}` });
    }
    for (const note of notes) if (note.type === "log") found.push({ key: `log ${note.text}`, text: `log ${cut(oneLine(note.text), ARGUMENTS)}` });
  }
  return found;
}
