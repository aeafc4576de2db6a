import * as fc from "fast-check";
import type { KeptSchedule } from "../corpus/corpus.ts";
import { HeddleError } from "../engine/errors.ts";
import type { OrderName } from "../engine/options.ts";
import type { ExecutionFailure } from "../engine/outcome.ts";
import type { Schedule } from "../engine/schedule.ts";
import { decodeSeed, type InputOrigin, type SeedContent } from "../engine/seed.ts";
import { environment } from "../host/process/environment.ts";
import type { ExploredInput } from "../harness/explored-input.ts";
import type { Exploration, Failure } from "../harness/exploration.ts";
import { exploreInput } from "../harness/explore.ts";
import { KnownFailures, type Keeping } from "../harness/known.ts";
import { settingsOf, type Settings } from "../harness/options.ts";
import type { RacePlace } from "../harness/race-identity.ts";
import { RaceError } from "../harness/race.ts";
import { realNow } from "../host/natives.ts";
import { count, grouped } from "../report/layout.ts";
import { NOTHING_BESIDE } from "../report/search-brief.ts";
import type { Body } from "../subjects/body-context.ts";
import { Budget } from "./budget.ts";
import { freshCopy } from "./fresh-copy.ts";
import { Inputs, type InputMaker } from "./inputs.ts";
import type { RacePropertyBody, RacePropertyOptions } from "./property-options.ts";

const DEFAULT_INPUTS = 100;
/** Executions for a smaller input: the schedule that failed, those near it, and a short search. */
const SHRINK_RUNS = 64;
/** Inputs whose first execution is made twice, to see whether the body is deterministic. */
const LOOKED_AT_TWICE = 3;

/** What is explored with one input. */
export interface InputSubject {
  readonly body: RacePropertyBody<unknown[]>;
  /** The input as the report shows it; by default as fast-check does. */
  readonly text?: () => string;
  readonly judgeOutcome?: ExploredInput["judgeOutcome"];
  /** Executions that could not be judged: nothing is known of what they came to. */
  readonly unjudged?: () => number;
}

export interface Hooks {
  /** What has to run between two executions of one input; `undefined` if there is nothing. */
  between(): Promise<unknown> | undefined;
}

/** A failure that is known, and comes first. */
interface Known {
  readonly seed: string;
  readonly content: SeedContent & { readonly input: InputOrigin };
  readonly kept: KeptSchedule | undefined;
}

/** What failed last: a smaller input has to fail alike. */
interface Found {
  readonly kind: Failure["kind"];
  readonly order: OrderName;
  readonly schedule: Schedule;
  readonly keeping: Keeping | undefined;
}

/** What a property came to where nothing failed: what `Exploration` says of one body, of all inputs together. */
export type PropertyOutcome = Pick<Exploration, "verdict" | "complete" | "runs" | "distinct" | "summary" | "brief" | "isVacuous" | "seed" | "uncontrolled" | "replayed" | "elapsedMs" | "toString">;

type Answer = fc.PreconditionFailure | fc.PropertyFailure | null;

/** What a property has to remember from one call of fast-check's to the next. It begins anew with each check. */
class Progress {
  readonly budget: Budget;
  readonly startedAt: number = realNow();
  examples = 0;
  generated = 0;
  /** Inputs that were explored, and of how many of them all orders were tried. */
  inputs = 0;
  complete = 0;
  vacuous = 0;
  runs = 0;
  distinct = 0;
  unjudged = 0;
  readonly uncontrolled: Set<string> = new Set();
  found: Found | undefined = undefined;
  foundAt = 0;
  /** Nothing is shrunk: what failed is as small as it was, or no failure of the body's. */
  isFinal = false;

  constructor(budget: Budget) {
    this.budget = budget;
  }
}

/**
 * What is behind the methods that fast-check calls: `generate` or `shrink` for the next value, then `run`. fast-check
 * owns the inputs and their shrinking; the schedules of each input are explored here.
 */
export class PropertyCheck {
  private readonly inputs: Inputs<unknown[]>;
  private readonly subjectOf: (values: unknown[]) => InputSubject;
  private readonly options: RacePropertyOptions;
  private readonly hooks: Hooks;
  private readonly place: RacePlace | undefined;
  private settings: Settings | undefined = undefined;
  private corpus: KnownFailures | undefined = undefined;
  private keptBefore: Keeping | undefined = undefined;
  private progress: Progress;
  private known: Known[] = [];
  /** The known failure whose input was handed out. */
  private comingUp: Known | undefined = undefined;
  private isReplay = false;
  /** Why the seed that was given can't be replayed. */
  private misfit: HeddleError | undefined = undefined;

  constructor(maker: InputMaker<unknown[]>, subjectOf: (values: unknown[]) => InputSubject, options: RacePropertyOptions, hooks: Hooks, place: RacePlace | undefined) {
    this.place = place;
    this.inputs = new Inputs(maker);
    this.subjectOf = subjectOf;
    this.options = options;
    this.hooks = hooks;
    this.progress = this.begin();
  }

  get outcome(): PropertyOutcome {
    const { inputs, runs, complete, vacuous, distinct, unjudged, uncontrolled, found, startedAt } = this.progress;
    const orders = complete === inputs ? "all orders of each were tried" : `all orders of ${grouped(complete)} of them were tried`;
    const verdict = found === undefined ? "passed" : "failed";
    const open = unjudged === 0 ? "" : `; of ${count(unjudged, "execution")} it is not known, as the histories were too long to be judged: lower \`size\``;
    const escaped = uncontrolled.size === 0 ? "" : `; escaped control: ${[...uncontrolled].join(", ")}`;
    const brief = `${count(inputs, "input")}, ${count(runs, "execution")}: ${orders}`;
    const isVacuous = inputs > 0 && vacuous === inputs;
    const summary = `${brief}, ${found === undefined ? "none" : "one"} failed${open}${escaped}`;
    return {
      verdict,
      // There are always more inputs.
      complete: false,
      runs,
      distinct,
      summary,
      brief: isVacuous ? NOTHING_BESIDE : brief,
      isVacuous,
      seed: this.ownSettings().baseSeed,
      uncontrolled: [...uncontrolled],
      replayed: this.keptBefore?.replayed ?? [],
      elapsedMs: realNow() - startedAt,
      toString: () => `${verdict}: ${summary}`,
    };
  }

  generate(random: fc.Random, run: number | undefined): fc.Value<unknown[]> {
    if (this.progress.found !== undefined || (run === 0 && this.progress.generated > 0)) this.progress = this.begin();
    if (this.progress.generated === 0) this.lookUpKnown();
    this.progress.generated += 1;
    // What is drawn is drawn in any case: the inputs after it are those of fast-check's seed.
    const value = this.inputs.generate(random, run);
    return this.nextKnown() ?? value;
  }

  shrink(value: fc.Value<unknown[]>): fc.Stream<fc.Value<unknown[]>> {
    if (this.progress.isFinal) return fc.Stream.nil();
    return this.inputs.shrink(value, this.progress.examples - 1).takeWhile(() => this.progress.found === undefined || realNow() < this.shrinkingEndsAt());
  }

  async run(values: unknown[]): Promise<Answer> {
    const known = this.comingUp;
    this.comingUp = undefined;
    const origin = this.inputs.take() ?? this.example();
    try {
      if (this.misfit !== undefined) throw this.misfit;
      if (known !== undefined) return await this.replay(known, values);
      if (this.isReplay) return await this.replayExample(values, origin);
      return this.progress.found === undefined ? await this.search(values, origin) : await this.shrinkTo(values, origin, this.progress.found);
    } catch (error) {
      this.progress.isFinal = true;
      return { error };
    }
  }

  /** Shrinking may take what the search has left of its time. */
  private shrinkingEndsAt(): number {
    const { timeMs, shrinkMs } = this.ownSettings();
    const { startedAt, foundAt } = this.progress;
    return timeMs === Number.POSITIVE_INFINITY ? foundAt + shrinkMs : startedAt + timeMs + shrinkMs;
  }

  private begin(): Progress {
    const { runs = 1000, numRuns } = this.options;
    const inputs = numRuns ?? fc.readConfigureGlobal().numRuns ?? DEFAULT_INPUTS;
    this.settings = undefined;
    this.corpus = undefined;
    this.keptBefore = undefined;
    return new Progress(new Budget(runs, inputs));
  }

  /** Checked when the first input is run, so that a property can be declared anywhere. */
  private ownSettings(): Settings {
    const { numRuns: _numRuns, ...options } = this.options;
    this.settings ??= settingsOf(options, environment(), this.place, true);
    return this.settings;
  }

  /** The seed that was given, or what is kept of earlier failures: their inputs come before all others. */
  private lookUpKnown(): void {
    this.known = [];
    this.isReplay = false;
    this.misfit = undefined;
    let settings: Settings;
    try {
      settings = this.ownSettings();
    } catch {
      // `run` says so.
      return;
    }
    if (settings.replay !== undefined) {
      this.isReplay = true;
      const { input } = settings.replay;
      if (input !== undefined) this.known = [{ seed: settings.baseSeed, content: { ...settings.replay, input }, kept: undefined }];
      return;
    }
    if (settings.corpus === undefined) return;
    this.corpus = new KnownFailures(settings, settings.corpus);
    this.keptBefore = this.corpus.keeping();
    for (const kept of this.corpus.kept) {
      const content = decodeSeed(kept.seed);
      if (content.input !== undefined) this.known.push({ seed: kept.seed, content: { ...content, input: content.input }, kept });
    }
  }

  private nextKnown(): fc.Value<unknown[]> | undefined {
    for (let known = this.known.shift(); known !== undefined; known = this.known.shift()) {
      const { input } = known.content;
      if (input.from === "example") {
        // Its example comes from fast-check: it is replayed by its seed, and tried again by the search.
        if (this.isReplay) this.known.unshift(known);
        return undefined;
      }
      const value = this.inputs.again(input);
      if (value !== undefined) {
        this.comingUp = known;
        return value;
      }
      if (known.kept === undefined) this.misfit = goneInput(known.seed);
      else this.corpus?.outdated(known.kept, "the arbitraries do not make its input any more");
    }
    return undefined;
  }

  private example(): InputOrigin {
    if (this.progress.found !== undefined || this.progress.generated > 0) this.progress = this.begin();
    if (this.progress.examples === 0) this.lookUpKnown();
    this.progress.examples += 1;
    return { from: "example", number: this.progress.examples - 1, run: undefined, path: [] };
  }

  private async search(values: unknown[], origin: InputOrigin): Promise<Answer> {
    const { progress } = this;
    const settings = this.ownSettings();
    const timeMs = settings.timeMs - (realNow() - progress.startedAt);
    if (progress.inputs > 0 && (timeMs <= 0 || settings.signal?.aborted === true)) return new fc.PreconditionFailure(true);
    const runs = progress.budget.share();
    const own: Settings = {
      ...settings,
      runs,
      timeMs: Math.max(1, timeMs),
      baseSeed: `${settings.baseSeed} ${origin.from} ${origin.number}`,
      corpus: undefined,
      onProgress: this.progressOf(settings),
    };
    const keeping = this.keeping(settings);
    const subject = this.subjectOf(values);
    const { exploration, skipped } = await this.explore(subject, values, origin, own, keeping, undefined);
    if (skipped !== undefined) return skipped.error as fc.PreconditionFailure;
    progress.unjudged += subject.unjudged?.() ?? 0;
    progress.budget.spent(exploration.runs);
    progress.inputs += 1;
    progress.runs += exploration.runs;
    progress.distinct += exploration.distinct;
    for (const what of exploration.uncontrolled) progress.uncontrolled.add(what);
    if (exploration.complete) progress.complete += 1;
    if (exploration.isVacuous) progress.vacuous += 1;
    return this.answer(exploration, keeping);
  }

  private async shrinkTo(values: unknown[], origin: InputOrigin, found: Found): Promise<Answer> {
    const settings = this.ownSettings();
    const own: Settings = { ...settings, runs: SHRINK_RUNS, orders: ordersUpTo(found.order, settings.orders), baseSeed: `${settings.baseSeed} ${origin.number}`, corpus: undefined };
    const keeping = this.keeping(settings);
    const { exploration, skipped } = await this.explore(this.subjectOf(values), values, origin, own, keeping, found);
    if (skipped !== undefined) return skipped.error as fc.PreconditionFailure;
    if (exploration.failure?.kind !== found.kind) {
      // Another failure than the one that is shrunk is not kept in its place.
      keeping?.keeper.withdraw();
      return null;
    }
    found.keeping?.keeper.withdraw();
    return this.answer(exploration, keeping);
  }

  private async replay({ content, kept, seed }: Known, values: unknown[]): Promise<Answer> {
    const settings = this.ownSettings();
    this.progress.isFinal = true;
    const replaying = async (own: Settings, keeping: Keeping | undefined): Promise<Exploration> =>
      (await this.explore(this.subjectOf(values), values, content.input, own, keeping, undefined)).exploration;
    const exploration = kept === undefined
      ? await replaying({ ...settings, replay: content, baseSeed: seed }, undefined)
      : await this.corpus?.replayOne(kept, replaying);
    this.progress.isFinal = exploration?.failure !== undefined;
    return exploration === undefined ? null : this.answer(exploration, undefined);
  }

  /** With a seed that was given, one input is run, and no other. */
  private async replayExample(values: unknown[], { from, number }: InputOrigin): Promise<Answer> {
    const known = this.known[0];
    const input = known?.content.input;
    if (from !== "example" || input?.from !== "example" || input.number !== number) return null;
    this.known = [];
    const shrunk = this.inputs.shrunkExample(values, input.path);
    if (shrunk === undefined) throw goneInput(known!.seed);
    return this.replay(known!, shrunk.value);
  }

  private answer(exploration: Exploration, keeping: Keeping | undefined): Answer {
    const { failure } = exploration;
    if (failure === undefined) return null;
    const { progress } = this;
    if (progress.found === undefined) progress.foundAt = realNow();
    progress.found = { kind: failure.kind, order: failure.order, schedule: failure.deviations, keeping };
    // Without a schedule that fails again there is nothing to shrink by.
    if (failure.seed === "") progress.isFinal = true;
    return { error: new RaceError({ ...exploration, failure }) };
  }

  /** Of all inputs together. */
  private progressOf({ onProgress, runs: totalRuns }: Settings): Settings["onProgress"] {
    if (onProgress === undefined) return undefined;
    const { runs, startedAt } = this.progress;
    return (own) => onProgress({ runs: runs + own.runs, totalRuns, elapsedMs: realNow() - startedAt });
  }

  private keeping(settings: Settings): Keeping | undefined {
    if (settings.corpus === undefined) return undefined;
    return (this.corpus ?? new KnownFailures(settings, settings.corpus)).keeping();
  }

  private explore(subject: InputSubject, values: unknown[], origin: InputOrigin, settings: Settings, keeping: Keeping | undefined, near: Found | undefined): ReturnType<typeof exploreInput> {
    let last = values;
    let hasRun = false;
    const body: Body = (context) => {
      hasRun = true;
      last = freshCopy(values);
      return subject.body(context, ...last);
    };
    const input = {
      origin,
      // What a context has logged, and what a generator has drawn, the last execution knows.
      text: () => `${subject.text?.() ?? fc.stringify(fc.hasCloneMethod(values) ? last : values)}  (${describeOrigin(origin)})`,
      judgeOutcome: subject.judgeOutcome,
      isSkip: ({ error }: ExecutionFailure) => fc.PreconditionFailure.isFailure(error),
      judge: (result: unknown) => (result === false ? new Error("Property failed by returning false") : undefined),
      isKnownSteady: this.progress.inputs >= LOOKED_AT_TWICE,
      near,
    };
    const clear = (): Promise<unknown> | undefined => {
      if (!hasRun) return undefined;
      hasRun = false;
      return this.hooks.between();
    };
    return exploreInput({ body, input, clear }, settings, keeping);
  }
}

/** What happens as things stand, if less will do, before what needs an await to take time. */
function ordersUpTo(order: OrderName, tried: readonly OrderName[]): readonly OrderName[] {
  return tried.includes(order) ? tried.slice(0, tried.indexOf(order) + 1) : [order];
}

function describeOrigin({ from, number, run, path }: InputOrigin): string {
  const which = from === "example" ? `example ${number + 1}` : run === undefined ? "generated" : `generated input ${run + 1}`;
  return path.length === 0 ? which : `${which}, shrunk ${count(path.length, "time")}`;
}

function goneInput(seed: string): HeddleError {
  return new HeddleError("REPLAY_DIVERGED", `the seed ${seed} does not fit the property any more: its arbitraries do not make that input. Search again without it`);
}
