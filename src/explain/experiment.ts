import { isOptional } from "../engine/event.ts";
import type { OrderName } from "../engine/options.ts";
import { randomSource } from "../engine/random-source.ts";
import type { ExecutionRequest, Plan } from "../engine/plan.ts";
import { failsAlike, type FailingSchedule } from "../engine/shrink.ts";
import type { Outcome } from "../engine/outcome.ts";
import { Guided, type Guide, type KeyOrder } from "./guided.ts";

/** An event of the failing course, or one that was ready there and never ran. */
export interface KnownEvent {
  readonly key: number;
  /** Its path id. */
  readonly id: string;
  /** Decisions of the failing course before it ran, its own included; `Infinity` of one that did not run. */
  readonly decisions: number;
}

/** What one execution of an experiment came to. */
export interface Sample {
  /** It failed as the failing course does. */
  readonly fails: boolean;
  /** It did not fail at all. */
  readonly passes: boolean;
  /** For each of `Experiment.events` when it ran, -1 if it did not. */
  readonly ranAt: Int32Array;
  /** Its schedule, as flat pairs of decision and index, if it passes. */
  readonly choices: readonly number[];
}

const ROWS = 64;

export interface ExperimentSettings {
  readonly order: OrderName;
  /** The most executions to spend. */
  readonly runs: number;
  /** False once the time is up. */
  readonly hasTime: () => boolean;
  /** Executions behind each share: fewer are less exact. */
  readonly size: number;
}

/** Executions of one body that follow a failing course for a while, and what is known of all of them. */
export class Experiment {
  /** Those of the failing course in their order, then those that did not run. */
  events: readonly KnownEvent[] = [];
  /** Events that ran in the failing course: the first of `events`. */
  length: number = 0;
  /** Decisions of the failing course. */
  decisions: number = 0;
  readonly samples: Sample[] = [];
  readonly settings: ExperimentSettings;
  spent: number = 0;
  /** The time was up before all executions were made. */
  isCutShort: boolean = false;
  private readonly failing: Outcome;
  /** Of the failing course: flat pairs of decision and index. */
  readonly choices: readonly number[];
  private readonly strategy: Guided;
  private request: ExecutionRequest;
  private rows: Int32Array = new Int32Array(0);
  private used = 0;

  constructor(failing: FailingSchedule, settings: ExperimentSettings) {
    this.settings = settings;
    this.failing = failing.outcome;
    this.choices = failing.outcome.choices;
    const invited = failing.schedule.some(({ check }) => isOptional(check?.kind));
    this.strategy = new Guided(this.choices, randomSource("cause"), invited, false);
    this.request = { strategy: this.strategy, order: settings.order, isSearch: true };
  }

  /**
   * Makes the failing course once more, and takes down its events: as cheaply as the search does, if it fails alike then.
   * @returns whether it fails alike.
   */
  *begin(): Plan<boolean> {
    if (yield* this.follow()) return true;
    this.request = { strategy: this.strategy, order: this.settings.order };
    return yield* this.follow();
  }

  private *follow(): Plan<boolean> {
    const noting = new Guided(this.choices, randomSource("cause"), this.strategy.invites, true);
    noting.guide({ prefix: Number.POSITIVE_INFINITY, then: "plain" });
    const outcome = yield { ...this.request, strategy: noting };
    this.spent += 1;
    if (outcome.trace !== this.failing.trace || !failsAlike(outcome, this.failing)) return false;
    this.decisions = outcome.decisions;
    const course = noting.course!;
    this.length = course.length;
    const rest = [...noting.seen!].filter(([key]) => !noting.ranAt.has(key));
    this.events = [...course, ...rest.map(([key, id]) => ({ key, id, decisions: Number.POSITIVE_INFINITY }))];
    return true;
  }

  /** The ids of a passing execution's events, by key. */
  *idsOf(choices: readonly number[]): Plan<ReadonlyMap<number, string>> {
    const noting = new Guided(choices, randomSource("cause"), this.strategy.invites, true);
    noting.guide({ prefix: Number.POSITIVE_INFINITY, then: "plain" });
    this.spent += 1;
    yield { ...this.request, strategy: noting };
    return new Map(noting.course!.map(({ key, id }) => [key, id]));
  }

  /** Room for when each event ran. Small arrays of numbers are costly to make one by one. */
  private row(): Int32Array {
    const { length } = this.events;
    if (this.used + length > this.rows.length) [this.rows, this.used] = [new Int32Array(length * ROWS), 0];
    const row = this.rows.subarray(this.used, this.used + length);
    this.used += length;
    return row;
  }

  get hasBudget(): boolean {
    if (this.isCutShort || this.spent >= this.settings.runs) return false;
    this.isCutShort = !this.settings.hasTime();
    return !this.isCutShort;
  }

  /** One execution; `undefined` where none is left. */
  *sample(guide: Guide): Plan<Sample | undefined> {
    if (!this.hasBudget) return undefined;
    this.spent += 1;
    this.strategy.guide(guide);
    const outcome = yield this.request;
    const { ranAt } = this.strategy;
    const own = this.row();
    for (let at = 0; at < own.length; at += 1) own[at] = ranAt.get(this.events[at]!.key) ?? -1;
    const passes = outcome.failure === undefined && outcome.diverged === undefined;
    const sample: Sample = { fails: !passes && failsAlike(outcome, this.failing), passes, ranAt: own, choices: passes ? [...outcome.choices] : [] };
    this.samples.push(sample);
    return sample;
  }
}

/** An order of two of an experiment's events, by their positions there. */
export interface EventOrder {
  readonly before: number;
  readonly after: number;
}

/** Whether an execution has it: yes, the other way round, or neither as one of the two did not run. */
export function orderIn({ ranAt }: Sample, { before, after }: EventOrder): "kept" | "broken" | "missing" | "open" {
  const [one, two] = [ranAt[before]!, ranAt[after]!];
  if (one >= 0) return two < 0 || one < two ? "kept" : "broken";
  return two >= 0 ? "missing" : "open";
}

export function keysOf({ events }: Experiment, orders: readonly EventOrder[]): KeyOrder[] {
  return orders.map(({ before, after }) => ({ before: events[before]!.key, after: events[after]!.key }));
}

export function reversed({ before, after }: EventOrder): EventOrder {
  return { before: after, after: before };
}
