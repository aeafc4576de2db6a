import type { Access } from "./access.ts";
import { STILL_STEPS } from "./clock.ts";
import { isOptional, type EventKind, type PendingEvent } from "./event.ts";
import { COMPLETION, EVERYTHING, IMMEDIATES, MEETS_TIMERS, Provenance, READS_CLOCK, TELLS_IO, TIMERS, type Ending, type Wait } from "./provenance.ts";
import type { Resource } from "./resource.ts";
import type { Strategy } from "./strategy.ts";

/**
 * Takes down where the events of one execution come from and what their steps touch besides declared objects: for
 * strategies that reason about which steps depend on which. Other executions have none.
 */
export class Tracer {
  /** The number of the running step: 0 during the body's start. */
  step: number = 0;
  /** The resource of the I/O operation that the running step belongs to. */
  resource: Resource | undefined = undefined;
  /** Declared places that were read while invariants were checked. */
  observations: number = 0;
  /** Whether what has arrived from outside is being taken in. */
  isAdmitting: boolean = false;
  private readonly strategy: Strategy;
  private readonly knownSteps: number;
  /** Whether timers, immediates and I/O come in the event loop's order, and not in any. */
  private readonly keepsQueues: boolean;
  private current: Provenance | undefined = undefined;
  private serials = 0;
  private named = 0;
  private awaited: Wait[] | undefined = undefined;
  /** Whether every step from here on is out of sight. */
  private isBlind = false;
  /** I/O operations that have not ended. */
  private operations = 0;
  /** Whether code besides I/O operations goes on natively. */
  private hasForeign = false;

  constructor(strategy: Strategy, keepsQueues: boolean) {
    this.strategy = strategy;
    this.knownSteps = strategy.knownSteps ?? 0;
    this.keepsQueues = keepsQueues;
  }

  /** The running step has asked for an event, or made it ready; or something outside has, which is due to no step. */
  made(event: PendingEvent): void {
    if (event.provenance === undefined) {
      this.serials += 1;
      event.provenance = new Provenance(this.serials, this.resource);
    }
    const { causes } = event.provenance;
    if (this.current?.isOutOfSight === true && !this.isAdmitting) event.provenance.isOutOfSight = true;
    if (this.isAdmitting) event.provenance.isFromOutside = !event.provenance.isOfStep;
    else if (causes[causes.length - 1] !== this.step) causes.push(this.step);
  }

  /** The same for what the event loop keeps in an order of its own, and others wait for. */
  queued(event: PendingEvent, queue: typeof TIMERS | typeof IMMEDIATES): void {
    this.made(event);
    // When it is due is counted from what the clock shows, and reads of the clock may move that.
    if (queue === TIMERS) this.touch(READS_CLOCK, false);
    if (!this.keepsQueues) return;
    this.touch(queue, false);
    this.touch(EVERYTHING, true);
  }

  /**
   * A timer moves the clock, an immediate the event loop; what comes from outside can't be seen through. Where there
   * are timers, it matters to them when an I/O is told.
   */
  enter({ kind, provenance, follower }: PendingEvent, step: number): void {
    this.step = step;
    if (follower !== undefined) this.made(follower);
    this.current = provenance;
    this.named = 0;
    this.resource = provenance?.resource;
    if (this.resource !== undefined) for (const { place, isWrite } of this.resource.accesses) this.touch(place, isWrite);
    if (this.isBlind || provenance?.isOutOfSight === true) this.touch(EVERYTHING, true);
    // From then on each step moves the clock.
    const isLong = this.keepsQueues && step > STILL_STEPS;
    const isOpaque = isLong || kind === "timer" || kind === "interval" || kind === "message" || isOptional(kind) || provenance?.isFromOutside === true;
    if (isOpaque || (kind === "immediate" && this.keepsQueues)) this.touch(EVERYTHING, true);
    else if (isAnswer(kind) && this.keepsQueues) this.touch(MEETS_TIMERS, false);
    if (isAnswer(kind)) this.touch(TELLS_IO, false);
  }

  /** Whether nobody asks what the running step touches. */
  get isKnown(): boolean {
    return this.step <= this.knownSteps;
  }

  /** A place for what the running step makes: no other step has one of that name. */
  placeOf(kind: string): string {
    this.named += 1;
    return `${kind} ${this.current?.serial ?? 0}.${this.named}`;
  }

  /** The running step does something to what nobody declares. */
  touch(place: string, isWrite: boolean): void {
    if (this.current !== undefined && !this.isKnown) (this.current.touched ??= []).push({ place, isWrite });
  }

  /**
   * The running step has got hold of something that can't be watched, and may do to it whatever it likes; and so may all
   * steps that it causes, as they may still hold it.
   */
  losesSight(): void {
    if (this.current === undefined) this.isBlind = true;
    else this.current.isOutOfSight = true;
    this.touch(EVERYTHING, true);
  }

  /**
   * Code that goes on natively waits for a promise: it goes on in whichever step settles that. As a part of an I/O operation
   * it is done to the resource, if that is over within the step: see `hasEnded`.
   */
  waitsNatively(): void {
    if (this.resource === undefined) this.hasForeign = true;
    if (this.current !== undefined && !this.isKnown) (this.current.touched ??= []).push(this.resource === undefined ? UNSEEN : OPERATION);
  }

  /** An I/O operation answers later. */
  begins(): void {
    this.operations += 1;
  }

  /** @param isWithin - an I/O operation has ended within the step that began it: it has nothing left that goes on in others. */
  hasEnded(isWithin: boolean): void {
    this.operations -= 1;
    const { current } = this;
    // Else what goes on natively in this step may be somebody else's.
    if (!isWithin || this.operations > 0 || this.hasForeign || current?.touched === undefined) return;
    current.touched = current.touched.filter((access) => access !== OPERATION);
  }

  /** Something that can't be watched is declared: any step from here on may use it. */
  goesBlind(): void {
    this.isBlind = true;
    this.touch(EVERYTHING, true);
  }

  /** The running step reads the clock: where there are timers, what it was told holds for them as well. */
  readsClock(): void {
    this.touch(READS_CLOCK, false);
    if (this.keepsQueues) this.touch(MEETS_TIMERS, false);
  }

  /** An event was taken back. Where it waits for a lock, whoever took that has said so. */
  cancelled({ provenance }: PendingEvent): void {
    if (provenance?.lock === undefined) this.touch(EVERYTHING, true);
  }

  /** An invariant has read a declared place; or, if `EVERYTHING`, none at all. */
  observe(place: string): void {
    this.observations += 1;
    this.strategy.watches?.(place);
  }

  /**
   * Something that the program has to wait for has ended.
   * @param begun - the step in which it began.
   * @param causes - further steps that had to come before its end.
   */
  complete(begun: number, causes: readonly number[] = []): void {
    this.touch(COMPLETION, false);
    (this.awaited ??= []).push({ begun, ended: [this.step, ...causes] });
  }

  /** One of several things has ended that something may wait for together. */
  join(): void {
    this.touch(COMPLETION, false);
  }

  ending(isCutOff: boolean, blocked: readonly PendingEvent[] = []): Ending {
    return { awaited: this.awaited, isCutOff, blocked: blocked.map(({ provenance }) => provenance!) };
  }
}

/** By which of the two it is told what goes on natively. */
const UNSEEN: Access = { place: EVERYTHING, isWrite: true };
const OPERATION: Access = { place: EVERYTHING, isWrite: true };

function isAnswer(kind: EventKind): boolean {
  return kind === "completion" || kind === "outside";
}
