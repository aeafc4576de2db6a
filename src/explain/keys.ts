import { hashText, mixHash, type PendingEvent, type Task } from "../engine/event.ts";
import { remembering } from "../engine/remembering.ts";

/** A stretch of a task's chain: its events are counted from `from`. */
interface Stretch {
  readonly base: number;
  readonly from: number;
}

/**
 * Names the events of one execution so that an event has the same name in executions that took other courses. Its place in
 * its task would do where every task is spawned. Without that, what several calls have begun in one step goes on in chains
 * that are told apart by who comes first; so an answer is named by its request, and what follows an answer by the answer. A
 * timer is named by the task that armed it and its delay, and counted.
 */
export class Keys {
  private readonly stretches: Map<Task, Stretch> = new Map();
  private readonly counts: Map<number, number> = new Map();

  of(event: PendingEvent): number {
    // An event is of one execution: its name stands in it.
    if (event.key === 0) event.key = this.name(event) || 1;
    return event.key;
  }

  /** To be told of each event that ran, in order. */
  ran(event: PendingEvent): void {
    if (event.answers !== undefined) this.stretches.set(event.task, { base: this.of(event), from: event.index });
  }

  clear(): void {
    this.stretches.clear();
    this.counts.clear();
  }

  private name(event: PendingEvent): number {
    const { answers, task, index } = event;
    if (answers !== undefined) return this.counted(mixHash(this.of(answers), ANSWER));
    if (isLate(event)) return this.counted(mixHash(this.stretch(ownerOf(event), event).base, sortOf(event)));
    const { base, from } = this.stretch(task, event);
    return mixHash(base, index - from);
  }

  private stretch(task: Task, event: PendingEvent): Stretch {
    const known = this.stretches.get(task);
    if (known !== undefined) return known;
    const { parent } = task;
    const isNamed = parent === undefined || task.spawned !== undefined;
    const base = isNamed ? task.hash : this.counted(mixHash(this.stretch(parent, event).base, sortOf(event)));
    const stretch = { base, from: 0 };
    this.stretches.set(task, stretch);
    return stretch;
  }

  private counted(sort: number): number {
    const times = this.counts.get(sort) ?? 0;
    this.counts.set(sort, times + 1);
    return mixHash(sort, times);
  }
}

const ANSWER = 0x5bd1e995;

const rememberedHash = remembering(1000, hashText);

/** A hash of what kind of event it is, and what it is called. */
function sortOf(event: PendingEvent): number {
  return mixHash(rememberedHash(event.describe()), hashText(event.kind));
}

/** Whether it has no place in a task before it may run: then it may be another one each time. */
function isLate({ kind }: PendingEvent): boolean {
  return kind === "timer" || kind === "interval" || kind === "immediate" || kind === "outside" || kind === "message";
}

/** The task that armed it: a chain without a name begins with the event for which it was forked. */
function ownerOf({ task, index }: PendingEvent): Task {
  return index === 1 && task.spawned === undefined && task.parent !== undefined ? task.parent : task;
}
