import type { Footprint } from "./footprints.ts";

/** A step that ran, or one that is asleep: known from when it ran. */
export interface Step {
  /** Its event's serial number: the same in every execution with the same steps before. */
  readonly serial: number;
  /** The place of the step that asked for its event; -1 for the body's start. */
  readonly origin: number;
  /** The places of the steps that it can't come before, of those that made its event. */
  readonly causes: readonly number[];
  readonly footprint: Footprint;
}

/** A point on the path from the start of an execution, before one of its steps. */
export class Node {
  /** The serial numbers of the legal events, FIFO first. */
  readonly legal: readonly number[];
  /** Steps from which everything has been tried already, by way of another order of independent steps. */
  readonly sleepers: Step[];
  /** The event that is taken here in the execution under way. */
  chosen: number;
  /** The step that it was; `undefined` until it has run. */
  step: Step | undefined = undefined;
  /** Those still to be taken. */
  private readonly wanted: number[] = [];
  /** Of the events that were taken here and are done with: how many orders lie behind all of them, and behind one at least. */
  private orders = 0;
  private fewest: number = Number.POSITIVE_INFINITY;

  constructor(legal: readonly number[], sleepers: Step[], chosen: number) {
    this.legal = legal;
    this.sleepers = sleepers;
    this.chosen = chosen;
  }

  get isDecision(): boolean {
    return this.legal.length > 1;
  }

  /** Whether all that begins with this event has been tried, is being tried, or will be. */
  covers(serial: number): boolean {
    return serial === this.chosen || this.wanted.includes(serial) || isAsleep(this.sleepers, serial);
  }

  /** Puts an event on the list. False if it isn't legal here. */
  want(serial: number): boolean {
    if (!this.legal.includes(serial)) return false;
    if (!this.covers(serial)) this.wanted.push(serial);
    return true;
  }

  /**
   * How many orders lie behind this point, if those behind the event that is taken now are so many: behind each event that is
   * still to be taken are as many as behind the one that had fewest. (What has been tried is asleep there, so they get fewer.)
   */
  estimate(behindChosen: number): number {
    return this.orders + behindChosen + this.wanted.length * Math.min(this.fewest, behindChosen);
  }

  /** All behind the event that was chosen has been tried. @returns how many orders lie behind this point so far. */
  count(orders: number): number {
    this.fewest = Math.min(this.fewest, Math.max(1, orders));
    this.orders += orders;
    return this.orders;
  }

  /** Is done with the event that was chosen, and goes on to the next. False where there is none. */
  proceed(): boolean {
    if (this.step !== undefined) this.sleepers.push(this.step);
    const next = this.wanted.shift();
    if (next === undefined) return false;
    this.chosen = next;
    this.step = undefined;
    return true;
  }
}

export function isAsleep(sleepers: readonly Step[], serial: number): boolean {
  for (let index = 0; index < sleepers.length; index += 1) {
    if (sleepers[index]!.serial === serial) return true;
  }
  return false;
}
