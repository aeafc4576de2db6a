import type { Access } from "./access.ts";
import type { Resource } from "./resource.ts";

/** The place of a step that heddle can't see through: it depends on every other step. */
export const EVERYTHING = "*";

/** Touched by a step that shows that dependences have gone unseen: all steps depend on each other, the earlier ones too. */
export const BLIND = "blind";

/** Touched by each step that sets a timer, or an immediate; and by what matters to timers: I/O is told, the clock is read. */
export const TIMERS = "timers";
export const IMMEDIATES = "immediates";
export const MEETS_TIMERS = "time";

/** Touched by each step that reads the clock; and by one that tells of an I/O, which lets time pass for who reads it. */
export const READS_CLOCK = "clock";
export const TELLS_IO = "told";

/**
 * Touched by each step that registers a reaction on a promise of which it isn't known who made it; and by one that does
 * so on a promise on which another step has registered one before. The order of the two is that of the reactions.
 */
export const REACTIONS = "reactions";
export const SHARED_REACTIONS = "shared reactions";

/** Touched by each step that uses what has no name yet that holds in other executions: it may have one from now on. */
export const UNNAMED = "unnamed";

/** Touched by each step that does something to the world outside, which nobody has to declare. */
export const WORLD = "world";

/** Touched by each step in which something ends that the body waits for, alone or with others. */
export const COMPLETION = "completion";

/**
 * What a strategy is told of an event if it reasons about which steps depend on which (`Strategy.usesProvenance`).
 * Steps are named by their numbers within the execution, from 1; 0 is the body's start.
 */
export class Provenance {
  /** Counted up as events are made: the same in every execution that has taken the same steps so far. */
  readonly serial: number;
  /**
   * The steps that made it, and made it ready: it can't come before any of them. The first is the one that asked for
   * it; the last one the one after which it could run.
   */
  readonly causes: number[] = [];
  /** Further such steps, of those who settle the promise that it waits for; grows until the event is ready. */
  waitsFor: readonly number[] | undefined = undefined;
  /** The lock that its step takes: it is legal only while that is free. Simulations have these. */
  lock: string | undefined = undefined;
  /** The resource of the I/O operation in the course of which it was asked for. */
  readonly resource: Resource | undefined;
  /** Whether it was made ready by no step of the body's. */
  isFromOutside: boolean = false;
  /** Whether its step may hold something that can't be watched: see `Tracer.losesSight`. */
  isOutOfSight: boolean = false;
  /** What its step has done to things that nobody declares: promises, timers, signals. */
  touched: Access[] | undefined = undefined;

  /** Whether it arrives from outside as the end of a step that has said so. */
  isOfStep: boolean = false;

  constructor(serial: number, resource: Resource | undefined) {
    this.serial = serial;
    this.resource = resource;
  }

  /** It arrives from outside, and is the work of that step alone. */
  followsFrom(step: number): void {
    this.isOfStep = true;
    if (this.causes[this.causes.length - 1] !== step) this.causes.push(step);
  }
}

/** Something that the program has to wait for. */
export interface Wait {
  /** The step in which it began; 0 is the start. */
  readonly begun: number;
  /** The step in which it ended, and others that had to come before. */
  readonly ended: readonly number[];
}

/** What such a strategy is told at the end of an execution. */
export interface Ending {
  /** All that the program had to wait for; `undefined` where it doesn't say. */
  readonly awaited: readonly Wait[] | undefined;
  /** Whether events were left that could have run. */
  readonly isCutOff: boolean;
  /** The provenances of events that still wait for a lock. */
  readonly blocked: readonly Provenance[];
}
