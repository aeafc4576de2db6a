import { Census, type OrderCounts } from "./census.ts";
import { mixHash, hashText } from "./event.ts";
import { HashTally } from "./hash-tally.ts";
import type { Meetings } from "./meetings.ts";
import type { OrderName } from "./options.ts";
import type { ExecutionFailure, Outcome } from "./outcome.ts";
import type { ExecutionRequest, Plan } from "./plan.ts";
import { scheduleOf, type Schedule } from "./schedule.ts";
import { failsAlike, Shrinker, type FailingSchedule } from "./shrink.ts";
import type { Reduction, ReplayStrategy, Strategy } from "./strategy.ts";

/** Executions after which all that a body sets up once is set up. */
const WARM_UPS = 2;
/** Replays of a failure that may take another course than its schedule's. */
const MOST_STRAYS = 2;

export interface ExplorationSettings {
  /** Tried one after another, until one of them fails. */
  readonly orders: readonly OrderName[];
  /** A fresh strategy for an order and the executions it may spend. */
  readonly strategy: (order: OrderName, runs: number) => Strategy;
  readonly replay: (schedule: Schedule, strict: boolean) => ReplayStrategy;
  /** Plain JavaScript's order: what is tried where the strategies have nothing to try. */
  readonly plain: () => Strategy;
  /** The most executions of the search; shrinking has a budget of its own. */
  readonly runs: number;
  readonly shrinkRuns: number;
  /** False once the search has used up its time. One execution is made without any. */
  readonly hasTime: () => boolean;
  /** Replays of the minimum that have to fail alike. */
  readonly confirmations: number;
  /** What is learnt of the body's real I/O, and relied upon: see `Meetings`. */
  readonly meetings?: Meetings | undefined;
  /** Makes the executions of the search as exact as their replays. False if they have been. */
  readonly beExact?: (() => boolean) | undefined;
  readonly onExecution: ((runs: number) => void) | undefined;
  /** Whether a failure says that there is nothing to explore, a precondition that does not hold for instance: the search ends there. */
  readonly isSkip?: ((failure: ExecutionFailure) => boolean) | undefined;
  /** The first schedule is not run twice: that the body is deterministic is known from elsewhere; or does not matter where there is nothing to decide. */
  readonly isKnownSteady?: boolean | "if nothing to decide" | undefined;
  /** Called when a failure that was found is given up for now, as it does not replay, and the search goes on. */
  readonly onStray?: (() => void) | undefined;
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
  /** The least bound on latency (virtual ms) under which it was seen to fail: its schedule may take more than it needs. */
  readonly leastLatencyMs: number;
  /** The execution of the search in which it was found, from 1. */
  readonly foundAt: number;
  readonly shrinkRuns: number;
  /** Shrinking ended for want of executions or time, with more deviations than one left. */
  readonly isShrinkCutShort: boolean;
  /** Replays that failed alike, of so many. */
  readonly reproduced: number;
  readonly confirmations: number;
  /** Two executions of one schedule came out differently. */
  readonly nondeterministic: boolean;
  /** Nondeterministic for all that is known because its replays had other events than it had. */
  readonly strayed: boolean;
  /**
   * Nondeterministic because of what earlier executions have left over: the same order passed in an earlier execution,
   * and fails again and again now.
   */
  readonly leftOver: boolean;
}

export interface ExplorationResult {
  readonly found: FoundFailure | undefined;
  /** What ended the search without a verdict: see `ExplorationSettings.isSkip`. */
  readonly skipped?: ExecutionFailure | undefined;
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
  private readonly outcomes: HashTally = new HashTally();
  private readonly summaries: OrderSummary[] = [];
  /** The last search under each order. */
  private readonly censuses: Map<OrderName, Census> = new Map();
  private readonly allCensuses: Census[] = [];
  private runs = 0;
  private steps = 0;
  private hasWarmedUp = false;
  /** Orders under which plain JavaScript's order passed in the first execution. */
  private readonly passedPlainly: Set<OrderName> = new Set();
  private skipped: ExecutionFailure | undefined = undefined;
  /** Failures whose replays took other courses. Another one may replay; if none does, the first of these is reported. */
  private readonly strays: FoundFailure[] = [];

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
      if (this.skipped !== undefined) break;
      if (!this.settings.hasTime()) break;
    }
    return this.result((yield* this.atLeastOnce()) ?? this.strays[0]);
  }

  /** A verdict without any execution would be green for nothing: a part of a search may have nothing to try, say. */
  private *atLeastOnce(): Plan<FoundFailure | undefined> {
    if (this.runs > 0) return undefined;
    const order = this.settings.orders[0]!;
    const found = yield* this.search(order, 1, this.settings.plain());
    const made = this.summaries.pop();
    if (made === undefined) return found;
    const { runs, distinct, vacuous } = made;
    this.summaries[0] = { ...made, ...this.summaries[0], runs, distinct, vacuous };
    return found;
  }

  /** The hashes behind the numbers of distinct traces and outcomes: several searches can be counted together by them. */
  hashes(): ExplorationHashes {
    return { traces: [...this.censuses].map(([order, census]) => [order, census.traces()] as const), outcomes: this.outcomes.hashes() };
  }

  private *search(order: OrderName, budget: number, strategy: Strategy = this.settings.strategy(order, budget)): Plan<FoundFailure | undefined> {
    let census = this.takeCensus(order);
    const request: ExecutionRequest = { strategy, order, isSearch: true };
    const isReplay = "effective" in strategy;
    let ended: OrderSummary["ended"] = "runs";
    let begunAt = 0;
    for (let run = 0; ; run += 1) {
      if (strategy.begin?.(run - begunAt) === false || census.isVacuous) {
        ended = "exhausted";
        break;
      }
      if (run >= budget) break;
      if (this.runs > 0 && !this.settings.hasTime()) {
        ended = "time";
        break;
      }
      const made = yield request;
      if (run === 0 && hasPassedPlainly(made, strategy)) this.passedPlainly.add(order);
      const first = isReplay ? yield* this.warmedUp(strategy, order, made) : made;
      const isNew = this.count(first, strategy, census);
      if (first.failure !== undefined && this.settings.isSkip?.(first.failure) === true) {
        this.skipped = first.failure;
        return undefined;
      }
      const isSteady = run > 0 || (first.failure === undefined && isTakenForSteady(this.settings, first));
      const outcome = isSteady ? first : yield* this.steady(order, first, takenBy(strategy, first));
      if (outcome === undefined || outcome.failure !== undefined) {
        const original = { schedule: takenBy(strategy, first), outcome: outcome ?? first };
        const concluded = yield* this.conclude(order, original, outcome === undefined, isNew);
        if (!concluded.nondeterministic || concluded.leftOver) return concluded;
        if (this.settings.beExact?.() === true) return yield* this.search(order, Math.max(1, budget - run));
        if (!concluded.strayed || this.strays.length >= MOST_STRAYS) return this.strays[0] ?? concluded;
        this.strays.push(concluded);
        this.settings.onStray?.();
      }
      if (!isReplay && run + 1 < budget && first.decisions > 0 && this.hasLearnt(run === begunAt)) {
        begunAt = run + 1;
        census = this.takeCensus(order);
      }
    }
    const vacuous = census.isVacuous;
    const complete = ended === "exhausted" && (vacuous || strategy.exhaustive === true);
    this.summaries.push({ order, ...census.counts(strategy), covers: strategy.covers, reduction: strategy.reduction, complete, vacuous, ended });
    return undefined;
  }

  private takeCensus(order: OrderName): Census {
    const census = new Census();
    this.censuses.set(order, census);
    this.allCensuses.push(census);
    return census;
  }

  /** Whether the search has to begin anew, as it goes by something else now. */
  private hasLearnt(isFirst: boolean): boolean {
    const { meetings } = this.settings;
    return meetings !== undefined && (isFirst || meetings.isBroken) && meetings.renew();
  }

  /** @returns whether none before took the same course, as far as that is known. */
  private count(outcome: Outcome, strategy: Strategy, census: Census): boolean {
    if (outcome.diverged !== undefined) throw outcome.diverged;
    this.runs += 1;
    this.steps += outcome.steps;
    const isNew = census.add(outcome.trace, outcome.decisions, strategy);
    const { result, failure } = outcome;
    census.noteLatency(outcome.nextLatencyMs);
    this.outcomes.add(failure === undefined ? result : mixHash(result, hashText(failure.kind)));
    this.settings.onExecution?.(this.runs);
    return isNew;
  }

  /**
   * A seed that is replayed in a new process may need what its own process had set up by then (a module's cache, a lazy
   * connection): the execution that does not fit it, or passes, sets that up for the next one.
   */
  private *warmedUp(strategy: Strategy, order: OrderName, first: Outcome): Plan<Outcome> {
    let outcome = first;
    for (let time = 0; time < WARM_UPS && !isFailing(outcome); time += 1) {
      strategy.begin?.(0);
      outcome = yield { strategy, order };
      this.hasWarmedUp ||= isFailing(outcome);
    }
    return outcome.diverged === undefined ? outcome : first;
  }

  /**
   * The first schedule once more: a body that is not deterministic can be neither searched nor replayed. What is set
   * up once in a process makes the very first execution differ from all others: that is no harm where it passed.
   * @returns what the schedule comes to twice in a row.
   */
  private *steady(order: OrderName, outcome: Outcome, schedule: Schedule): Plan<Outcome | undefined> {
    let last = outcome;
    for (let strays = 0; strays <= MOST_STRAYS; strays += 1) {
      const again = yield { strategy: this.settings.replay(schedule, false), order };
      if (isSame(last, again)) {
        this.hasWarmedUp ||= !isSame(outcome, again);
        return outcome.failure === undefined || failsAlike(outcome, again) ? again : undefined;
      }
      if (!hasStrayed(last, again)) return undefined;
      last = again;
    }
    return undefined;
  }

  /** @param isNew - no execution took the course before. */
  private *conclude(order: OrderName, original: FailingSchedule, unsteady: boolean, isNew: boolean): Plan<FoundFailure> {
    const foundAt = this.runs;
    const { confirmations } = this.settings;
    if (!unsteady) this.settings.onFailure?.(original, order);
    const plain = yield* this.leftOver(original);
    const checked = plain !== undefined || unsteady ? "unsteady" : yield* this.checked(original, order);
    const isLeftOver = plain !== undefined || (!isNew && original.schedule.length > 0 && typeof checked !== "string");
    const rest = { order, foundAt, strayed: checked === "strayed", leftOver: isLeftOver };
    if (typeof checked === "string" || isLeftOver) {
      const shown = plain ?? original;
      return { ...rest, original: shown, shrunk: shown, leastLatencyMs: 0, shrinkRuns: 0, isShrinkCutShort: false, reproduced: 0, confirmations: isLeftOver ? 0 : confirmations, nondeterministic: true };
    }
    this.settings.onFailure?.(checked, order);
    const { replay, shrinkRuns, hasTime } = this.settings;
    const shrinker = new Shrinker(checked, { order, replay, runs: shrinkRuns, hasTime });
    const rechecked = yield* this.checked(yield* shrinker.run(), order);
    const shrunk = typeof rechecked === "string" ? checked : rechecked;
    const { reproduced, replays } = yield* this.confirm(shrunk, order);
    const least = yield* this.leastLatency(shrunk, order);
    return {
      ...rest,
      original: checked,
      shrunk,
      leastLatencyMs: least.latencyMs,
      shrinkRuns: shrinker.spent + least.runs,
      isShrinkCutShort: shrinkRuns > 0 && shrinker.isCutShort && shrunk.schedule.length > 1,
      reproduced,
      confirmations: replays,
      nondeterministic: reproduced < confirmations,
    };
  }

  /**
   * Plain JavaScript's order once more, where it has passed: if it fails now as the schedule did, again and again, then
   * it is no order that makes the difference but what an earlier execution has left over. (That may well be the one
   * that was found: its order, then, has spoilt what outlives the body.)
   */
  private *leftOver(failing: FailingSchedule): Plan<FailingSchedule | undefined> {
    let expected = failing.outcome;
    for (const order of this.passedPlainly) {
      for (let times = 0; times < 2; times += 1) {
        const outcome = yield { strategy: this.settings.replay([], false), order };
        if (!isFailing(outcome) || (expected.failure !== undefined && !failsAlike(outcome, expected))) break;
        if (times === 1) return { schedule: [], outcome };
        expected = outcome;
      }
    }
    return undefined;
  }

  /**
   * The schedule with the checks of its events filled in, unless a replay does not come out alike. Where
   * something outlives the body (a pool that is filled up now and then), an execution may have an event that is not of
   * its schedule: then two replays that agree with each other will do.
   */
  private *checked(failing: FailingSchedule, order: OrderName): Plan<FailingSchedule | "unsteady" | "strayed"> {
    let expected = failing;
    for (let strays = 0; strays <= MOST_STRAYS; strays += 1) {
      const strategy = this.settings.replay(failing.schedule, false);
      const outcome = yield { strategy, order };
      const replayed = { schedule: strategy.effective(), outcome };
      if (isSame(outcome, expected.outcome)) return replayed;
      if (!hasStrayed(outcome, expected.outcome)) return "unsteady";
      if (failsAlike(outcome, expected.outcome)) expected = replayed;
    }
    return "strayed";
  }

  /** Strict replays. One that has strayed was not of this schedule: there is another in its place, and both are counted. */
  private *confirm(failing: FailingSchedule, order: OrderName): Plan<{ readonly reproduced: number; readonly replays: number }> {
    let reproduced = 0;
    let strays = 0;
    let replays = 0;
    for (; replays < this.settings.confirmations + Math.min(strays, MOST_STRAYS); replays += 1) {
      const outcome = yield { strategy: this.settings.replay(failing.schedule, true), order };
      if (isSame(outcome, failing.outcome)) reproduced += 1;
      else if (hasStrayed(outcome, failing.outcome)) strays += 1;
    }
    return { reproduced, replays };
  }

  /**
   * An event that is held back waits as long as it may, and longer than it takes to fail. So the schedule is followed,
   * as far as it goes, under tighter and tighter bounds, by bisection.
   */
  private *leastLatency({ schedule, outcome: failing }: FailingSchedule, order: OrderName): Plan<{ latencyMs: number; runs: number }> {
    let latencyMs = failing.latencyMs;
    let tooTight = -1;
    let runs = 0;
    while (latencyMs - tooTight > 1 && this.settings.hasTime()) {
      const bound = tooTight < 0 ? 0 : Math.floor((tooTight + latencyMs) / 2);
      runs += 1;
      const outcome = yield { strategy: this.settings.replay(schedule, false), order, latencyMs: bound };
      if (failsAlike(outcome, failing)) latencyMs = Math.min(bound, outcome.latencyMs);
      else tooTight = bound;
    }
    return { latencyMs, runs };
  }

  private result(found: FoundFailure | undefined): ExplorationResult {
    const courses = new HashTally();
    for (const census of this.allCensuses) for (const trace of census.traces()) courses.add(trace);
    return {
      found,
      skipped: this.skipped,
      orders: this.summaries,
      runs: this.runs,
      distinct: courses.size,
      distinctIsExact: courses.isExact && this.allCensuses.every(({ isExact }) => isExact),
      outcomes: this.outcomes.size,
      steps: this.steps,
      hasWarmedUp: this.hasWarmedUp,
    };
  }
}

/** What a replaying strategy followed; a search is known by its choices only. */
function takenBy(strategy: Strategy, { choices }: Outcome): Schedule {
  return "effective" in strategy ? (strategy as ReplayStrategy).effective() : scheduleOf(choices);
}

function isTakenForSteady({ isKnownSteady }: ExplorationSettings, { decisions }: Outcome): boolean {
  return isKnownSteady === true || (isKnownSteady !== undefined && isKnownSteady !== false && decisions === 0);
}

/** Whether an execution took plain JavaScript's order, and passed. */
function hasPassedPlainly(outcome: Outcome, strategy: Strategy): boolean {
  return outcome.diverged === undefined && outcome.failure === undefined && takenBy(strategy, outcome).length === 0;
}

function isFailing({ diverged, failure }: Outcome): boolean {
  return diverged === undefined && failure !== undefined;
}

/** Other events ran, or were legal: not to be confused with the same events that come to something else. */
function hasStrayed(outcome: Outcome, expected: Outcome): boolean {
  return outcome.diverged !== undefined || outcome.trace !== expected.trace;
}

function isSame(left: Outcome, right: Outcome): boolean {
  return left.trace === right.trace && left.steps === right.steps && failsAlike(left, right);
}
