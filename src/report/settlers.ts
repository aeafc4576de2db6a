/** Who lets a waiter go on in the order that passes, and why not in the one that fails. */
import { taskName, taskNames } from "./names.ts";
import { sameLine } from "./calls.ts";
import { shortPlace } from "./places.ts";
import type { Site, Timeline, TimelineStep, Waiter } from "./timeline.ts";

/** The step that makes the waiter go on, in the order that passes. */
interface Settler {
  /** Of the order that fails. */
  readonly task: number;
  /** Of the order that passes. */
  readonly step: TimelineStep;
}

/** The task that lets a waiter go on in the order that passes, and the place behind which it does. */
export function settlingTask(timeline: Timeline, wait: Pick<Waiter, "task" | "site">): { readonly task: number; readonly site: Site | undefined } | undefined {
  const settler = settlerOf(timeline, wait);
  return settler && { task: settler.task, site: settler.step.site };
}

function settlerOf(timeline: Timeline, { task, site }: Pick<Waiter, "task" | "site">): Settler | undefined {
  const other = timeline.cause?.passing?.timeline;
  if (other === undefined || site === undefined) return undefined;
  const [names, otherNames] = [taskNames(timeline), taskNames(other)];
  const ended = other.settled?.findLast((one) => otherNames[one.task] === names[task] && sameLine(one.site, site));
  const step = ended === undefined ? undefined : other.steps[ended.step];
  if (step === undefined || step.task === ended!.task) return undefined;
  const own = names.indexOf(otherNames[step.task]!);
  return own < 0 ? undefined : { task: own, step };
}

/**
 * `in the order that passes producer settles it (queue.ts:9); here producer was past that before`: what an order shows in
 * which the waiter goes on. Nothing where it lets itself go on there, or was not seen to.
 */
export function tellSettler(timeline: Timeline, wait: Pick<Waiter, "task" | "site">): string | undefined {
  const settler = settlerOf(timeline, wait);
  if (settler === undefined) return undefined;
  const name = taskName(taskNames(timeline), settler.task);
  const place = settler.step.site === undefined ? "" : ` behind ${shortPlace(settler.step.site)}`;
  return `in the order that passes, ${name} settles it${place}; here ${stateOf(timeline, wait, settler, name)}`;
}

function stateOf(timeline: Timeline, wait: Pick<Waiter, "task">, { task, step }: Settler, name: string): string {
  const ran = timeline.steps.findIndex((one) => one.task === task && sameLine(one.site, step.site) && one.kind === step.kind);
  const since = timeline.steps.findLastIndex((one) => one.task === wait.task);
  if (ran >= 0 && ran < since) return `${name} was past that before`;
  const stuck = timeline.waiting.find((one) => one.task === task);
  if (stuck !== undefined) return `${name} itself waits${stuck.site === undefined ? "" : ` (${shortPlace(stuck.site)})`}`;
  return ran >= 0 ? `${name} came by without doing so` : `${name} never comes there`;
}
