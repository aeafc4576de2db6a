import type { FailureKind } from "../engine/outcome.ts";
import type { ExplorationResult, OrderSummary } from "../engine/exploration.ts";
import type { OrderName } from "../engine/options.ts";
import type { Schedule } from "../engine/schedule.ts";
import { count, grouped } from "../report/layout.ts";
import { isWithoutChoice, tellBriefly } from "../report/search-brief.ts";
import { tellSearch } from "../report/search-sentence.ts";
import { adviseOnSearch, isSaturated, type AdvisedSearch } from "../report/search-tips.ts";
import type { OrderCoverage } from "../report/order-coverage/order-coverage.ts";
import { coverageText } from "../report/order-coverage/render.ts";
import { printableLine } from "../values/printable.ts";
import { runsOfShard } from "../strategies/shard.ts";
import type { Timeline } from "../report/timeline.ts";
import { relativeTo, renderOptions } from "./environment.ts";
import type { FailureFormats } from "./failure-formats.ts";
import type { Settings } from "./options.ts";

/** In `Exploration.uncontrolled`, where a later execution did not find what the first had found. */
export const WARMED_UP = "the first execution differed from the later ones: something is set up once and kept";

/** A failure that was found, shrunk and confirmed. */
export interface Failure extends FailureFormats {
  readonly kind: FailureKind;
  /** The user's own error, as it was thrown, or one that says what happened. */
  readonly error: unknown;
  /** What went wrong, in one sentence. */
  readonly sentence: string;
  /** The text that replays it: give it back as `seed`, or in `HEDDLE_SEED`. Empty if it cannot be replayed. */
  readonly seed: string;
  /** The seed of the failure as it was found, before shrinking. */
  readonly originalSeed: string;
  /** How the schedule differs from plain JavaScript's order, after shrinking. */
  readonly deviations: Schedule;
  readonly timeline: Timeline;
  /** The order that it needs: `production` if it can happen as it stands. */
  readonly order: OrderName;
  /** The least latency (virtual ms) with which it fails, 0 where time does not matter. */
  readonly latencyMs: number;
  /** How late a timer has to be for it, in virtual ms. Left out where none has to. */
  readonly lateMs?: number;
  /** Replays that failed alike, of so many: `"5 of 5"`. */
  readonly reproduced: string;
  /** The execution of the search in which it was found, from 1. */
  readonly foundAt: number;
  /**
   * Set where it comes of state that an earlier execution left over: what the first one had left pending when its body
   * ended, in words, each with its line. Empty where nothing was seen of it.
   */
  readonly leftOver?: readonly string[];
  /** The path of the file that keeps it, where there is a corpus. */
  readonly keptIn?: string;
  /** The whole report. */
  toString(): string;
}

/** A schedule that was kept from an earlier run, or stands in the environment, and what became of it. */
export interface ReplayedSchedule {
  /** Of its file; `HEDDLE_SEED` where it stands there. */
  readonly path: string;
  readonly seed: string;
  /**
   * - `fails`: as it did when it was kept; the exploration ends with it.
   * - `fails-otherwise`: the same schedule, but another failure than the one that was kept; the search goes on.
   * - `passes`: it was followed to its end, and nothing failed. It is kept, and guards against the failure's return.
   * - `gone`: it does not fit the code any more, or failed once and was never confirmed. Its file is removed, though
   *   not under `CI`.
   * - `left-out`: it is of an order, a scope or a latency that this exploration does not try, or there was no time; or it
   *   stands in `HEDDLE_SEED`, and is that of another race.
   */
  readonly outcome: "fails" | "fails-otherwise" | "passes" | "gone" | "left-out";
  /** What was done, in a sentence. */
  readonly note: string;
}

/** What an exploration came to. */
export interface Exploration {
  readonly verdict: "passed" | "failed";
  /** Every legal schedule was tried, within `bound` if one was set. Never true of a `shard`: `orders` tells of its part. */
  readonly complete: boolean;
  /** Executions of the search: replays and shrinking are not counted. */
  readonly runs: number;
  /** Traces: executions that took a course of their own. Exact up to 65,536, a lower bound beyond. */
  readonly distinct: number;
  /**
   * Results: executions that came to something of their own. The outcome of an execution is its verdict, what the body
   * and its tasks returned or threw, and the objects declared with `shared()` as it left them. What it put elsewhere
   * (a variable of the body's, a file) is not looked at.
   */
  readonly outcomes: number;
  /**
   * Under every order the search is complete, or at least a hundred schedules were drawn at random and each of their
   * courses came more than once: more draws of the kind would hardly take another.
   */
  readonly saturated: boolean;
  /** What was tried under each order, in numbers: of an order that ended in a failure there are none. */
  readonly orders: readonly OrderSummary[];
  /** Events that ran, in all executions of the search. */
  readonly steps: number;
  /** The base seed of the search, or the seed that was replayed. */
  readonly seed: string;
  /** Real ms. */
  readonly elapsedMs: number;
  /** What escaped control, in words. */
  readonly uncontrolled: readonly string[];
  /** What the verdict is worth, exactly. */
  readonly summary: string;
  /** The same in a few words, for one line of a list: `complete, 135 interleavings`. */
  readonly brief: string;
  /** Nothing ran beside anything else in any execution: where no schedule failed, that proves nothing. */
  readonly isVacuous: boolean;
  /** What to change to learn more: each names its option. None where a schedule failed. */
  readonly tips: readonly string[];
  /** The kept schedules, in the order in which they were replayed, before the search. */
  readonly replayed: readonly ReplayedSchedule[];
  readonly failure?: Failure;
  /** Which pairs of lines were seen in both orders, where the option `coverage` asks for it. */
  readonly coverage?: OrderCoverage;
  /** The summary with counts and tips, on several lines; the report, where a schedule failed. */
  toString(): string;
}

interface ExplorationParts {
  readonly result: ExplorationResult;
  readonly failure: Failure | undefined;
  readonly elapsedMs: number;
  readonly uncontrolled: readonly string[];
  readonly replayed: readonly ReplayedSchedule[];
  /** Each `sometimes` that never held. */
  readonly missing: readonly string[];
  readonly coverage?: OrderCoverage | undefined;
}

/** The exploration, with all that is said of it. */
export function makeExploration(settings: Settings, { result, ...parts }: ExplorationParts): Exploration {
  const { failure, elapsedMs, uncontrolled, missing, replayed, coverage } = parts;
  const { strategy, replay, shard } = settings;
  const isSharded = shard.count > 1;
  const isReplay = replay !== undefined;
  const tried = new Set(result.orders.map(({ order }) => order));
  const facts: AdvisedSearch = {
    orders: result.orders,
    untried: isReplay ? [] : settings.orders.filter((order) => !tried.has(order)),
    bound: settings.bound,
    shard: isSharded ? { index: shard.index + 1, count: shard.count } : undefined,
    uncontrolled,
    missing: isSharded && !isReplay ? missing : [],
    strategy: typeof strategy === "string" ? strategy : strategy.name,
    runs: runsOfShard(settings.runs, shard),
    mayReduce: settings.independence === undefined && !isSharded && settings.workers === 1 && settings.bound === Number.POSITIVE_INFINITY && (strategy === "auto" || strategy === "exhaustive"),
  };
  const hasPassed = failure === undefined;
  const summary = printableLine(summarise(facts, result, isReplay && hasPassed));
  const brief = hasPassed && !isReplay ? printableLine(tellBriefly(facts)) : summary;
  const tips = hasPassed && !isReplay ? adviseOnSearch(facts).map(printableLine) : [];
  const exploration: Exploration = {
    verdict: hasPassed ? "passed" : "failed",
    complete: !isReplay && !isSharded && result.found === undefined && facts.untried.length === 0 && result.orders.every(({ complete }) => complete),
    runs: result.runs,
    distinct: result.distinct,
    outcomes: result.outcomes,
    saturated: result.orders.length > 0 && result.orders.every((order) => order.complete || isSaturated(order)),
    orders: result.orders,
    steps: result.steps,
    seed: settings.baseSeed,
    elapsedMs,
    uncontrolled: uncontrolled.map(printableLine),
    summary,
    brief,
    isVacuous: !isReplay && isWithoutChoice(facts),
    tips,
    replayed,
    toString: () => failure?.toString() ?? describe(exploration),
    ...(failure === undefined ? {} : { failure }),
    ...(coverage === undefined ? {} : { coverage }),
  };
  return exploration;
}

function summarise(facts: AdvisedSearch, { found }: ExplorationResult, isPassedReplay: boolean): string {
  if (isPassedReplay) return "replayed one schedule, which passed";
  if (found !== undefined) return `failed in execution ${found.foundAt} of the search, under ${found.order}`;
  return tellSearch(facts);
}

function describe({ verdict, summary, tips, runs, distinct, outcomes, steps, elapsedMs, replayed, coverage }: Exploration): string {
  const counts = [count(runs, "execution"), count(distinct, "distinct trace"), count(outcomes, "outcome"), count(steps, "step")];
  return [
    `${verdict}: ${summary}`,
    `${counts.join(", ")} in ${grouped(Math.round(elapsedMs))} ms`,
    ...replayed.map(({ note }) => `kept: ${note}`),
    ...tips.map((tip) => `tip: ${tip}`),
    ...(coverage === undefined ? [] : [coverageText(coverage, ({ file, line }) => `${relativeTo(file)}:${line}`, renderOptions().width ?? 100)]),
  ].join("\n");
}
