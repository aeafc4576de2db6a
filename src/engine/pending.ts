import type { PendingEvent, TimerEvent } from "./event.ts";
import type { OrderName } from "./options.ts";
import { TimerQueue } from "./timer-queue.ts";

/**
 * The events that could run next, and which of them an order lets run.
 *
 * `legal()` lists them in the order in which plain JavaScript would run them, so index 0 is always FIFO:
 * requests (plain JavaScript acts at once), continuations by their depth in the microtask queue, ticks, I/O
 * completions, immediates, timers by deadline.
 *
 * Continuations are what most executions consist of, and an execution is made thousands of times a second: what is
 * needed for the other kinds (`Others`) is made with the first of them.
 */
export class PendingEvents {
  private readonly order: OrderName;
  private readonly latencyMs: number;
  private readonly continuations: PendingEvent[] = [];
  private others: Others | undefined = undefined;
  /** Whether any continuation came through a hop: without one, ties are in order as they come. */
  hasHops: boolean = false;

  constructor(order: OrderName, latencyMs: number) {
    this.order = order;
    this.latencyMs = latencyMs;
  }

  /** Continuations are kept breadth first: a hop through the microtask queue costs a place in it. */
  addContinuation(event: PendingEvent): void {
    const list = this.continuations;
    list.push(event);
    if (event.distance > 1) this.hasHops = true;
    if (list.length > 1 && (this.hasHops || list[list.length - 2]!.generation > event.generation)) this.sink(event);
  }

  private sink(event: PendingEvent): void {
    const list = this.continuations;
    for (let at = list.length - 1; at > 0 && this.isBefore(event, list[at - 1]!); at -= 1) {
      list[at] = list[at - 1]!;
      list[at - 1] = event;
    }
  }

  private isBefore(event: PendingEvent, other: PendingEvent): boolean {
    if (event.generation !== other.generation) return event.generation < other.generation;
    return this.hasHops && wouldRunBefore(event, other);
  }

  /** Everything that is no continuation. */
  get rest(): Others {
    return (this.others ??= new Others(this.order === "chaos", this.latencyMs, this.continuations));
  }

  /** Takes a cleared timer or immediate out again. False if it was not pending. */
  cancel(event: PendingEvent): boolean {
    return this.others?.remove(event) === true;
  }

  /** The events that may run now, FIFO first. Valid until the next call: the array is reused. */
  legal(): readonly PendingEvent[] {
    return this.others === undefined || this.others.count === 0 ? this.continuations : this.others.legal();
  }

  /** Takes out the event at an index of the last `legal()`. */
  remove(event: PendingEvent, index: number): void {
    if (this.others === undefined || this.others.count === 0) removeAt(this.continuations, index);
    else if (isContinuation(event)) removeFrom(this.continuations, event);
    else this.others.remove(event);
  }

  /** The virtual ms since which something other than a timer has been pending, `now` if nothing is. */
  oldest(now: number): number {
    return this.others === undefined ? earliest(this.continuations, now) : this.others.oldest(now);
  }

  /** Armed timers and immediates, for the leak check and the deadlock report. */
  armed(): readonly PendingEvent[] {
    return this.others?.armed() ?? [];
  }
}

/** The longest that a busy machine's event loop takes for a round, in virtual ms. */
const ROUND_MS = 20;

/** The pending events of all kinds but continuations, which it knows to put the legal ones together. */
class Others {
  private readonly chaotic: boolean;
  private readonly latencyMs: number;
  private readonly continuations: readonly PendingEvent[];
  private readonly requests: PendingEvent[] = [];
  private readonly ticks: PendingEvent[] = [];
  private readonly completions: PendingEvent[] = [];
  private readonly immediates: PendingEvent[] = [];
  private readonly timers: TimerQueue = new TimerQueue();
  /** Immediates that were set by an I/O callback and have not run: Node runs them before any timer. */
  private readonly ahead: Set<PendingEvent> = new Set();
  private timerSequence = 0;
  /** Invariant: the number of events in the lists and the queue. */
  count: number = 0;
  private readonly scratch: PendingEvent[] = [];

  constructor(chaotic: boolean, latencyMs: number, continuations: readonly PendingEvent[]) {
    this.chaotic = chaotic;
    this.latencyMs = latencyMs;
    this.continuations = continuations;
  }

  addRequest(event: PendingEvent): void {
    this.count += 1;
    this.requests.push(event);
  }

  addCompletion(event: PendingEvent): void {
    this.count += 1;
    this.completions.push(event);
  }

  addTick(event: PendingEvent): void {
    this.count += 1;
    this.ticks.push(event);
  }

  addImmediate(event: PendingEvent, setByIo: boolean): void {
    this.count += 1;
    this.immediates.push(event);
    if (setByIo) this.ahead.add(event);
  }

  addTimer(timer: TimerEvent): void {
    this.count += 1;
    timer.sequence = this.timerSequence;
    this.timerSequence += 1;
    this.timers.add(timer);
  }

  legal(): readonly PendingEvent[] {
    const legal = this.scratch;
    while (legal.length > 0) legal.pop();
    append(legal, this.requests);
    append(legal, this.continuations);
    append(legal, this.ticks);
    append(legal, this.completions);
    if (this.chaotic) {
      append(legal, this.immediates);
      append(legal, this.timers.inOrder());
    } else {
      if (this.immediates.length > 0) legal.push(this.immediates[0]!);
      const timer = this.timers.next;
      if (timer !== undefined && this.ahead.size === 0 && this.fires(timer)) legal.push(timer);
    }
    for (const event of legal) event.claim();
    return legal;
  }

  /** False if it was not pending. */
  remove(event: PendingEvent): boolean {
    const wasPending = this.take(event);
    if (wasPending) this.count -= 1;
    return wasPending;
  }

  private take(event: PendingEvent): boolean {
    switch (event.kind) {
      case "request":
        return removeFrom(this.requests, event);
      case "tick":
        return removeFrom(this.ticks, event);
      case "timer":
      case "interval":
        return this.timers.remove(event as TimerEvent);
      case "immediate":
        this.ahead.delete(event);
        return removeFrom(this.immediates, event);
      default:
        return removeFrom(this.completions, event);
    }
  }

  oldest(now: number): number {
    return earliest(this.requests, earliest(this.completions, earliest(this.continuations, now)));
  }

  armed(): readonly PendingEvent[] {
    return [...this.immediates, ...this.timers.inOrder()];
  }

  /**
   * Latency is bounded: a timer waits for whatever would otherwise have been pending for too long. An immediate takes
   * no time of its own: a timer gets before it only if it falls due while the event loop comes round.
   */
  private fires(timer: TimerEvent): boolean {
    const { deadline } = timer;
    const immediate = this.immediates[0];
    if (immediate !== undefined && deadline - immediate.since > Math.min(this.latencyMs, ROUND_MS)) return false;
    return deadline - this.oldest(deadline) <= this.latencyMs;
  }
}

/**
 * Which of two continuations of one generation plain JavaScript would run first: the one whose parent stood first in
 * the generation before. The parent may be a hop of the runtime's own, which stands where its cause put it though no
 * step of it was seen; then the question is the same about the parents, one generation up. Between a hop and a step
 * of one cause the step is taken to be first: hops are not numbered, and that is right more often.
 */
function wouldRunBefore(event: PendingEvent, other: PendingEvent): boolean {
  let [one, oneDistance] = [event.cause, event.distance];
  let [two, twoDistance] = [other.cause, other.distance];
  let isHopOfOther = false;
  for (;;) {
    if (one === two) return isHopOfOther;
    if (oneDistance === twoDistance) return (one?.ranAt ?? 0) < (two?.ranAt ?? 0);
    isHopOfOther = twoDistance > oneDistance;
    if (isHopOfOther) {
      twoDistance -= oneDistance;
      if (one === undefined) return true;
      [one, oneDistance] = [one.cause, one.distance];
    } else {
      oneDistance -= twoDistance;
      if (two === undefined) return false;
      [two, twoDistance] = [two.cause, two.distance];
    }
  }
}

function isContinuation(event: PendingEvent): boolean {
  return event.kind === "await" || event.kind === "then" || event.kind === "microtask";
}

function earliest(list: readonly PendingEvent[], upTo: number): number {
  let since = upTo;
  for (const event of list) if (event.since < since) since = event.since;
  return since;
}

function append(target: PendingEvent[], list: readonly PendingEvent[]): void {
  for (let index = 0; index < list.length; index += 1) target.push(list[index]!);
}

/** Shifts by hand and pops: shortening an array through `length` or `splice` costs several times as much. */
function removeFrom(list: PendingEvent[], event: PendingEvent): boolean {
  const index = list.indexOf(event);
  if (index < 0) return false;
  removeAt(list, index);
  return true;
}

function removeAt(list: PendingEvent[], from: number): void {
  const last = list.length - 1;
  for (let index = from; index < last; index += 1) list[index] = list[index + 1]!;
  list.pop();
}
