import type { PendingEvent } from "../engine/event.ts";
import type { Outcome } from "../engine/outcome.ts";
import type { Reduction, Strategy } from "../engine/strategy.ts";
import { deviations } from "./deviations.ts";
import { dpor } from "./dpor/dpor.ts";
import { exhaustive } from "./exhaustive.ts";
import { fair, type FairStrategy } from "./fair.ts";
import { pos } from "./pos.ts";
import { Profile } from "./profile.ts";
import { seedOfShard, WHOLE, type Shard } from "./shard.ts";
import { singles } from "./singles.ts";
import { surw } from "./surw.ts";
import { TreeSize } from "./tree-size.ts";
import { urw, type WalkStrategy } from "./urw.ts";

/** The first executions after FIFO go to single deviations, and later every tenth, up to a share of the budget. */
const FIRST_SINGLES = 5;
const SINGLES_EVERY = 10;
const SINGLES_SHARE = 1 / 3;
/** The exhaustive search sets in here, with every third execution. FIFO's neighbours, which it begins with, are tried by then. */
const EXHAUSTIVE_FROM = 20;
const EXHAUSTIVE_EVERY = 3;

/** The default strategy; see `auto`. */
class Auto implements Strategy {
  readonly name = "auto";
  private readonly runs: number;
  private readonly shard: Shard;
  /** Whether the exhaustive search is, so that walks at random know nothing of its size. */
  private readonly isReduced: boolean;
  private readonly profile: Profile = new Profile();
  private readonly complete: Strategy;
  private readonly single: ReturnType<typeof singles>;
  private readonly fairSingle: Strategy;
  /** At the places of the rotation: those that can estimate the size of the tree. */
  private readonly walks: readonly (WalkStrategy | undefined)[];
  private readonly rotation: readonly FairStrategy[];
  private current: Strategy;
  private run = 0;
  /** How many events were legal at each decision of the first execution. */
  private legalCounts: number[] = [];
  private spentSingles = 0;
  private spentComplete = 0;
  private spentRotation = 0;
  private readonly size: TreeSize = new TreeSize();

  constructor(baseSeed: string, runs: number, shard: Shard, isReduced: boolean) {
    const seed = seedOfShard(baseSeed, shard);
    this.runs = runs;
    this.shard = shard;
    this.isReduced = isReduced;
    this.complete = fair(isReduced ? dpor() : exhaustive(Number.POSITIVE_INFINITY, shard));
    this.current = this.complete;
    this.single = singles(shard);
    this.fairSingle = fair(this.single);
    const [balanced, uniform] = [urw(seed, this.profile, true), urw(seed, this.profile)];
    const [selective, priorities] = [surw(seed, this.profile), pos(seed, this.profile)];
    this.walks = [undefined, balanced, undefined, undefined, uniform];
    this.rotation = [surw(seed, this.profile, true), balanced, priorities, selective, uniform].map((strategy) => fair(strategy, seed));
  }

  get usesFootprints(): boolean {
    return this.run === 0 || this.current.usesFootprints === true;
  }

  get exhaustive(): boolean {
    return this.complete.exhaustive === true;
  }

  get usesProvenance(): boolean {
    return this.current.usesProvenance === true;
  }

  /** A reduced search is asked for all decisions, and the others go by what it has counted. */
  get followsSchedule(): boolean {
    return this.isReduced;
  }

  get knownSteps(): number {
    return this.current.knownSteps ?? 0;
  }

  get covers(): string {
    return this.complete.covers!;
  }

  get reduction(): Reduction | undefined {
    return this.complete.reduction;
  }

  get isRandom(): boolean {
    return this.current.isRandom === true;
  }

  get estimate(): number | undefined {
    return this.isReduced ? this.complete.estimate : this.size.estimate;
  }

  begin(run: number): boolean {
    this.run = run;
    if (run === 0) this.reset();
    const goesOn = this.choose(run);
    if (goesOn) this.profile.begin(this.usesFootprints);
    return goesOn;
  }

  pick(legal: readonly PendingEvent[], decision: number): PendingEvent {
    if (this.run === 0) this.legalCounts.push(legal.length);
    return this.current.pick(legal, decision);
  }

  ran(event: PendingEvent): void {
    this.current.ran?.(event);
    this.profile.ran(event);
  }

  watches(place: string): void {
    this.current.watches?.(place);
  }

  end(outcome: Outcome): void {
    this.current.end?.(outcome);
    this.profile.end();
    if (this.run === 0) this.single.learn(this.legalCounts);
    const place = this.rotation.indexOf(this.current as FairStrategy);
    const walk = place < 0 ? undefined : this.walks[place];
    if (walk !== undefined) this.size.add(walk.schedules * this.rotation[place]!.ways);
  }

  private reset(): void {
    this.profile.reset();
    this.legalCounts = [];
    this.single.learn([]);
    [this.spentSingles, this.spentComplete, this.spentRotation] = [0, 0, 0];
    this.size.reset();
  }

  /** Whose turn it is. False where the exhaustive search has ended: it was the whole of it. */
  private choose(run: number): boolean {
    if (run === 0) return this.goOnExhaustively();
    const isSinglesTurn = run <= FIRST_SINGLES || (run % SINGLES_EVERY === 0 && this.spentSingles < this.runs * SINGLES_SHARE);
    if (isSinglesTurn && this.tryNextSingle()) return true;
    if (run >= EXHAUSTIVE_FROM && this.isExhaustivesTurn(run)) return this.goOnExhaustively();
    this.goOnRandomly();
    return true;
  }

  private tryNextSingle(): boolean {
    this.current = this.fairSingle;
    this.spentSingles += 1;
    return this.fairSingle.begin?.(this.spentSingles - 1) !== false;
  }

  private goOnExhaustively(): boolean {
    this.current = this.complete;
    this.spentComplete += 1;
    return this.complete.begin?.(this.spentComplete - 1) !== false;
  }

  private goOnRandomly(): void {
    const { rotation, spentRotation } = this;
    this.current = rotation[spentRotation % rotation.length]!;
    this.current.begin?.(Math.floor(spentRotation / rotation.length));
    this.spentRotation += 1;
  }

  private isExhaustivesTurn(run: number): boolean {
    const isTurn = run % EXHAUSTIVE_EVERY === 0;
    if (this.isFinishable(run)) return isTurn || run > this.runs / 2;
    return isTurn && this.isReduced;
  }

  /** Whether what is left of the tree of schedules seems to fit into what is left of the budget. */
  private isFinishable(run: number): boolean {
    return (this.size.estimate ?? 0) / this.shard.count - this.spentComplete <= this.runs - run;
  }
}

/**
 * The default: FIFO; every single deviation from it (for at most a third of the budget); the random strategies SURW,
 * URW and POS by turns, the first two both as published and balanced (see `urw`); and an exhaustive search, as soon
 * and as long as the tree of schedules looks small enough to be finished. These take turns, so that none has to wait
 * until another is done with a long program: few single deviations find a bug that the first ones don't.
 *
 * `POS` finds long chains of dependent events, URW and SURW tasks of very uneven length, balancing one task among many
 * equal ones; they are what the others miss. All learn from every execution made. With a `bound` it is `deviations`,
 * since the others keep to none.
 * @param seed - the exploration's base seed.
 * @param runs - the executions there are to spend.
 * @param bound - the most deviations in one schedule.
 * @param shard - the part that is searched.
 * @param isReduced - the exhaustive part takes orders that differ in independent steps only for one: see `dpor`.
 */
export function auto(seed: string, runs: number, bound: number, shard: Shard = WHOLE, isReduced: boolean = false): Strategy {
  return bound === Number.POSITIVE_INFINITY ? new Auto(seed, runs, shard, isReduced) : fair(Object.assign(deviations(bound, shard), { name: "auto" }));
}
