import type { Access } from "../../engine/access.ts";
import type { PendingEvent } from "../../engine/event.ts";
import { BLIND, COMPLETION, EVERYTHING, IMMEDIATES, MEETS_TIMERS, REACTIONS, READS_CLOCK, SHARED_REACTIONS, TELLS_IO, TIMERS, UNNAMED, WORLD } from "../../engine/provenance.ts";

/** What the step of one event has touched, as numbers: compared far more often than it is made. */
export interface Footprint {
  /** For each place touched, twice its number, and one more if it was written. */
  readonly codes: readonly number[];
  /** A bit for each place touched and written, modulo 32: where these do not meet, nothing does. */
  readonly touched: number;
  readonly written: number;
  /** It can't be seen through, and depends on every other step. */
  readonly isOpaque: boolean;
  /** Something came to its end that the body may wait for. */
  readonly completes: boolean;
  /** It told of an I/O, or read the clock: that matters where there are timers. */
  readonly meetsTimers: boolean;
  readonly readsClock: boolean;
  readonly tellsIo: boolean;
  /** It has registered a reaction on a promise that may be anybody's: that matters where such a promise has several. */
  readonly reacts: boolean;
  /** It has written what an invariant looks at. */
  isVisible: boolean;
  /** The number of the lock that it took; 0 for none. */
  readonly lock: number;
}

/**
 * Which steps depend on which.
 *
 * Two do where they touch one place and one of them writes it; where one can't be seen through; or where both change
 * what an invariant looks at: it is checked after every step, so it sees each of their orders. A step that changes
 * nothing an invariant has read leaves its answer as it was (the visible operations of partial-order reduction, see
 * Clarke, Grumberg, Peled, Model Checking, 10.3).
 */
export class Footprints {
  private readonly numbers: Map<string, number> = new Map();
  private readonly isWatched: boolean[] = [];
  private readonly isLock: boolean[] = [];
  /** Of places with accesses that commute: whether there are others, too. */
  private readonly isOrdered: (boolean | undefined)[] = [];
  private watchesEverything = false;
  private cutsOff = false;
  private hasTimers = false;
  private hasImmediates = false;
  private sharesReactions = false;
  private hasIo = false;
  private isBlind = false;
  /** Whether steps do something to the world outside. */
  hasWorld: boolean = false;
  /** Whether steps have used what had no name, and may have one when the search begins anew. */
  hasUnnamed: boolean = false;
  /** Whether steps have turned out to be opaque that were not taken for it. */
  hasChanged: boolean = false;
  /** Whether more is known than when the first footprints were made. */
  hasNews: boolean = false;

  clear(): void {
    this.numbers.clear();
    this.isWatched.length = 0;
    this.isLock.length = 0;
    this.isOrdered.length = 0;
    this.hasUnnamed = this.hasWorld = false;
    [this.watchesEverything, this.cutsOff, this.hasTimers, this.hasImmediates, this.hasNews] = [false, false, false, false, false];
    this.hasChanged = this.isBlind = this.sharesReactions = this.hasIo = false;
  }

  /** From here on, an invariant is known to look at this place. */
  watch(place: string): void {
    if (place === EVERYTHING) {
      this.hasNews ||= !this.watchesEverything;
      this.watchesEverything = true;
      return;
    }
    const number = this.numberOf(place);
    this.hasNews ||= this.isWatched[number] !== true;
    this.isWatched[number] = true;
  }

  /**
   * From here on, the body is known to end without waiting for all that it has started. Whatever it does wait for is in
   * a race with that.
   */
  noteCutOff(): void {
    if (!this.cutsOff) this.cutsOff = this.hasChanged = true;
  }

  /** Whether a step disables what doesn't depend on it, or has effects that can't be seen. */
  isOpaque({ isOpaque, completes, meetsTimers }: Footprint): boolean {
    if (isOpaque || this.isBlind || (completes && this.cutsOff)) return true;
    // With both, what kind of step ran last decides whether a timer can fire.
    return this.hasTimers && (meetsTimers || this.hasImmediates);
  }

  /** Whether a footprint made earlier is visible by what is known now. */
  isVisible({ codes }: Footprint): boolean {
    return this.watchesEverything || codes.some((code) => code % 2 === 1 && this.isWatched[code >> 1] === true);
  }

  of({ footprint, provenance }: PendingEvent): Footprint {
    const codes: number[] = [];
    const lock = provenance?.lock === undefined ? 0 : this.numberOf(provenance.lock);
    if (lock !== 0) this.isLock[lock] = true;
    const touched = provenance?.touched ?? [];
    this.add(codes, footprint ?? []);
    this.add(codes, touched);
    const isOpaque = includes(touched, EVERYTHING);
    const [readsClock, tellsIo] = [includes(touched, READS_CLOCK), includes(touched, TELLS_IO)];
    const [completes, meetsTimers, reacts] = [includes(touched, COMPLETION), includes(touched, MEETS_TIMERS), includes(touched, REACTIONS)];
    this.noteKinds(touched);
    let [all, written] = [0, 0];
    for (const code of codes) {
      const bit = 1 << ((code >> 1) & 31);
      all |= bit;
      if (code % 2 === 1) written |= bit;
    }
    const found = { codes, touched: all, written, isOpaque, completes, meetsTimers, readsClock, tellsIo, reacts, isVisible: false, lock };
    found.isVisible = this.isVisible(found);
    return found;
  }

  areDependent(one: Footprint, other: Footprint): boolean {
    if (this.areDependentAsKinds(one, other)) return true;
    if ((one.written & other.touched) === 0 && (one.touched & other.written) === 0) return false;
    return this.meet(one.codes, other.codes, 0);
  }

  /** The same, but for what becomes of the lock that `later` takes: it can't come before its release. */
  areDependentBesidesLock(earlier: Footprint, later: Footprint): boolean {
    if (later.lock === 0) return this.areDependent(earlier, later);
    if (this.areDependentAsKinds(earlier, later)) return true;
    return this.meet(earlier.codes, later.codes, later.lock);
  }

  /** Whether they depend on each other whatever places they touch. */
  private areDependentAsKinds(one: Footprint, other: Footprint): boolean {
    if (this.isOpaque(one) || this.isOpaque(other) || (one.isVisible && other.isVisible)) return true;
    // Where I/O is told, each reading of the clock may find another time than the one before.
    if (one.readsClock && (other.tellsIo || (other.readsClock && this.hasIo))) return true;
    if (one.tellsIo && other.readsClock) return true;
    return this.sharesReactions && one.reacts && other.reacts;
  }

  /** Whether the step gave a lock back, or else took it. */
  touchesLock({ codes }: Footprint, lock: number): boolean {
    return codes.some((code) => code >> 1 === lock);
  }

  numberOf(place: string): number {
    let number = this.numbers.get(place);
    if (number === undefined) {
      // 0 stands for none.
      number = this.numbers.size + 1;
      this.numbers.set(place, number);
    }
    return number;
  }

  private meet(one: readonly number[], other: readonly number[], besides: number): boolean {
    for (let left = 0; left < one.length; left += 1) {
      const code = one[left]!;
      if (code >> 1 === besides) continue;
      for (let right = 0; right < other.length; right += 1) {
        const second = other[right]!;
        if (code >> 1 !== second >> 1 || ((code | second) & 1) === 0) continue;
        if ((code & second & 1) === 0 || this.isOrdered[code >> 1] !== false) return true;
      }
    }
    return false;
  }

  private noteKinds(touched: readonly Access[]): void {
    if (!this.hasUnnamed && includes(touched, UNNAMED)) this.hasUnnamed = true;
    if (!this.hasWorld && includes(touched, WORLD)) this.hasWorld = true;
    if (!this.hasTimers && includes(touched, TIMERS)) this.hasTimers = this.hasChanged = true;
    if (!this.isBlind && includes(touched, BLIND)) this.isBlind = this.hasChanged = true;
    if (!this.hasImmediates && includes(touched, IMMEDIATES)) this.hasImmediates = this.hasChanged = true;
    if (!this.hasIo && includes(touched, TELLS_IO)) this.hasIo = this.hasChanged = true;
    if (!this.sharesReactions && includes(touched, SHARED_REACTIONS)) this.sharesReactions = this.hasChanged = true;
  }

  /** What was tried before somebody looks at the order contained nobody who did: see `noteKinds`. */
  private noteOrder(number: number, commutes: boolean): void {
    const before = this.isOrdered[number];
    if (before === false && !commutes) this.hasChanged = true;
    this.isOrdered[number] = before === true || !commutes;
  }

  private add(codes: number[], accesses: readonly Access[]): void {
    for (let index = 0; index < accesses.length; index += 1) {
      const { place, isWrite, commutes } = accesses[index]!;
      if (MARKS.has(place)) continue;
      const number = this.numberOf(place);
      if (commutes !== undefined) this.noteOrder(number, commutes);
      const known = codes.findIndex((code) => code >> 1 === number);
      if (known < 0) codes.push(number * 2 + (isWrite ? 1 : 0));
      else if (isWrite) codes[known] = number * 2 + 1;
    }
  }
}

/** Places that stand for what a step is, and are none. */
export const MARKS: ReadonlySet<string> = new Set([EVERYTHING, BLIND, COMPLETION, TIMERS, IMMEDIATES, MEETS_TIMERS, READS_CLOCK, REACTIONS, SHARED_REACTIONS, TELLS_IO, UNNAMED, WORLD]);

function includes(accesses: readonly Access[], place: string): boolean {
  return accesses.some((access) => access.place === place);
}
