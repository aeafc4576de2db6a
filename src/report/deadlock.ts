/** Who waits for what when nothing can run any more, out of what the timeline shows. */
import { collectAccesses } from "./accesses.ts";
import { collectCalls, sameLine } from "./calls.ts";
import { cut, list, oneLine } from "./layout.ts";
import { callName, eventName, memberName, taskName, taskNames } from "./names.ts";
import { shortPlace } from "./places.ts";
import { settlingTask, tellSettler } from "./settlers.ts";
import type { Site, Timeline, Waiter } from "./timeline.ts";

/** A waiter as a report tells it. */
export interface Wait {
  readonly task: number;
  readonly site: Site | undefined;
  /** How many waits it stands for: those further out, and those of the same line. */
  readonly times: number;
  /** In words, `a promise that nothing has settled`. */
  readonly waitsFor: string;
  /** The last place that the task went on from: often where it took what another now waits for. */
  readonly passed: Site | undefined;
  /** What the task saw before it began to wait, and who had made it so: who holds it, as far as can be told. */
  readonly blocker: Blocker | undefined;
  /** Who lets it go on in the order that passes, and why not in this one: in words. */
  readonly settler: string | undefined;
  /** The task that it waits for, as far as can be told: an edge of the wait-for graph. */
  readonly holder: Holder | undefined;
}

/** What another order shows is not certain of this one: no circle is told by it. */
const SETTLES = "settles it in the order that passes";

/** Another task that a waiter waits for. */
export interface Holder {
  readonly task: number;
  /** What that task has to do with it, `set mutex.locked = true`. */
  readonly what: string;
  readonly site: Site | undefined;
}

/** The state that a task found, and its author. */
export interface Blocker {
  /** `mutex.locked = true`. */
  readonly state: string;
  readonly task: number;
  readonly site: Site | undefined;
}

/** Each task once with its last wait, those in the knot first: the body only waits for the tasks that it started. */
export function collectWaits(timeline: Timeline): readonly Wait[] {
  const details = new Details(timeline);
  const isBody = ({ task }: Waiter): boolean => timeline.tasks[task]?.path === "main";
  const knot = lastOfEach(timeline.waiting.filter((waiter) => !isBody(waiter)), ({ task }) => task);
  const body = timeline.waiting.filter(isBody);
  // A body that starts no named tasks runs all of them itself: then each place where it waits counts.
  const rest = lastOfEach(body, knot.length > 0 ? ({ task }) => task : ({ site }) => site && `${site.file}:${site.line}`);
  return [...knot, ...rest].map(({ item, times }) => ({ ...details.of(item), task: item.task, site: item.site, times }));
}

/** The last item of each group, in the groups' order, with how many there were. An item without a key is a group. */
function lastOfEach<Item>(items: readonly Item[], keyOf: (item: Item) => unknown): { item: Item; times: number }[] {
  const groups = new Map<unknown, { item: Item; times: number }>();
  for (const item of items) {
    const key = keyOf(item) ?? item;
    groups.set(key, { item, times: (groups.get(key)?.times ?? 0) + 1 });
  }
  return [...groups.values()];
}

class Details {
  private readonly timeline: Timeline;

  constructor(timeline: Timeline) {
    this.timeline = timeline;
  }

  of(waiter: Waiter): Omit<Wait, "task" | "site" | "times"> {
    const last = this.timeline.steps.findLastIndex((step) => step.task === waiter.task);
    // Native code that went on within another task's step is named by what it did, not by the await before.
    const known = this.timeline.steps.findLast(({ task, site, legal }) => task === waiter.task && site !== undefined && legal.length > 0);
    const passed = waiter.passed ?? known?.site;
    const blocker = this.blocker(waiter.task, last);
    return {
      waitsFor: this.unanswered(waiter) ?? tellWaitsFor(this.timeline, waiter),
      settler: waiter.missed === undefined ? tellSettler(this.timeline, waiter) : undefined,
      passed: sameLine(passed, waiter.site) ? undefined : passed,
      blocker,
      holder: this.holder(waiter, blocker),
    };
  }

  private holder(waiter: Waiter, blocker: Blocker | undefined): Holder | undefined {
    const { task, made } = waiter;
    const ended = this.timeline.tasks.findIndex(({ name }) => name !== "" && waiter.waitsFor === `${name} to end`);
    const settling = waiter.missed === undefined ? settlingTask(this.timeline, waiter) : undefined;
    const found: (Holder | undefined)[] = [
      blocker && { task: blocker.task, what: `set ${blocker.state}`, site: blocker.site },
      ended < 0 ? undefined : { task: ended, what: "has not ended", site: undefined },
      made && { task: made.task, what: "made the promise", site: made.site },
      settling && { task: settling.task, what: SETTLES, site: settling.site },
    ];
    return found.find((one) => one !== undefined && one.task !== task);
  }

  /** A call that was made where the task waits, and never answered. */
  private unanswered({ task, site }: Waiter): string | undefined {
    if (site === undefined) return undefined;
    const call = collectCalls(this.timeline).all.findLast((one) => one.task === task && sameLine(one.site, site));
    return call === undefined || call.answer !== undefined ? undefined : `${callName(call.name, call.value, 40)} to answer`;
  }

  /** The last member that the task read in its last step and did not change, if another task wrote it. */
  private blocker(task: number, step: number): Blocker | undefined {
    const { members } = collectAccesses(this.timeline);
    let best: { readonly position: number; readonly blocker: Blocker } | undefined;
    for (const { accesses } of members) {
      const own = accesses.findLast((access) => access.step === step && access.task === task);
      if (own === undefined || own.note.type !== "read" || own.position < (best?.position ?? 0)) continue;
      const author = accesses.findLast((access) => access.position < own.position && access.note.type === "write");
      if (author === undefined || author.task === task || author.note.value !== own.note.value) continue;
      const state = `${memberName(own.note.object, own.note.key)} = ${cut(oneLine(own.note.value), 40)}`;
      best = { position: own.position, blocker: { state, task: author.task, site: author.site } };
    }
    return best?.blocker;
  }
}

/** The sentence of a deadlock. */
export function tellDeadlock(timeline: Timeline): string {
  const names = taskNames(timeline);
  const all = collectWaits(timeline);
  if (all.length === 0) return "deadlock: nothing is left to run, and the body has not ended";
  // The body awaits the tasks it spawned: true, and no news while any of them waits too.
  const inner = all.filter((wait) => timeline.tasks[wait.task]?.path !== "main");
  const told = inner.length > 0 ? inner : all;
  const parts = told.slice(0, told.length > 3 ? 2 : 3).map((wait) => tellWait(names, wait));
  const more = told.length - parts.length;
  if (more > 0) parts.push(`${more} more ${more === 1 ? "waits" : "wait"}`);
  const circle = circleOf(told);
  const closing = circle.length < 2 ? "" : circle.length === told.length ? "; they wait for each other" : `; ${list(circle.map((task) => taskName(names, task)))} wait for each other`;
  const settler = told.length === 1 ? told[0]!.settler : undefined;
  return `deadlock: ${list(parts)}${closing}${settler === undefined ? "" : `; ${settler}`}`;
}

/** `rent waits for mutex b (bank.ts:12)`, `rent waits at bank.ts:12 while refund holds it: mutex.locked = true`. */
function tellWait(names: readonly string[], { task, site, waitsFor, blocker }: Wait): string {
  const own = taskName(names, task);
  const place = site === undefined ? "" : ` (${shortPlace(site)})`;
  return `${own} waits for ${blocker === undefined ? waitsFor : tellBlocker(names, blocker)}${place}`;
}

/** `refund, which set mutex.locked = true`: who holds what is waited for, as far as can be told. */
export function tellBlocker(names: readonly string[], { task, state }: Blocker): string {
  return `${taskName(names, task)}, which set ${state}`;
}

/** What a waiter waits for, in words. */
export function tellWaitsFor(timeline: Timeline, { waitsFor, kind, site, task, made, missed }: Waiter): string {
  const names = taskNames(timeline);
  if (missed !== undefined) return `"${cut(oneLine(missed.name), 40)}", which ${oneLine(missed.by)} had emitted (${shortPlace(missed.site)}) before anyone listened`;
  const plain = cut(oneLine(waitsFor), 80) || `its ${eventName(kind, undefined)}`;
  if (made === undefined || !plain.endsWith("nothing has settled")) return plain;
  if (made.task !== task) return `a promise that ${taskName(names, made.task)} made (${shortPlace(made.site)}) and nothing has settled`;
  return sameLine(made.site, site) ? plain : `the promise of ${shortPlace(made.site)}, which nothing has settled`;
}

/** Tasks that wait for each other, each for a promise that the next one made or state that it set; none where there is no such circle. */
function circleOf(waits: readonly Wait[]): readonly number[] {
  const holders = new Map(waits.flatMap(({ task, holder }) => (holder === undefined || holder.what === SETTLES ? [] : [[task, holder.task] as const])));
  for (const start of holders.keys()) {
    const path = [start];
    for (let next = holders.get(start); next !== undefined && path.length <= holders.size; next = holders.get(next)) {
      if (next === start) return path;
      path.push(next);
    }
  }
  return [];
}
