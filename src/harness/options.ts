import { HeddleError } from "../engine/errors.ts";
import type { OrderName, Scope } from "../engine/options.ts";
import { decodeSeed, looksLikeSeed, type SeedContent } from "../engine/seed.ts";
import type { Strategy } from "../engine/strategy.ts";
import { natives } from "../host/natives.ts";
import { WHOLE, type Shard } from "../strategies/shard.ts";
import { checkFaults, type Fault } from "../subjects/faults.ts";
import type { Finish } from "./finish.ts";
import type { Stop } from "./turns.ts";
import { offeredTo, offerTaken } from "./offered-seed.ts";
import { identityOf, labelOf, type RaceIdentity, type RacePlace } from "./race-identity.ts";
import { corpusSettings, type CorpusOptions, type CorpusSettings } from "./corpus-options.ts";

/** The strategies that can be chosen by name. */
export type StrategyName = "auto" | "fifo" | "random" | "pct" | "pctcp" | "pos" | "urw" | "surw" | "deviations" | "exhaustive";

/** How an exploration goes about it. Everything has a default. */
export interface ExploreOptions {
  /** The most executions of the search. Default 1000. */
  readonly runs?: number;
  /** The most real time for the search, in ms. Default: no limit. */
  readonly timeMs?: number;
  /** The base seed of the search; or a printed failure's seed (`hd1…`), to replay exactly that. */
  readonly seed?: number | string;
  /** Which reorderings are legal. Default `"auto"`: `production`, then `latency`. */
  readonly order?: OrderName | "auto";
  /** Whose awaits may be delayed under `latency`: the user's own (default), or everybody's. */
  readonly scope?: Scope;
  /** The longest time that an I/O (or a delayed await) takes, in virtual ms. Default 100. May be `Infinity`. */
  readonly latencyMs?: number;
  /** How to search. Default `"auto"`. */
  readonly strategy?: StrategyName | Strategy;
  /**
   * The most deviations from plain JavaScript's order in one schedule (`auto`, `deviations`), or the most decisions that
   * are not FIFO (`exhaustive`). Other strategies keep to none, and refuse it.
   */
  readonly bound?: number;
  /**
   * `"declared"`: steps of tasks communicate only through what is declared with `shared()` and `io()`, and through
   * promises, timers and the like, which heddle sees. Exhaustive search (of `exhaustive`, and within `auto`) then takes
   * all schedules that differ in the order of independent steps for one. Without it every interleaving is one of its own.
   * `production` is searched without it in any case: awaits are native there.
   */
  readonly independence?: "declared";
  /**
   * `"2/4"`: the second of four disjoint parts of this exploration, which add up to the whole; each has its share of
   * `runs`. Every part makes plain JavaScript's order first.
   */
  readonly shard?: string;
  /**
   * Threads that search at the same time, each a part of the whole. The body has to be given as the address of a module
   * then, which each of them loads. Default 1: this thread.
   */
  readonly workers?: number;
  /**
   * What may go wrong with calls through I/O boundaries (`io`, `io.wrap`) that don't say so themselves. Default: nothing.
   * Each fault is a deviation from plain JavaScript's order.
   */
  readonly faults?: readonly Fault[];
  /** The most faults in one execution. Default 1. */
  readonly maxFaults?: number;
  /** Steps after which an execution is taken for a livelock. Default 10,000. */
  readonly maxSteps?: number;
  /** Timers still armed when the body has ended: named in the report (default), a failure, or nothing. */
  readonly leaks?: "warn" | "fail" | "ignore";
  /**
   * The most real time for shrinking and confirming a failure, in ms. Default 5000, and up to 30,000 where 200 executions take
   * longer.
   */
  readonly shrinkMs?: number;
  /**
   * Whether the cause of a failure is looked for by experiment: up to 3,000 further executions, for at most half of
   * `shrinkMs`. Default true; without it the report says what the failing execution alone shows.
   */
  readonly explain?: boolean;
  /** Ends the search when it is aborted, with what was found so far. */
  readonly signal?: AbortSignal;
  /** What is tested: in the report, and the base seed comes from it. */
  readonly name?: string;
  /** Called now and then during a long search. */
  readonly onProgress?: (progress: Progress) => void;
  /**
   * Counts which pairs of lines of different tasks went first where either could: `Exploration.coverage`. Costs a look at the
   * stack for each event. Not with `workers`. Default false.
   */
  readonly coverage?: boolean;
  /** How to run this test again, for the failure's last line: `{seed}` stands for the seed. */
  readonly replayCommand?: string;
  /**
   * Where failing schedules are kept, and replayed before the search: the path of a folder. It needs a `name`.
   * Default: none; under Vitest `.heddle` beside the test's file. `false`: none.
   */
  readonly corpus?: string | CorpusOptions | false;
}

/** How far a search has come. */
export interface Progress {
  readonly runs: number;
  readonly totalRuns: number;
  /** Real ms since the search began. */
  readonly elapsedMs: number;
}

/** The options, checked and complete. */
export interface Settings {
  readonly runs: number;
  readonly timeMs: number;
  readonly baseSeed: string;
  readonly replay: SeedContent | undefined;
  /** A seed of the environment that may be this race's: it has no name, and others may stand on its line. */
  readonly offered: { readonly seed: string; readonly content: SeedContent } | undefined;
  readonly identity: RaceIdentity;
  readonly orders: readonly OrderName[];
  readonly scope: Scope;
  readonly latencyMs: number;
  readonly strategy: StrategyName | Strategy;
  readonly bound: number;
  readonly independence: "declared" | undefined;
  readonly shard: Shard;
  readonly workers: number;
  /** Set in a worker: where all of them end. */
  readonly finish: Finish | undefined;
  readonly faults: readonly Fault[];
  readonly maxFaults: number;
  readonly maxSteps: number;
  readonly leaks: "warn" | "fail" | "ignore";
  readonly shrinkMs: number;
  /** Executions for which there is time to shrink in any case, within reason: none where a time was given. */
  readonly leastShrinks: number;
  readonly explain: boolean;
  readonly signal: Stop | undefined;
  readonly name: string | undefined;
  /** What it is called in reports. */
  readonly title: string | undefined;
  readonly onProgress: ((progress: Progress) => void) | undefined;
  readonly coverage: boolean;
  readonly replayCommand: string | undefined;
  readonly corpus: CorpusSettings | undefined;
}

const LEAST_SHRINKS = 200;

type Environment = Readonly<Record<string, string | undefined>>;

const KNOWN: ReadonlySet<string> = new Set([
  "runs", "timeMs", "seed", "order", "scope", "latencyMs", "strategy", "bound", "independence", "shard", "workers", "faults", "maxFaults", "maxSteps", "leaks", "shrinkMs", "explain", "signal", "name", "onProgress",
  "coverage", "replayCommand", "corpus",
]);
/** The strategies for which it matters what is independent. */
const REDUCED: readonly unknown[] = ["auto", "exhaustive"] satisfies StrategyName[];
/** The strategies that keep to a `bound`. */
const BOUNDED: readonly unknown[] = ["auto", "deviations", "exhaustive", "fifo"] satisfies StrategyName[];
const STRATEGIES: readonly StrategyName[] = ["auto", "fifo", "random", "pct", "pctcp", "pos", "urw", "surw", "deviations", "exhaustive"];

/**
 * Checks the options, with the environment's on top.
 * @param place - where the race stands, as far as that is known.
 * @param hasInput - whether its seeds carry a generated input, as those of properties do.
 * @throws HeddleError `BAD_OPTION` naming the option, its value and what it takes; `BAD_SEED`; `SEED_MISMATCH`.
 */
export function settingsOf(options: ExploreOptions, environment: Environment, place?: RacePlace, hasInput = false): Settings {
  if (typeof options !== "object" || options === null) {
    throw new HeddleError("BAD_OPTION", `the options are ${String(options)}; they are an object: explore(body, { runs: 5000 })`);
  }
  for (const key of Object.keys(options)) {
    if (!KNOWN.has(key)) {
      throw new HeddleError("BAD_OPTION", `there is no option \`${key}\`; there are ${[...KNOWN].join(", ")}`);
    }
  }
  const identity = identityOf(typeof options.name === "string" ? options.name : undefined, place);
  const all = offeredTo(identity, environment);
  // A property's seed is of no use to a race that stands on its line, and the reverse.
  const content = all === undefined || (all.input !== undefined) !== hasInput ? undefined : all;
  const seed = environment["HEDDLE_SEED"]!;
  const isByLine = options.name === undefined && place !== undefined && !hasInput;
  const offered = content === undefined || !isByLine ? undefined : { seed, content };
  const isGiven = content !== undefined && !isByLine;
  if (isGiven) offerTaken();
  const given: ExploreOptions = { ...options, ...overrides(options, environment), ...(isGiven ? { seed } : {}) };
  const { runs = 1000, timeMs = Number.POSITIVE_INFINITY, latencyMs = 100, maxSteps = 10_000, shrinkMs = 5000 } = given;
  const { order = "auto", scope = "user", strategy = "auto", leaks = "warn" } = given;
  oneOf("order", order, ["auto", "production", "latency", "chaos"]);
  oneOf("scope", scope, ["user", "all"]);
  oneOf("leaks", leaks, ["warn", "fail", "ignore"]);
  checkStrategy(strategy);
  if (given.bound !== undefined && !BOUNDED.includes(strategy)) throw unbounded(given.bound, strategy);
  const shard = shardOf(given.shard);
  if (shard.count > 1 && typeof strategy === "object") {
    throw new HeddleError("BAD_OPTION", `\`shard\` is ${JSON.stringify(given.shard)}, and the strategy "${strategy.name}" is one of your own, which heddle cannot split: leave out one of the two`);
  }
  checkIndependence(options);
  absentOr("name", given.name, "a text", (value) => typeof value === "string");
  absentOr("coverage", given.coverage, "true or false", (value) => typeof value === "boolean");
  absentOr("replayCommand", given.replayCommand, "a text", (value) => typeof value === "string");
  absentOr("onProgress", given.onProgress, "a function", (value) => typeof value === "function");
  absentOr("explain", given.explain, "true or false", (value) => typeof value === "boolean");
  absentOr("signal", given.signal, "an AbortSignal", (value) => value instanceof AbortSignal);
  const workers = count("workers", given.workers ?? 1, 1);
  if (workers > 1 && typeof strategy === "object") {
    throw new HeddleError("BAD_OPTION", `\`workers\` is ${workers}, and the strategy "${strategy.name}" is one of your own, which heddle cannot split: leave out one of the two`);
  }
  if (workers > 1 && given.coverage === true) {
    throw new HeddleError("BAD_OPTION", `\`workers\` is ${workers}, and \`coverage\` counts the orders of one thread: leave out one of the two`);
  }
  if (workers > 1 && given.faults?.some((fault) => typeof fault === "object") === true) {
    throw new HeddleError("BAD_OPTION", `\`workers\` is ${workers}, and one of \`faults\` makes its own error: a function cannot be sent to another thread. Give it to the boundary: io("db.save", fn, { faults })`);
  }
  return {
    runs: count("runs", runs, 1),
    timeMs: amount("timeMs", timeMs),
    ...seedOf(given, environment, identity, hasInput),
    offered,
    identity,
    orders: order === "auto" ? ["production", "latency"] : [order],
    scope,
    latencyMs: amount("latencyMs", latencyMs),
    strategy,
    bound: given.bound === undefined ? Number.POSITIVE_INFINITY : count("bound", given.bound, 0),
    independence: given.independence,
    shard,
    workers,
    finish: undefined,
    faults: given.faults === undefined ? [] : checkFaults("`faults`", given.faults, "BAD_OPTION"),
    maxFaults: count("maxFaults", given.maxFaults ?? 1, 0),
    maxSteps: count("maxSteps", maxSteps, 1),
    leaks,
    shrinkMs: amount("shrinkMs", shrinkMs),
    leastShrinks: given.shrinkMs === undefined ? LEAST_SHRINKS : 0,
    explain: given.explain !== false,
    signal: given.signal,
    name: given.name,
    title: given.name ?? (place?.test?.names.length ? labelOf(place) : undefined),
    onProgress: given.onProgress,
    coverage: given.coverage ?? false,
    replayCommand: given.replayCommand,
    corpus: corpusSettings(given.corpus, given.name ?? (place?.test === undefined ? undefined : labelOf(place)), environment["HEDDLE_CORPUS"]),
  };
}

function isSet(text: string | undefined): text is string {
  return text !== undefined && text !== "";
}

function overrides(options: ExploreOptions, environment: Environment): ExploreOptions {
  const { HEDDLE_RUNS: runs, HEDDLE_ORDER: order, HEDDLE_LATENCY: latency, HEDDLE_STRATEGY: strategy, HEDDLE_SEED: seed, HEDDLE_SHARD: shard, HEDDLE_COVERAGE: coverage } = environment;
  return {
    ...(isSet(runs) ? { runs: count("HEDDLE_RUNS", Number(runs), 1) } : {}),
    ...(isSet(order) ? { order: order as OrderName } : {}),
    ...(isSet(latency) ? { latencyMs: amount("HEDDLE_LATENCY", Number(latency)) } : {}),
    ...(isSet(strategy) ? { strategy: strategy as StrategyName } : {}),
    // What cannot be split, every shard of a CI matrix runs whole.
    ...(isSet(shard) && typeof options.strategy !== "object" && options.independence === undefined ? { shard } : {}),
    ...(isSet(seed) && !looksLikeSeed(seed) ? { seed } : {}),
    ...(isSet(coverage) && (options.workers ?? 1) === 1 ? { coverage: true } : {}),
  };
}

function seedOf(given: ExploreOptions, environment: Environment, identity: RaceIdentity, hasInput: boolean): Pick<Settings, "baseSeed" | "replay"> {
  const { seed, name } = given;
  if (seed !== undefined && typeof seed !== "number" && typeof seed !== "string") {
    throw badOption("seed", seed, "a number or a text");
  }
  if (typeof seed === "number" && !Number.isFinite(seed)) throw badOption("seed", seed, "a finite number or a text");
  if (seed === "") throw badOption("seed", seed, "a number or a text that is not empty");
  if (typeof seed !== "string" || !looksLikeSeed(seed)) {
    const isRandom = seed === "random" && environment["HEDDLE_SEED"] === "random";
    return { baseSeed: isRandom ? freshSeed() : String(seed ?? name ?? "heddle"), replay: undefined };
  }
  const replay = decodeSeed(seed);
  if (replay.test !== 0 && name !== undefined && !identity.known.includes(replay.test)) {
    throw new HeddleError("SEED_MISMATCH", `the seed ${seed} was printed by another test than "${name}", or by one in another file; give it to the test that printed it`);
  }
  if ((replay.input !== undefined) !== hasInput) {
    const [printed, here] = hasInput ? ["a race without a generated input", "a property"] : ["a property, with the input that it generated", "no property"];
    throw new HeddleError("SEED_MISMATCH", `the seed ${seed} was printed by ${printed}, and this is ${here}; give it to the one that printed it`);
  }
  return { baseSeed: seed, replay };
}

function freshSeed(): string {
  return Math.floor(natives.random() * 36 ** 8).toString(36);
}

function checkStrategy(strategy: unknown): void {
  if (typeof strategy === "string") {
    oneOf("strategy", strategy, STRATEGIES);
  } else if (typeof strategy !== "object" || strategy === null || typeof (strategy as Strategy).pick !== "function") {
    throw badOption("strategy", strategy, `one of ${STRATEGIES.join(", ")}, or an object with \`name\` and \`pick(legal, decision)\``);
  }
}

function unbounded(bound: unknown, strategy: StrategyName | Strategy): HeddleError {
  const name = typeof strategy === "string" ? `\`${strategy}\`` : `the strategy "${strategy.name}"`;
  return new HeddleError("BAD_OPTION", `\`bound\` is ${String(bound)}, and ${name} keeps to none: leave \`bound\` out, or take one of ${BOUNDED.join(", ")}`);
}

/** As the caller has them: the environment may ask for another strategy. */
function checkIndependence({ independence, strategy = "auto", bound, shard, workers = 1 }: ExploreOptions): void {
  if (independence === undefined) return;
  if (independence !== "declared") throw badOption("independence", independence, '"declared", or is left out');
  if (!REDUCED.includes(strategy)) {
    const name = typeof strategy === "string" ? `\`${strategy}\`` : `the strategy "${strategy.name}"`;
    throw new HeddleError("BAD_OPTION", `\`independence\` is for exhaustive search, and ${name} is none: leave it out, or take one of ${REDUCED.join(", ")}`);
  }
  if (bound !== undefined) {
    throw new HeddleError("BAD_OPTION", `\`bound\` is ${String(bound)}, and \`independence\` is given: a schedule within the bound may be left out for one beyond it, so that neither is tried. Leave out one of the two`);
  }
  const split = workers > 1 ? `\`workers\` is ${workers}` : shard === undefined ? undefined : `\`shard\` is ${JSON.stringify(shard)}`;
  if (split !== undefined) {
    throw new HeddleError("BAD_OPTION", `${split}, and \`independence\` is given: which orders a reduced search has to try it learns from those it has tried, so it can't be split. Leave out one of the two`);
  }
}

function shardOf(text: unknown): Shard {
  if (text === undefined) return WHOLE;
  const [, index, shards] = (typeof text === "string" ? /^(\d+)\/(\d+)$/.exec(text) : null) ?? [];
  if (index === undefined || Number(index) < 1 || Number(index) > Number(shards)) {
    throw badOption("shard", text, 'a text like "2/4": the second of four parts');
  }
  return { index: Number(index) - 1, count: Number(shards) };
}

function oneOf(option: string, value: unknown, allowed: readonly string[]): void {
  if (!allowed.includes(value as string)) throw badOption(option, value, `one of ${allowed.join(", ")}`);
}

function absentOr(option: string, value: unknown, wanted: string, fits: (value: unknown) => boolean): void {
  if (value !== undefined && !fits(value)) throw badOption(option, value, wanted);
}

function count(option: string, value: unknown, least: number): number {
  if (!Number.isSafeInteger(value) || (value as number) < least) {
    throw badOption(option, value, `a whole number from ${least}`);
  }
  return value as number;
}

function amount(option: string, value: unknown): number {
  if (typeof value !== "number" || !(value >= 0)) throw badOption(option, value, "a number of milliseconds from 0");
  return value;
}

function badOption(option: string, value: unknown, wanted: string): HeddleError {
  let shown: string;
  try {
    shown = typeof value === "string" ? JSON.stringify(value) : String(value);
  } catch {
    shown = typeof value;
  }
  return new HeddleError("BAD_OPTION", `\`${option}\` is ${shown}; it takes ${wanted}`);
}
