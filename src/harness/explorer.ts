import type { Journal } from "../corpus/journal.ts";
import { journaled } from "../corpus/journaled.ts";
import { hashText } from "../engine/event.ts";
import { ExplorationPlan, type ExplorationHashes, type ExplorationResult, type FoundFailure } from "../engine/exploration.ts";
import { Meetings } from "../engine/meetings.ts";
import type { OrderName } from "../engine/options.ts";
import type { ExecutionFailure } from "../engine/outcome.ts";
import type { Plan } from "../engine/plan.ts";
import type { FailingSchedule } from "../engine/shrink.ts";
import { encodeSeed, type SeedContent } from "../engine/seed.ts";
import type { Schedule } from "../engine/schedule.ts";
import type { ReplayStrategy, Strategy } from "../engine/strategy.ts";
import { changedModules, moduleStates } from "../host/modules/module-states.ts";
import { realNow } from "../host/natives.ts";
import { uncontrolled } from "../host/outside/outside-event.ts";
import { recentNow } from "../host/pacing.ts";
import type { Timeline } from "../report/timeline.ts";
import { fifo } from "../strategies/fifo.ts";
import { nearby } from "../strategies/nearby.ts";
import { replay } from "../strategies/replay.ts";
import { runsOfShard } from "../strategies/shard.ts";
import type { Body } from "../subjects/body-context.ts";
import { Sightings } from "../subjects/sightings.ts";
import type { ExploredInput } from "./explored-input.ts";
import { explainByExperiment, type CauseSearch } from "./cause.ts";
import { makeExploration, WARMED_UP, type Exploration, type Failure, type ReplayedSchedule } from "./exploration.ts";
import { LineOrders } from "./line-orders.ts";
import { describeDifference, makeFailure } from "./failure.ts";
import { ownJournal } from "./journal.ts";
import { judged } from "./judged.ts";
import { leftOverError } from "./leftovers.ts";
import type { Keeping } from "./known.ts";
import type { Settings } from "./options.ts";
import { Session } from "./session.ts";
import { stopping, type OnDeviation } from "./stopping.ts";
import { strategyOf } from "./strategies.ts";
import type { WorkerFound } from "./worker-messages.ts";
import { searchInWorkers } from "./workers.ts";

/** Executions that shrinking may spend, and replays that confirm its result. */
const SHRINK_RUNS = 2000;
const CONFIRMATIONS = 5;
const PROGRESS_EVERY_MS = 100;
/** Real ms that shrinking takes at most unless it is told to. */
const MOST_SHRINK_MS = 30_000;

/** What is explored. */
export interface Explored {
  readonly body: Body;
  /** The module whose default export it is, where it is one. */
  readonly module?: URL;
  /** What was replayed before, and not out of the corpus. */
  readonly replayed?: readonly ReplayedSchedule[];
  /** See `exploreBetween`. */
  readonly clear?: () => Promise<unknown> | undefined;
  /** See `ExecutionSettings`. */
  readonly patienceMs?: number;
  /** See `ExecutionSettings`. */
  readonly timersMayBeLate?: boolean;
  /** It is a test of a suite, in which others fail as well: its cause is looked for with fewer executions. */
  readonly isOneOfMany?: boolean;
  /** Called before the first step of a replay that deviates. */
  readonly onDeviation?: OnDeviation | undefined;
  /** The generated input that the body was given, where it was given one. */
  readonly input?: ExploredInput | undefined;
}

/** One exploration: a search, and what is made of its result. */
export class Explorer {
  private readonly settings: Settings;
  private readonly startedAt = realNow();
  readonly sightings: Sightings = new Sightings();
  /** The failure that said that there was nothing to explore, once it has run. */
  skipped: ExecutionFailure | undefined = undefined;
  private readonly explored: Explored;
  private readonly session: Session;
  private readonly lineOrders: LineOrders | undefined;
  /** None of a part of a search: the parts have to agree on what there is to decide. */
  private readonly meetings: Meetings | undefined;
  private readonly plan: ExplorationPlan;
  /** What escaped control in other threads. */
  private readonly escaped: Set<string> = new Set();
  private readonly keeping: Keeping | undefined;
  private nextProgressAt = this.startedAt + PROGRESS_EVERY_MS;
  /** Says which workers hung in an execution. */
  private hung: string | undefined = undefined;
  private foundAt = Number.POSITIVE_INFINITY;
  /** Executions of the search so far. */
  private runs = 0;

  constructor(explored: Explored, settings: Settings, keeping: Keeping | undefined) {
    const { body, clear } = explored;
    this.explored = explored;
    this.settings = settings;
    this.keeping = keeping;
    const { scope, latencyMs } = settings.replay ?? settings;
    this.lineOrders = settings.coverage ? new LineOrders() : undefined;
    this.meetings = settings.shard.count > 1 ? undefined : new Meetings();
    this.session = new Session({
      body,
      lineOrders: this.lineOrders,
      watcher: this.lineOrders,
      scope,
      latencyMs,
      delaysAddUp: this.delaysAddUp,
      timersMayBeLate: this.timersMayBeLate,
      patienceMs: explored.patienceMs,
      maxSteps: settings.maxSteps,
      timeMs: settings.timeMs,
      randomSeed: this.randomness().toString(36),
      sightings: this.sightings,
      leaks: settings.leaks,
      faults: settings.faults,
      maxFaults: settings.maxFaults,
      judge: explored.input?.judge,
      meetings: this.meetings,
      clear,
    });
    this.plan = this.makePlan();
  }

  async run(): Promise<Exploration> {
    const result = await (this.isSplit ? this.searchInWorkers() : this.search());
    this.skipped = result.skipped;
    const failure = await this.failure(result);
    return this.exploration(result, failure);
  }

  /** Makes the executions. */
  search(): Promise<ExplorationResult> {
    const journal = ownJournal();
    const plan = this.judged(this.plan.run());
    return this.session.run(journal === undefined ? plan : this.watched(plan, journal));
  }

  hashes(): ExplorationHashes {
    return this.plan.hashes();
  }

  private get isSplit(): boolean {
    return this.explored.module !== undefined && this.settings.workers > 1 && this.settings.replay === undefined;
  }

  private async searchInWorkers(): Promise<ExplorationResult> {
    const watch = { sightings: this.sightings, escaped: this.escaped, hasTime: () => this.hasTime(realNow()), onExecution: (runs: number) => this.progress(runs) };
    const { found, kept, hung, ...result } = await searchInWorkers(this.explored.module!, this.settings, watch);
    this.hung = hung;
    this.keeping?.keeper.adopt(kept);
    return { ...result, found: found && (await this.hereToo(found)) };
  }

  /** A failure that another thread has found, with the outcomes that it has in this one. */
  private async hereToo({ original, shrunk, ...found }: WorkerFound): Promise<FoundFailure> {
    const again = async (schedule: Schedule): Promise<FailingSchedule> => {
      const outcome = await this.session.execute({ strategy: replay(schedule, false), order: found.order });
      return { schedule, outcome };
    };
    const [first, least] = [await again(original), await again(shrunk)];
    const hasFailed = least.outcome.failure !== undefined;
    return { ...found, original: first, shrunk: least, nondeterministic: found.nondeterministic || !hasFailed, reproduced: hasFailed ? found.reproduced : 0 };
  }

  /** The plan, with what it tries written down while it is tried. */
  private *watched(plan: Plan<ExplorationResult>, journal: Journal): Plan<ExplorationResult> {
    const { scope, latencyMs } = this.settings.replay ?? this.settings;
    journal.open({ test: this.settings.name ?? "", mark: this.settings.identity.own, scope, latencyMs, delaysAddUp: this.delaysAddUp, timersMayBeLate: this.timersMayBeLate, randomness: this.randomness(), command: this.settings.replayCommand ?? "" });
    try {
      return yield* journaled(plan, journal);
    } finally {
      journal.close();
    }
  }

  /** They did not when older seeds were made. */
  private get delaysAddUp(): boolean {
    const { replay: given } = this.settings;
    return given === undefined || given.delaysAddUp === true;
  }

  private get timersMayBeLate(): boolean {
    return (this.settings.replay ?? this.explored).timersMayBeLate === true;
  }

  /** A known failure that nobody came to shrink is shrunk now; a seed that was given is replayed as it is. */
  private get isSearch(): boolean {
    return this.settings.replay === undefined || this.keeping?.known?.sentence === "";
  }

  private makePlan(): ExplorationPlan {
    const { settings } = this;
    const seed = settings.replay;
    return new ExplorationPlan({
      orders: seed === undefined ? settings.orders : [seed.order],
      strategy: (order, runs) => (seed === undefined ? this.searchOf(order, runs) : this.replayOf(seed.schedule)),
      replay,
      plain: fifo,
      runs: seed === undefined ? runsOfShard(settings.runs, settings.shard) : 1,
      shrinkRuns: this.isSearch ? SHRINK_RUNS : 0,
      confirmations: CONFIRMATIONS,
      meetings: this.meetings,
      beExact: () => this.beExact(),
      onStray: () => this.searchOn(),
      hasTime: () => this.hasTime(recentNow()),
      onExecution: (runs) => this.progress(runs),
      onFailure: (found, order) => this.keepFound(found, order),
      isSkip: this.explored.input?.isSkip,
      // A suite has many tests with one order only, and nobody replays them.
      isKnownSteady: this.explored.clear === undefined ? this.explored.input?.isKnownSteady : "if nothing to decide",
    });
  }

  private searchOf(order: OrderName, runs: number): Strategy {
    const near = this.explored.input?.near;
    const strategy = strategyOf(this.settings, order, runs);
    return near?.order === order ? nearby(near.schedule, strategy) : strategy;
  }

  private replayOf(schedule: Schedule): ReplayStrategy {
    const { onDeviation } = this.explored;
    const strategy = replay(schedule, true);
    return onDeviation === undefined ? strategy : stopping(strategy, onDeviation);
  }

  /** What was found is not to be had when looked at closely: the search goes on, and so does its own time. */
  private beExact(): boolean {
    const begins = this.session.revokeTrust();
    if (begins) this.searchOn();
    return begins;
  }

  /** What was found is not to be kept, and the time is the search's again. */
  private searchOn(): void {
    this.keeping?.keeper.withdraw();
    this.foundAt = Number.POSITIVE_INFINITY;
  }

  private keepFound(found: FailingSchedule, order: OrderName): void {
    if (this.foundAt === Number.POSITIVE_INFINITY) this.foundAt = realNow();
    if (this.needsKeeping(found)) this.keeping?.keeper.found(this.seed(found, order), found.outcome.failure!);
  }

  /** Plain JavaScript's order, with the randomness of this test's own name, is what every search of one body begins with. */
  private needsKeeping({ schedule }: FailingSchedule): boolean {
    return schedule.length > 0 || this.explored.input !== undefined || this.randomness() !== hashText(this.settings.name ?? "") >>> 0;
  }

  private hasTime(now: number): boolean {
    if (this.settings.signal?.aborted === true) return false;
    const isSearching = this.foundAt === Number.POSITIVE_INFINITY;
    if (this.settings.finish?.isBehind(isSearching) === true) return false;
    if (isSearching && this.settings.timeMs === Number.POSITIVE_INFINITY) return true;
    if (!isSearching) return now - this.foundAt < this.shrinkMs();
    return now - this.startedAt < this.settings.timeMs;
  }

  /** What a few executions cost may be more than the time that shrinking has by default. */
  private shrinkMs(): number {
    const { shrinkMs, leastShrinks } = this.settings;
    if (leastShrinks === 0 || this.runs === 0) return shrinkMs;
    return Math.max(shrinkMs, Math.min(MOST_SHRINK_MS, (leastShrinks * (this.foundAt - this.startedAt)) / this.runs));
  }

  private progress(runs: number): void {
    this.runs = runs;
    this.settings.finish?.made(runs);
    const { onProgress } = this.settings;
    if (onProgress === undefined || realNow() < this.nextProgressAt) return;
    this.nextProgressAt = realNow() + PROGRESS_EVERY_MS;
    onProgress({ runs, totalRuns: runsOfShard(this.settings.runs, this.settings.shard), elapsedMs: realNow() - this.startedAt });
  }

  /** 32 bits that seed the body's own randomness: of the base seed, or those that a printed seed carries. */
  private randomness(): number {
    return this.settings.replay?.randomness ?? hashText(this.settings.baseSeed) >>> 0;
  }

  private async failure(result: ExplorationResult): Promise<Failure | undefined> {
    const { found } = result;
    const missing = this.sightings.missing;
    if (found === undefined && this.hung !== undefined) return this.endless(result, this.hung);
    if (found === undefined) {
      // A part cannot tell: another may have seen it.
      const isPart = this.settings.replay !== undefined || this.settings.shard.count > 1;
      return missing.length === 0 || isPart ? undefined : this.missed(result, missing);
    }
    const { waitedInVain } = this.session;
    if (waitedInVain !== undefined && (found.nondeterministic || found.shrunk.outcome.failure?.kind === "deadlock")) {
      this.keeping?.keeper.withdraw();
      throw waitedInVain;
    }
    const isKept = !found.nondeterministic && this.needsKeeping(found.shrunk);
    if (!isKept) this.keeping?.keeper.withdraw();
    const timeline = await this.explained(found);
    const { left } = this.session;
    const difference = found.leftOver ? leftOverError(left, found.shrunk.outcome.failure, await this.changedByOne(found)) : found.nondeterministic ? await this.difference(found) : undefined;
    const executions = result.runs + found.shrinkRuns + found.confirmations;
    return makeFailure(this.settings, {
      found,
      timeline,
      ...(found.leftOver ? { left } : {}),
      error: difference ?? found.shrunk.outcome.failure?.error,
      executions,
      seed: found.nondeterministic ? "" : this.seed(found.shrunk, found.order),
      originalSeed: found.nondeterministic ? "" : this.seed(found.original, found.order),
      tried: result.orders,
      known: this.keeping?.known,
      input: this.explored.input?.text,
      keep: isKept ? (failure) => this.keeping?.keeper.confirmed(failure) : undefined,
    });
  }

  /** The failing execution as it is shown, with what experiments say of its cause. */
  private async explained({ order, shrunk, nondeterministic, isShrinkCutShort }: FoundFailure): Promise<Timeline> {
    const { shrinkMs, explain } = this.settings;
    const now = realNow();
    // What is stopped at its deviation is looked at by somebody; what does not replay has no cause to be found by replays.
    const isLeftAlone = !explain || nondeterministic || this.explored.onDeviation !== undefined;
    const search: CauseSearch = {
      run: (plan) => this.session.experiment(this.judged(plan)),
      record: (request, shown, schedule) => this.session.record(request, shrunk.outcome.failure?.kind === "deadlock").then(({ recording }) => recording.timeline(shown, schedule)),
      shrinkMs: isLeftAlone ? 0 : shrinkMs,
      leftMs: shrinkMs - (now - Math.min(now, this.foundAt)),
      unusedMs: this.settings.timeMs - (now - this.startedAt),
      isInput: this.explored.input !== undefined,
      isOneOfMany: this.explored.isOneOfMany === true,
    };
    const timeline = await explainByExperiment(search, shrunk, order);
    return isShrinkCutShort ? { ...timeline, isUnshrunk: true } : timeline;
  }

  /** Executions are judged as those of the search are. */
  private judged<Result>(plan: Plan<Result>): Plan<Result> {
    const { judgeOutcome } = this.explored.input ?? {};
    return judgeOutcome === undefined ? plan : judged(plan, judgeOutcome);
  }

  /** What one more execution changes in loaded modules, in words. */
  private async changedByOne({ order, shrunk }: FoundFailure): Promise<readonly string[]> {
    const before = moduleStates();
    await this.session.execute({ strategy: replay(shrunk.schedule, false), order });
    return changedModules(before, moduleStates());
  }

  /** Recordings of one schedule, held against each other. */
  private async difference(found: FoundFailure): Promise<Error> {
    const { order, shrunk } = found;
    const record = async (): Promise<Timeline> => {
      const { recording } = await this.session.record({ strategy: replay(shrunk.schedule, false), order });
      return recording.timeline(order, shrunk.schedule);
    };
    return describeDifference([await record(), await record(), await record()]);
  }

  /** A `sometimes` that never held fails the exploration: it would be green for nothing. */
  private async missed(result: ExplorationResult, missing: readonly string[]): Promise<Failure> {
    const order = result.orders.at(-1)!.order;
    const { recording } = await this.session.record({ strategy: replay([], false), order });
    const names = missing.map((name) => `"${name}"`).join(", ");
    const error = new Error(`sometimes ${names} never held in ${result.runs} executions; is it reachable? Raise \`runs\`, or loosen the condition`);
    return makeFailure(this.settings, {
      found: undefined,
      kind: "invariant",
      timeline: recording.timeline(order, []),
      error,
      executions: result.runs,
      seed: "",
      originalSeed: "",
      tried: result.orders,
    });
  }

  /** An execution in another thread had no end. Nothing of it is known here, and to make it again would hang this one. */
  private endless(result: ExplorationResult, hung: string): Failure {
    const order = result.orders.at(-1)?.order ?? this.settings.orders[0]!;
    const timeline: Timeline = { version: 1, order, tasks: [], steps: [], waiting: [], leaks: [] };
    const error = new Error(`livelock: ${hung}: an endless loop that never gives control back, or a call that blocks`);
    return makeFailure(this.settings, { found: undefined, kind: "livelock", sentence: error.message, timeline, error, executions: result.runs, seed: "", originalSeed: "", tried: result.orders });
  }

  private seed({ schedule, outcome }: FailingSchedule, order: OrderName): string {
    const { replay: given, identity, baseSeed } = this.settings;
    if (!this.isSearch) return baseSeed;
    const { scope, latencyMs } = given ?? this.settings;
    const content: SeedContent = {
      order,
      scope,
      latencyMs,
      delaysAddUp: outcome.delaysAddUp,
      timersMayBeLate: outcome.timersMayBeLate,
      randomness: this.randomness(),
      test: identity.own,
      input: this.explored.input?.origin,
      schedule,
    };
    return encodeSeed(content);
  }

  private exploration(result: ExplorationResult, failure: Failure | undefined): Exploration {
    const warmedUp = result.hasWarmedUp ? [WARMED_UP] : [];
    return makeExploration(this.settings, {
      result,
      failure,
      elapsedMs: realNow() - this.startedAt,
      uncontrolled: [...new Set([...uncontrolled, ...this.escaped, ...warmedUp])],
      // The corpus adds its note of a replay when it has seen what came of it.
      replayed: this.keeping?.replayed ?? this.explored.replayed ?? [],
      missing: this.sightings.missing,
      coverage: this.lineOrders?.coverage(this.settings.name),
    });
  }
}
