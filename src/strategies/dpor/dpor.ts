import { HeddleError } from "../../engine/errors.ts";
import { isOptional, type PendingEvent } from "../../engine/event.ts";
import type { Outcome } from "../../engine/outcome.ts";
import type { Ending, Provenance } from "../../engine/provenance.ts";
import type { Reduction, Strategy } from "../../engine/strategy.ts";
import { Footprints, type Footprint } from "./footprints.ts";
import { isAsleep, Node, type Step } from "./path.ts";
import { Races } from "./races.ts";

class Dpor implements Strategy {
  readonly name = "exhaustive";
  readonly exhaustive = true;
  readonly usesFootprints = true;
  readonly usesProvenance = true;
  private readonly path: Node[] = [];
  private readonly footprints: Footprints = new Footprints();
  private readonly races: Races = new Races(this.path, this.footprints);
  /** Where the execution under way stands on the path. */
  private place = 0;
  /** The first place whose step is none of the last execution's. */
  private fresh = 0;
  /** The event that ran last; its footprint is read when the next one is chosen, for only then is it complete. */
  private last: PendingEvent | undefined;
  /** What goes on here would be a repetition. */
  private isRepeating = false;
  private hasStrayed = false;
  /** The same of the execution before. */
  private wasRepeating = false;
  /** Events that took a lock in what was a repetition. */
  private late: Provenance[] = [];
  private orders = 0;
  private repeated = 0;

  get covers(): string {
    return this.footprints.hasWorld ? "orders of the accesses to what they share" : "orders of the declared accesses";
  }

  get reduction(): Reduction {
    return { orders: this.orders, repeated: this.repeated };
  }

  /**
   * The orders that there are in all, if the tree of this search goes on as it has begun: the recursive estimator of
   * Kilby, Slaney, Thiébaux and Walsh (AAAI 2006), after Knuth (1975), on what has been found to be to try so far. Races that
   * nobody has met yet are missing in it, so early in a search it is low.
   */
  get estimate(): number | undefined {
    if (this.orders === 0) return undefined;
    let behind = this.isRepeating ? 0 : 1;
    for (let place = this.path.length - 1; place >= 0; place -= 1) behind = this.path[place]!.estimate(behind);
    return Math.max(behind, this.orders);
  }

  get knownSteps(): number {
    return this.fresh;
  }

  begin(run: number): boolean {
    this.wasRepeating = this.isRepeating;
    [this.place, this.isRepeating, this.hasStrayed, this.last] = [0, false, false, undefined];
    if (this.late.length > 0) this.late = [];
    // What the first execution has used has names from now on: it is as if it had not been made.
    const isAnew = run === 1 && this.footprints.hasUnnamed;
    if (run > 0 && !isAnew) return this.backtrack();
    this.path.length = 0;
    this.footprints.clear();
    [this.fresh, this.orders, this.repeated] = [0, 0, 0];
    return true;
  }

  watches(place: string): void {
    this.footprints.watch(place);
  }

  pick(legal: readonly PendingEvent[]): PendingEvent {
    if (this.isRepeating) return legal[0]!;
    const node = this.path[this.place];
    if (node === undefined) return this.goOn(legal);
    const chosen = followed(node, legal);
    if (chosen === undefined) throw strayed(`at step ${this.place + 1} other events are legal than were before`);
    return chosen;
  }

  ran(event: PendingEvent): void {
    if (this.isRepeating) {
      this.noteLock(event);
      return;
    }
    const node = this.path[this.place];
    if (node === undefined) {
      // It was the only legal event.
      this.goOn([event]);
      if (this.isRepeating) return this.noteLock(event);
    } else if (node.chosen !== serialOf(event)) {
      this.hasStrayed = true;
      this.isRepeating = true;
      return;
    }
    this.settle();
    this.last = event;
    this.place += 1;
  }

  end(outcome: Outcome): void {
    if (outcome.diverged !== undefined) return;
    if (this.hasStrayed || this.place <= this.fresh - 1 || this.place < this.path.length) throw strayed(`it ended after ${this.place} steps, where it had gone on`);
    this.settle();
    const { footprints, isRepeating } = this;
    this.lookFrom(this.fresh);
    if (!isRepeating && outcome.failure === undefined && this.isCutOff(outcome.ending)) footprints.noteCutOff();
    if (footprints.hasChanged) this.lookFrom(0);
    footprints.hasChanged = false;
    if (isRepeating) this.repeated += 1;
    else this.orders += 1;
    this.lookAtBlocked(outcome.ending);
  }

  /** What is a repetition goes on all the same: who then takes a lock may have waited for it before. */
  private noteLock({ provenance }: PendingEvent): void {
    if (provenance?.lock !== undefined) this.late.push(provenance);
  }

  /** A node for what is legal now. */
  private goOn(legal: readonly PendingEvent[]): PendingEvent {
    this.settle();
    const sleepers = this.sleepersHere();
    const chosen = sleepers.length === 0 ? legal[0] : legal.find((event) => !isAsleep(sleepers, serialOf(event)));
    if (chosen === undefined) {
      this.isRepeating = true;
      return legal[0]!;
    }
    const node = new Node(legal.map(serialOf), sleepers, serialOf(chosen));
    this.path.push(node);
    // What is optional need not run to be in a race with whatever does.
    if (isOptional(legal[legal.length - 1]!.kind)) for (const serial of node.legal) node.want(serial);
    return chosen;
  }

  /** Those that the last step has not woken: they stay asleep until something runs that they depend on. */
  private sleepersHere(): Step[] {
    const before = this.path[this.path.length - 1];
    if (before === undefined || before.sleepers.length === 0) return [];
    const { footprint } = before.step!;
    return before.sleepers.filter((sleeper) => !this.footprints.areDependent(sleeper.footprint, footprint));
  }

  /** The last step is over, invariants checked: what it has touched is known. */
  private settle(): void {
    const { last, footprints } = this;
    if (footprints.hasNews) this.lookAnew();
    if (last === undefined) return;
    this.last = undefined;
    const node = this.path[this.place - 1]!;
    node.step ??= stepOf(last.provenance!, footprints.of(last));
  }

  /** An invariant looks at more than it was seen to. */
  private lookAnew(): void {
    const { footprints } = this;
    footprints.hasNews = false;
    const renew = ({ footprint }: Step): void => {
      footprint.isVisible = footprints.isVisible(footprint);
    };
    for (const { step, sleepers } of this.path) {
      if (step !== undefined) renew(step);
      sleepers.forEach(renew);
    }
  }

  /**
   * Finds what else has to be tried. A step that can't be seen through may have kept from running, or kept others from
   * being made, what would have been in a race with it: there, all that is legal has to be tried.
   */
  private lookFrom(first: number): void {
    const { path, races, footprints } = this;
    for (let place = first; place < path.length; place += 1) {
      races.look(place);
      const node = path[place]!;
      if (!footprints.isOpaque(node.step!.footprint)) continue;
      for (const serial of node.legal) node.want(serial);
    }
  }

  private lookAtBlocked(ending: Ending | undefined): void {
    for (const provenance of [...(ending?.blocked ?? []), ...this.late]) {
      // Who came to the lock in the part that is a repetition is none of this one's.
      if ((provenance.causes[0] ?? 0) > this.path.length) continue;
      this.races.lookAtBlocked(stepOf(provenance, { ...NOTHING, lock: this.footprints.numberOf(provenance.lock!) }));
    }
  }

  /** Whether something could have run and didn't, or ran and need not have. */
  private isCutOff(ending: Ending | undefined): boolean {
    if (ending === undefined) return false;
    return ending.isCutOff || (ending.awaited !== undefined && !this.races.endsAll(ending.awaited));
  }

  /** Moves to the last point of the path where something is left to try; false where there is none. */
  private backtrack(): boolean {
    const { path } = this;
    let orders = this.wasRepeating ? 0 : 1;
    for (let node = path[path.length - 1]; node !== undefined; node = path[path.length - 1]) {
      orders = node.count(orders);
      if (node.proceed()) {
        this.fresh = path.length - 1;
        return true;
      }
      path.pop();
    }
    return false;
  }
}

const NOTHING: Footprint = { codes: [], touched: 0, written: 0, isOpaque: false, completes: false, meetsTimers: false, readsClock: false, tellsIo: false, reacts: false, isVisible: false, lock: 0 };

function serialOf(event: PendingEvent): number {
  return event.provenance!.serial;
}

/** The event that was chosen; nothing where others are legal than were before. */
function followed({ legal: before, chosen }: Node, legal: readonly PendingEvent[]): PendingEvent | undefined {
  if (before.length !== legal.length) return undefined;
  let found: PendingEvent | undefined;
  for (let index = 0; index < before.length; index += 1) {
    const event = legal[index]!;
    if (before[index] !== serialOf(event)) return undefined;
    if (before[index] === chosen) found = event;
  }
  return found;
}

function stepOf({ serial, causes, waitsFor }: Provenance, footprint: Footprint): Step {
  return { serial, origin: (causes[0] ?? 0) - 1, causes: placesOf(waitsFor === undefined ? causes : [...causes, ...waitsFor]), footprint };
}

/** Steps are numbered from 1; the body's start comes before them all. */
function placesOf(steps: readonly number[]): number[] {
  const places: number[] = [];
  for (const step of steps) if (step > 0) places.push(step - 1);
  return places;
}

function strayed(what: string): HeddleError {
  return new HeddleError(
    "REPLAY_DIVERGED",
    `the body is not deterministic: ${what}, after the same steps. Look for state that is kept between executions, real time, or unseeded randomness`,
  );
}

/**
 * Exhaustive search that takes orders which differ in independent steps only for one: source-DPOR with sleep sets
 * (Abdulla, Aronis, Jonsson, Sagonas, POPL 2014; JACM 64(4), 2017). An event is one whole step, so there is nothing to
 * tell apart between processes and their next operations: an event is the unit of choice, of sleep and of race.
 *
 * Departures: an event is legal once, and known by the steps that made it, not by a process; what is asleep counts as
 * covered when a race is turned around, which only saves repetitions; the races of an execution are looked for at its
 * end, since only then all that invariants read is known; steps that cannot be seen through depend on all others; and
 * so does the step that ends the body, of all that the body does not wait for.
 *
 * It finds what an exhaustive search finds if steps communicate through declared objects, I/O boundaries, promises,
 * timers, signals and the like only: see ARCHITECTURE.md.
 */
export function dpor(): Strategy {
  return new Dpor();
}
