import { Census, type OrderCounts } from "./census.ts";
import { mixHash, hashText } from "./event.ts";
import { HashTally } from "./hash-tally.ts";
import type { OrderName } from "./options.ts";
import type { Outcome } from "./outcome.ts";
import { scheduleOf, type Schedule } from "./schedule.ts";
import { failsAlike, Shrinker, type FailingSchedule, type Plan } from "./shrink.ts";
import type { Reduction, ReplayStrategy, Strategy } from "./strategy.ts";

/** One execution that a plan wants. */
export interface ExecutionRequest {
  readonly strategy: Strategy;
  readonly order: OrderName;
  /** It looks for a failure: what it finds is replayed before anybody hears of it. */
  readonly isSearch?: boolean;
}

export interface ExplorationSettings {
  /** Tried one after another, until one of them fails. */
  readonly orders: readonly OrderName[];
  /** A fresh strategy for an order and the executions it may spend. */
  readonly strategy: (order: OrderName, runs: number) => Strategy;
  readonly replay: (schedule: Schedule, strict: boolean) => ReplayStrategy;
  /** The most executions of the search; shrinking has a budget of its own. */
  readonly runs: number;
  readonly shrinkRuns: number;
  /** False once the search has used up its time. */
  readonly hasTime: () => boolean;
  /** Replays of the minimum that have to fail alike. */
  readonly confirmations: number;
  /** Makes the executions of the search as exact as their replays. False if they have been. */
  readonly beExact?: (() => boolean) | undefined;
  readonly onExecution: ((runs: number) => void) | undefined;
  /**
   * Called at once when a failure is found, before anything else is done with it; and again when a replay has failed
   * alike, with the checks of its events.
   */
  readonly onFailure: ((found: FailingSchedule, order: OrderName) => void) | undefined;
}

/** What was tried under one order. */
export interface OrderSummary extends OrderCounts {
  readonly order: OrderName;
  /** Every legal schedule (within the strategy's bound) was tried. */
  readonly complete: boolean;
  /** What there is one of for each schedule that the strategy tries, where it is not an interleaving. */
  readonly covers: string | undefined;
  /** How many there were of these, where they are fewer than the executions. */
  readonly reduction: Reduction | undefined;
  /** No execution had anything to decide. */
  readonly vacuous: boolean;
  /** Why no more was tried: the strategy had no more to try, or the executions or the time were spent. */
  readonly ended: "exhausted" | "runs" | "time";
}

export interface FoundFailure {
  readonly order: OrderName;
  /** As the search found it. */
  readonly original: FailingSchedule;
  readonly shrunk: FailingSchedule;
  /** The execution of the search in which it was found, from 1. */
  readonly foundAt: number;
  readonly shrinkRuns: number;
  readonly reproduced: number;
  readonly confirmations: number;
  /** Two executions of one schedule came out differently. */
  readonly nondeterministic: boolean;
}

export interface ExplorationResult {
  readonly found: FoundFailure | undefined;
  readonly orders: readonly OrderSummary[];
  readonly runs: number;
  /** Executions that took a course of their own; a lower bound where `distinctIsExact` is false. */
  readonly distinct: number;
  readonly distinctIsExact: boolean;
  /** Executions that came to something of their own: see `Outcome.result`. */
  readonly outcomes: number;
  readonly steps: number;
  /** The first execution differed from those after it, which agreed. */
  readonly hasWarmedUp: boolean;
}

/** Of the courses under each order, and of what executions came to. */
export interface ExplorationHashes {
  readonly traces: readonly (readonly [OrderName, Int32Array])[];
  readonly outcomes: Int32Array;
}

/**
 * The whole of an exploration as a plan: which executions to make, and what to conclude from their outcomes.
 * It makes none itself, so it runs alike over a real body, synchronously or not, and over a simulation.
 */
export class ExplorationPlan {
  private readonly settings: ExplorationSettings;
  private readonly courses: HashTally = new HashTally();
  private readonly outcomes: HashTally = new HashTally();
  private readonly summaries: OrderSummary[] = [];
  private readonly censuses: Map<OrderName, Census> = new Map();
  private runs = 0;
  private steps = 0;
  private hasWarmedUp = false;

  constructor(settings: ExplorationSettings) {
    this.settings = settings;
  }

  *run(): Plan<ExplorationResult> {
    const { orders } = this.settings;
    for (const [index, order] of orders.entries()) {
      const left = this.settings.runs - this.runs;
      const budget = index + 1 < orders.length ? Math.ceil(left / 2) : left;
      const found = yield* this.search(order, budget);
      if (found !== undefined) return this.result(found);
      if (!this.settings.hasTime()) break;
    }
    return this.result(undefined);
  }

  /** The hashes behind the numbers of distinct traces and outcomes: several searches can be counted together by them. */
  hashes(): ExplorationHashes {
    return { traces: [...this.censuses].map(([order, census]) => [order, census.traces()] as const), outcomes: this.outcomes.hashes() };
  }

  private *search(order: OrderName, budget: number): Plan<FoundFailure | undefined> {
    const strategy = this.settings.strategy(order, budget);
    const census = new Census();
    this.censuses.set(order, census);
    let ended: OrderSummary["ended"] = "runs";
    for (let run = 0; ; run += 1) {
      if (strategy.begin?.(run) === false || census.isVacuous) {
        ended = "exhausted";
        break;
      }
      if (run >= budget) break;
      if (!this.settings.hasTime()) {
        ended = "time";
        break;
      }
      const outcome = yield* this.execute(strategy, order, census);
      const steady = run > 0 || (yield* this.isSteady(order, outcome));
      if (!steady || outcome.failure !== undefined) {
        const original = { schedule: takenBy(strategy) ?? scheduleOf(outcome.choices), outcome };
        const concluded = yield* this.conclude(order, original, !steady);
        if (!concluded.nondeterministic || this.settings.beExact?.() !== true) return concluded;
        return yield* this.search(order, Math.max(1, budget - run));
      }
    }
    const vacuous = census.isVacuous;
    const complete = ended === "exhausted" && (vacuous || strategy.exhaustive === true);
    this.summaries.push({ order, ...census.counts(strategy), covers: strategy.covers, reduction: strategy.reduction, complete, vacuous, ended });
    return undefined;
  }

  private *execute(strategy: Strategy, order: OrderName, census: Census): Plan<Outcome> {
    const outcome = yield { strategy, order, isSearch: true };
    if (outcome.diverged !== undefined) throw outcome.diverged;
    this.runs += 1;
    this.steps += outcome.steps;
    census.add(outcome.trace, outcome.decisions, strategy);
    const { result, failure } = outcome;
    this.courses.add(outcome.trace);
    this.outcomes.add(failure === undefined ? result : mixHash(result, hashText(failure.kind)));
    this.settings.onExecution?.(this.runs);
    return outcome;
  }

  /**
   * The first schedule once more: a body that is not deterministic can be neither searched nor replayed. What is set
   * up once in a process (a module's cache, a lazy connection) makes the very first execution differ from all others:
   * that is no harm where it passed.
   */
  private *isSteady(order: OrderName, outcome: Outcome): Plan<boolean> {
    const again = (): ExecutionRequest => ({ strategy: this.settings.replay(scheduleOf(outcome.choices), false), order });
    const second = yield again();
    if (isSame(outcome, second)) return true;
    if (outcome.failure !== undefined || second.failure !== undefined) return false;
    const third = yield again();
    this.hasWarmedUp ||= isSame(second, third);
    return isSame(second, third);
  }

  private *conclude(order: OrderName, original: FailingSchedule, unsteady: boolean): Plan<FoundFailure> {
    const foundAt = this.runs;
    const { confirmations } = this.settings;
    if (!unsteady) this.settings.onFailure?.(original, order);
    const checked = unsteady ? undefined : yield* this.checked(original, order);
    const rest = { order, foundAt, confirmations };
    if (checked === undefined) {
      return { ...rest, original, shrunk: original, shrinkRuns: 0, reproduced: 0, nondeterministic: true };
    }
    this.settings.onFailure?.(checked, order);
    const { replay, shrinkRuns, hasTime } = this.settings;
    const shrinker = new Shrinker(checked, { order, replay, runs: shrinkRuns, hasTime });
    const shrunk = (yield* this.checked(yield* shrinker.run(), order)) ?? checked;
    const reproduced = yield* this.confirm(shrunk, order);
    return {
      ...rest,
      original: checked,
      shrunk,
      shrinkRuns: shrinker.spent,
      reproduced,
      nondeterministic: reproduced < confirmations,
    };
  }

  /** The schedule with the checks of its events filled in; nothing where a replay does not come out alike. */
  private *checked(failing: FailingSchedule, order: OrderName): Plan<FailingSchedule | undefined> {
    const strategy = this.settings.replay(failing.schedule, false);
    const outcome = yield { strategy, order };
    if (!isSame(outcome, failing.outcome)) return undefined;
    return { schedule: strategy.effective(), outcome };
  }

  private *confirm(failing: FailingSchedule, order: OrderName): Plan<number> {
    let reproduced = 0;
    for (let time = 0; time < this.settings.confirmations; time += 1) {
      const outcome = yield { strategy: this.settings.replay(failing.schedule, true), order };
      if (isSame(outcome, failing.outcome)) reproduced += 1;
    }
    return reproduced;
  }

  private result(found: FoundFailure | undefined): ExplorationResult {
    return {
      found,
      orders: this.summaries,
      runs: this.runs,
      distinct: this.courses.size,
      distinctIsExact: this.courses.isExact,
      outcomes: this.outcomes.size,
      steps: this.steps,
      hasWarmedUp: this.hasWarmedUp,
    };
  }
}

/** What a replaying strategy followed; a search is known by its choices only. */
function takenBy(strategy: Strategy): Schedule | undefined {
  return "effective" in strategy ? (strategy as ReplayStrategy).effective() : undefined;
}

function isSame(left: Outcome, right: Outcome): boolean {
  return left.trace === right.trace && left.steps === right.steps && failsAlike(left, right);
}
