import { Ages } from "./ages.ts";
import { isContinuation, isIo, isOptional, type PendingEvent, type TimerEvent } from "./event.ts";
import { JoinedLists, placeOne } from "./joined-lists.ts";
import { emptyList, removeAt, removeFrom } from "./lists.ts";
import type { OrderName } from "./options.ts";
import type { ExecutionSettings } from "./execution-settings.ts";
import { Reactions } from "./reactions.ts";
import { Timers } from "./timers.ts";

/**
 * The longest that the event loop takes to come round, in virtual ms: Node rounds a delay of 0 up to 1, so that such a
 * timer and an immediate are in a race by themselves. For any other the thread would have to be busy for as long.
 */
const ROUND_MS = 1;
/** The same where the machine may be slow. */
const BUSY_ROUND_MS = 20;

/** Which reorderings are legal, and how long things take at most: see `ExecutionSettings`. */
export type PendingBounds = Pick<ExecutionSettings<never>, "order" | "latencyMs" | "patienceMs" | "delaysAddUp">;

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
  private readonly bounds: PendingBounds;
  private readonly continuations: PendingEvent[] = emptyList();
  private readonly reactions: Reactions = new Reactions();
  private others: Others | undefined = undefined;
  /** Whether any continuation came through a hop: without one, ties are in order as they come. */
  hasHops: boolean = false;
  /**
   * Whether a continuation that runs has taken an unknown time, as an I/O has: under `latency`, once there is a timer that it could
   * come before or after. So the delays of successive awaits add up.
   */
  addsUp: boolean = false;
  private readonly mayAddUp: boolean;

  constructor(bounds: PendingBounds) {
    this.order = bounds.order;
    this.bounds = bounds;
    this.mayAddUp = bounds.delaysAddUp !== false && bounds.order === "latency";
  }

  /** Continuations are kept breadth first: a hop through the microtask queue costs a place in it. */
  addContinuation(event: PendingEvent): void {
    const list = this.continuations;
    if (this.others !== undefined) this.others.ages.add(event);
    if (event.reactsTo !== undefined && list.length > 0 && this.order !== "chaos" && this.reactions.add(event, list)) return;
    if (this.reactions.held.length > 0) this.reactions.note(event);
    list.push(event);
    if (list.length > 1 && (this.hasHops === true || list[list.length - 2]!.generation > event.generation)) this.sink(event);
  }

  private sink(event: PendingEvent): void {
    const list = this.continuations;
    this.others?.joined.forget();
    for (let at = list.length - 1; at > 0 && this.isBefore(event, list[at - 1]!); at -= 1) {
      list[at] = list[at - 1]!;
      list[at - 1] = event;
    }
  }

  /** It was held back and may run now: it comes where it would be, had it been there from when it became ready. */
  private release(event: PendingEvent): void {
    const list = this.continuations;
    let at = list.push(event) - 1;
    for (; at > 0 && this.wasBefore(event, list[at - 1]!); at -= 1) list[at] = list[at - 1]!;
    if (at === list.length - 1) return;
    list[at] = event;
    this.others?.joined.forget();
  }

  private wasBefore(event: PendingEvent, other: PendingEvent): boolean {
    if (this.isBefore(event, other)) return true;
    return !this.isBefore(other, event) && event.arrival < other.arrival;
  }

  private isBefore(event: PendingEvent, other: PendingEvent): boolean {
    if (event.generation !== other.generation) return event.generation < other.generation;
    return this.hasHops && wouldRunBefore(event, other);
  }

  /** Everything that is no continuation. */
  get rest(): Others {
    return (this.others ??= new Others(this.bounds, this.continuations, this.reactions.held));
  }

  addTimer(timer: TimerEvent): void {
    this.addsUp = this.mayAddUp;
    this.rest.addTimer(timer);
  }

  /** Takes a cleared timer or immediate out again. False if it was not pending. */
  cancel(event: PendingEvent): boolean {
    return this.others?.cancel(event) === true;
  }

  /**
   * The events that may run now, FIFO first. Valid until the next call: the array is reused.
   * @param nowMs - where the clock stands.
   */
  legal(nowMs: number): readonly PendingEvent[] {
    if (this.others !== undefined && this.others.count > 0) return this.others.legal(nowMs);
    return this.continuations;
  }

  /** The reaction on a promise that was registered last of those pending: what is registered later comes behind it. */
  lastReaction(promise: object): PendingEvent | undefined {
    return this.continuations.length === 0 || this.order === "chaos" ? undefined : this.reactions.lastOf(promise, this.continuations);
  }

  /** Takes out the event at an index of the last `legal()`, which is about to run. */
  remove(event: PendingEvent, index: number, nowMs: number): void {
    const { others } = this;
    if (others !== undefined && !isContinuation(event)) {
      others.run(event, index, nowMs);
      return;
    }
    const place = others === undefined || others.count === 0 ? index : others.joined.remove(event, index);
    if (place >= 0) removeAt(this.continuations, place);
    else removeFrom(this.continuations, event);
    if (event.reactsTo !== undefined) {
      const next = this.reactions.remove(event, this.continuations.length);
      if (next !== undefined) this.release(next);
    }
    if (others === undefined) return;
    others.isPolling = false;
    others.ages.remove(event);
  }

  /** The virtual ms since which something that latency bounds has been pending, `now` if nothing is, or there are no timers. */
  oldest(now: number): number {
    return this.others === undefined ? now : this.others.ages.earliest(now);
  }

  /** When a moment was, in virtual ms. */
  timeOf(moment: number): number {
    return moment === 0 ? 0 : this.rest.timers.timeOf(moment);
  }

  /** The longest that an I/O must have taken for the timers to fire as they did, in ms. */
  longestMs(): number {
    return this.others?.timers.longestMs() ?? 0;
  }

  /** See `Timers.nextLatencyMs`. */
  get nextLatencyMs(): number {
    return this.others?.timers.nextLatencyMs ?? Number.POSITIVE_INFINITY;
  }

  /** How many timers are armed. */
  get armedTimers(): number {
    return this.others?.timers.size ?? 0;
  }

  /** Armed timers and immediates, for the leak check and the deadlock report. */
  armed(): readonly PendingEvent[] {
    return this.others?.armed() ?? [];
  }
}

/** The pending events of all kinds but continuations, which it knows to put the legal ones together. */
class Others {
  private readonly chaotic: boolean;
  /** Of what latency bounds. */
  readonly ages: Ages;
  private readonly requests: PendingEvent[] = emptyList();
  private readonly ticks: PendingEvent[] = emptyList();
  private readonly completions: PendingEvent[] = emptyList();
  private readonly immediates: PendingEvent[] = emptyList();
  /** Those of the completions that are messages within this thread, which take no time. */
  private readonly messages: PendingEvent[] = emptyList();
  /** Those of the messages that were pending before the event loop came to where it tells them: it tells them before it comes to immediates. */
  private readonly dueMessages: PendingEvent[] = emptyList();
  private readonly keepsRounds: boolean;
  readonly timers: Timers;
  /** How many of the immediates are of the batch that has begun: Node runs nothing else in between. */
  private batch = 0;
  /** Whether the event loop stands where I/O is told: it comes to the immediates before it comes to any timer. */
  isPolling: boolean = false;
  /** Invariant: the number of events in the lists and the queue. */
  count: number = 0;
  /** What may happen and need not. */
  private readonly optional: PendingEvent[] = emptyList();
  /** What becomes a completion once nothing else is under way. */
  private readonly idle: PendingEvent[] = emptyList();
  /** What may run at any time, and in the end the completions. */
  readonly joined: JoinedLists;

  /** @param held - continuations that may not run yet. */
  constructor({ order, latencyMs, patienceMs }: PendingBounds, continuations: PendingEvent[], held: PendingEvent[]) {
    this.chaotic = order === "chaos";
    this.keepsRounds = order === "production";
    this.joined = new JoinedLists([this.requests, continuations, this.ticks, this.completions]);
    const [waiting, turning] = [emptyList<PendingEvent[]>(), emptyList<PendingEvent[]>()];
    waiting.push(this.requests, this.completions, continuations, held);
    turning.push(this.immediates, this.messages);
    this.ages = new Ages(waiting);
    this.timers = new Timers(latencyMs, order === "production" ? ROUND_MS : BUSY_ROUND_MS, waiting, this.ages, turning, patienceMs);
  }

  /** @param isNext - it goes on with what has just run, and comes before all others. */
  addRequest(event: PendingEvent, isNext: boolean): void {
    this.count += 1;
    this.ages.add(event);
    if (isNext !== true) {
      this.requests.push(event);
      return;
    }
    this.requests.unshift(event);
    this.joined.forget();
  }

  addCompletion(event: PendingEvent): void {
    this.count += 1;
    this.ages.add(event);
    this.completions.push(event);
    if (event.kind !== "message") return;
    this.messages.push(event);
    if (this.keepsRounds && !this.isPolling) this.becomesDue(event);
  }

  addOptional(event: PendingEvent): void {
    this.count += 1;
    this.optional.push(event);
  }

  /** The event is ready once nothing is under way: no I/O, no timer but intervals and `watching` ones. */
  addIdle(event: PendingEvent): void {
    this.count += 1;
    this.idle.push(event);
  }

  /** Nothing is under way: what has waited for that is ready. False where nothing has. */
  wakeIdle(): boolean {
    if (this.idle.length === 0) return false;
    for (const event of this.idle) {
      this.ages.add(event);
      this.completions.push(event);
    }
    this.idle.length = 0;
    return true;
  }

  addTick(event: PendingEvent): void {
    this.count += 1;
    this.ticks.push(event);
  }

  /** @param isFromOutside - set by a callback of I/O that is no event itself. */
  addImmediate(event: PendingEvent, isFromOutside: boolean): void {
    this.count += 1;
    this.immediates.push(event);
    if (isFromOutside) this.isPolling = true;
  }

  addTimer(timer: TimerEvent): void {
    this.count += 1;
    this.timers.add(timer);
  }

  legal(nowMs: number): readonly PendingEvent[] {
    const legal = this.joined.all;
    let length = this.joined.join(this.batch === 0 || this.chaotic === true ? 4 : 3);
    if (this.chaotic === true) {
      length = placeAll(this.immediates, legal, length);
      length = placeAll(this.timers.inOrder(), legal, length);
      while (legal.length > length) legal.pop();
      return this.idle.length + this.optional.length === 0 ? legal : this.withOptional(legal);
    }
    const immediate = this.immediates[0];
    if (immediate !== undefined && (this.batch > 0 || this.dueMessages.length === 0)) length = placeOne(immediate, legal, length);
    while (legal.length > length) legal.pop();
    const isBehindImmediates = this.batch > 0 || (this.isPolling === true && immediate !== undefined);
    if (!isBehindImmediates) this.timers.appendLegal(legal, nowMs);
    for (let index = length; index < legal.length; index += 1) legal[index]!.claim();
    return this.idle.length + this.optional.length === 0 ? legal : this.withOptional(legal);
  }

  /** Nothing is legal where only what waits for quiet would disturb it; and where nothing else is, nothing optional is. */
  private withOptional(legal: PendingEvent[]): readonly PendingEvent[] {
    if (this.idle.length > 0 && legal.every(isQuiet)) {
      legal.length = 0;
      this.joined.forget();
    }
    if (legal.length > 0) for (const event of this.optional) legal.push(event);
    return legal;
  }

  /** False if it was not pending. */
  cancel(event: PendingEvent): boolean {
    const isOfBatch = event.kind === "immediate" && this.immediates.indexOf(event) < this.batch;
    if (!this.take(event)) return false;
    this.joined.forget();
    this.count -= 1;
    if (isOfBatch) this.batch -= 1;
    return true;
  }

  /** Takes out an event that is about to run. */
  run(event: PendingEvent, index: number, nowMs: number): void {
    const { kind } = event;
    const place = kind === "immediate" || kind === "timer" || kind === "interval" ? -1 : this.joined.remove(event, index);
    if (kind === "immediate") this.runImmediate();
    if ((kind === "timer" || kind === "interval") && !this.chaotic) this.timers.fire(event as TimerEvent, nowMs);
    // What runs at the far end of an I/O, or at once, leaves the loop where it stands.
    if (kind !== "request" && kind !== "tick" && !isOptional(kind)) this.isPolling = isIo(kind);
    if (this.take(event, place)) this.count -= 1;
    if (this.count === 0) this.joined.forget();
  }

  /** Those that are pending now are a batch. What is posted meanwhile is told before the next one. */
  private runImmediate(): void {
    if (this.batch === 0) {
      this.batch = this.immediates.length;
      if (this.keepsRounds) for (const message of this.messages) this.becomesDue(message);
    }
    this.batch -= 1;
  }

  /** That a port is closed is told behind immediates as well: it is no message of the queue. */
  private becomesDue(message: PendingEvent): void {
    if (message.label !== "close" && !this.dueMessages.includes(message)) this.dueMessages.push(message);
  }

  /**
   * I/O is over, or a continuation that was delayed runs: see `Timers.complete`.
   * @returns the moment from which time is measured now.
   */
  complete(io: PendingEvent, now: number, nowMs: number): number {
    return this.chaotic ? now : this.timers.complete(io, now, nowMs);
  }

  /** @param place - where it is in its list, if that is known. */
  private take(event: PendingEvent, place: number = -1): boolean {
    switch (event.kind) {
      case "request":
        return this.takeWaiting(this.requests, event, place);
      case "tick":
        return removeFrom(this.ticks, event, place);
      case "timer":
      case "interval":
        return this.timers.remove(event as TimerEvent);
      case "immediate":
        return removeFrom(this.immediates, event);
      case "fault":
      case "abort":
        return removeFrom(this.optional, event);
      case "message":
        removeFrom(this.messages, event);
        removeFrom(this.dueMessages, event);
        return this.takeWaiting(this.completions, event, place);
      default:
        return this.takeWaiting(this.completions, event, place);
    }
  }

  private takeWaiting(list: PendingEvent[], event: PendingEvent, place: number): boolean {
    const isTaken = removeFrom(list, event, place);
    if (isTaken) this.ages.remove(event);
    return isTaken;
  }

  armed(): readonly PendingEvent[] {
    return [...this.immediates, ...this.timers.inOrder()];
  }
}

/**
 * Which of two continuations of one generation plain JavaScript would run first: the one whose parent stood first in
 * the generation before. The parent may be a hop of the runtime's own, which stands where its cause put it though no
 * step of it was seen; then the question is the same about the parents, one generation up, until it is one cause that
 * has brought about both: then their places among all that it has brought about tell.
 */
function wouldRunBefore(event: PendingEvent, other: PendingEvent): boolean {
  let [one, oneDistance, onePlace] = [event.cause, event.distance, event.place];
  let [two, twoDistance, twoPlace] = [other.cause, other.distance, other.place];
  for (;;) {
    if (one === two) return onePlace < twoPlace;
    if (oneDistance === twoDistance) return (one?.ranAt ?? 0) < (two?.ranAt ?? 0);
    if (twoDistance > oneDistance) {
      twoDistance -= oneDistance;
      if (one === undefined) return true;
      [one, oneDistance, onePlace] = [one.cause, one.distance, one.place];
    } else {
      oneDistance -= twoDistance;
      if (two === undefined) return false;
      [two, twoDistance, twoPlace] = [two.cause, two.distance, two.place];
    }
  }
}

/** Whether it may be pending while nothing is under way: an interval, and a timer by which heddle watches over the body. */
function isQuiet(event: PendingEvent): boolean {
  return event.kind === "interval" || (event.kind === "timer" && (event as TimerEvent).isWatching);
}

/** Writes events into `legal` from a place on, and claims them in this order. Returns the place behind them. */
function placeAll(events: readonly PendingEvent[], legal: PendingEvent[], from: number): number {
  const { length } = events;
  for (let index = 0; index < length; index += 1) placeOne(events[index]!, legal, from + index);
  return from + length;
}
