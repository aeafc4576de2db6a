import { isOptional, OptionalEvent, type PendingEvent } from "../engine/event.ts";
import type { Outcome } from "../engine/outcome.ts";
import type { Strategy } from "../engine/strategy.ts";
import { Forwarding } from "../engine/forwarding.ts";
import { OptionalEvents, plainCount } from "./optional-events.ts";

/** Decisions after which an execution is looked at, and how often from then on. */
const LOOK_EVERY = 100;
/** The decisions that the strategy's first execution is taken to have, until it has. */
const USUAL = 200;

/**
 * Keeps a strategy from starving the rest of the program for the sake of a polling loop (`while (!done) await
 * tick()`, an interval that fires and fires): such an execution would end at `maxSteps` as a livelock that no real
 * machine has.
 *
 * Where an event could have run and did not for many decisions, all take turns for as many decisions again, round after
 * round, the one that has waited longest first; then the strategy has its say again. *Many* is 100 decisions and four times those of
 * the strategy's first execution: a program that ends by itself hardly gets there. What is a livelock even so is one
 * in fact. (A simple form of the fair scheduling of Musuvathi and Qadeer, PLDI 2008, who demote on yields.)
 *
 * A random strategy is not shown optional events, faults and aborts: see `OptionalEvents`.
 *
 * WARNING: the strategy isn't asked while the events take turns: it must not take decisions for consecutive.
 */
export function fair(inner: Strategy, seed: string = ""): FairStrategy {
  return new Fair(inner, seed);
}

/** A strategy that is fair. */
export interface FairStrategy extends Strategy {
  /** Schedules of the last execution's program for each schedule that `inner` knows of: it is not shown faults and aborts. */
  readonly ways: number;
}

class Fair extends Forwarding implements FairStrategy {
  private usual = USUAL;
  private isFirst = true;
  /** Whether it ever had to step in. */
  private hasIntervened = false;
  /** Events that have been seen waiting, and since which decision. */
  private waiting: Map<PendingEvent, number> = new Map();
  private lookAt = LOOK_EVERY;
  private turnsLeft = 0;
  /** Those whose turn is still to come in this round, the next one last. To look for it among thousands at each turn takes too long. */
  private round: PendingEvent[] = [];

  private readonly seed: string;
  /** Made where a random strategy is offered the first one. */
  private optional: OptionalEvents | undefined = undefined;
  /** Of the faults that were possible: how many an execution may have. */
  private mostFaults: number | undefined = undefined;
  private hasSeenOptional = false;

  constructor(inner: Strategy, seed: string) {
    super(inner);
    this.seed = seed;
  }

  /** A reduced search tries one order for many: where that one had to be made fair, the others may have been so before. */
  override get exhaustive(): boolean {
    return this.inner.exhaustive === true && !(this.hasIntervened && this.inner.reduction !== undefined);
  }

  override get covers(): string {
    const within = this.mostFaults === undefined ? "" : ` with at most ${this.mostFaults} fault${this.mostFaults === 1 ? "" : "s"}`;
    const all = `${super.covers}${within}`;
    return this.hasIntervened ? `${all} that keep nothing waiting for more than ${this.limit} decisions` : all;
  }

  override begin(run: number): boolean | void {
    if (run === 0) this.reset();
    this.isFirst = run === 0;
    if (this.waiting.size > 0) this.waiting = new Map();
    if (this.round.length > 0) this.round = [];
    [this.lookAt, this.turnsLeft] = [LOOK_EVERY, 0];
    this.optional?.begin();
    return this.inner.begin?.(run);
  }

  private reset(): void {
    [this.usual, this.hasIntervened] = [USUAL, false];
    [this.optional, this.mostFaults, this.hasSeenOptional] = [undefined, undefined, false];
  }

  get ways(): number {
    return this.optional?.ways ?? 1;
  }

  override pick(legal: readonly PendingEvent[], decision: number): PendingEvent {
    if (this.turnsLeft > 0) return this.takeTurn(legal, decision);
    const hasOptional = this.hasSeenOptional || isOptional(legal[legal.length - 1]!.kind);
    const chosen = hasOptional ? this.pickAmongOptional(legal, decision) : this.inner.pick(legal, decision);
    // Most executions are over before there is anything to look at.
    if (decision >= this.lookAt) this.look(legal, chosen, decision);
    return chosen;
  }

  /** What the first one has is not known where it had to be made fair; and what was fair for it has to stay so. */
  override end(outcome: Outcome): void {
    if (this.isFirst && !this.hasIntervened) this.usual = outcome.decisions;
    super.end(outcome);
  }

  private get limit(): number {
    return LOOK_EVERY + 4 * this.usual;
  }

  private pickAmongOptional(legal: readonly PendingEvent[], decision: number): PendingEvent {
    this.hasSeenOptional = true;
    for (const event of legal) if (event instanceof OptionalEvent && event.mostFaults !== undefined) this.mostFaults = event.mostFaults;
    if (this.inner.isRandom !== true) return this.inner.pick(legal, decision);
    this.optional ??= new OptionalEvents(`${this.seed} ${this.name}`);
    return this.optional.pick(legal, decision, (plain, own) => this.inner.pick(plain, own));
  }

  private look(legal: readonly PendingEvent[], chosen: PendingEvent, decision: number): void {
    const waiting = new Map<PendingEvent, number>();
    let longest = 0;
    for (const event of legal) {
      if (event === chosen || isOptional(event.kind)) continue;
      const since = this.waiting.get(event) ?? decision;
      waiting.set(event, since);
      longest = Math.max(longest, decision - since);
    }
    this.waiting = waiting;
    this.lookAt = decision + LOOK_EVERY;
    if (longest <= this.limit) return;
    this.turnsLeft = Math.max(this.limit, legal.length);
    this.hasIntervened = true;
    this.round = [];
  }

  private takeTurn(legal: readonly PendingEvent[], decision: number): PendingEvent {
    this.turnsLeft -= 1;
    this.lookAt = decision + LOOK_EVERY;
    let next = this.round.pop();
    // What is gone, or not legal now, has no turn in this round.
    while (next !== undefined && !legal.includes(next)) next = this.round.pop();
    const chosen = next ?? this.newRound(legal, decision);
    this.waiting.delete(chosen);
    return chosen;
  }

  private newRound(legal: readonly PendingEvent[], decision: number): PendingEvent {
    const plain = legal.slice(0, plainCount(legal));
    for (const event of plain) if (!this.waiting.has(event)) this.waiting.set(event, decision);
    this.round = plain.sort((one, other) => this.waiting.get(one)! - this.waiting.get(other)!).reverse();
    return this.round.pop()!;
  }
}
