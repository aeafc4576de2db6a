import type { PendingEvent } from "./event.ts";
import type { Moments } from "./moments.ts";

/** From so many events on their ages are kept from step to step; to look through fewer of them each time costs less. */
const LONG = 64;

/** Since when something has been pending, and the moment from which that was measured. */
export interface Age {
  readonly moment: number;
  readonly since: number;
}

/** Few moments are open, so that a scan costs less than a table that is made anew at each step. */
function noteOldest(oldest: { moment: number; since: number }[], moment: number, since: number): void {
  for (const age of oldest) {
    if (age.moment !== moment) continue;
    if (since < age.since) age.since = since;
    return;
  }
  oldest.push({ moment, since });
}

/** How many events have been pending since when. */
class Counts {
  // Invariant: `sinces` is in ascending order and without repetition, counts[n] is the number of events since sinces[n], and those
  // before `first` are 0.
  private readonly sinces: number[] = [];
  private readonly counts: number[] = [];
  private first = 0;

  add(since: number, count: number = 1): void {
    const { sinces, counts } = this;
    // The clock goes forward, so nearly all come at the end; what was asked for earlier comes in between.
    const at = sinces.length > 0 && since > sinces[sinces.length - 1]! ? sinces.length : this.placeOf(since);
    if (sinces[at] === since) {
      counts[at]! += count;
    } else {
      sinces.splice(at, 0, since);
      counts.splice(at, 0, count);
    }
    if (at < this.first) this.first = at;
  }

  remove(since: number): void {
    this.counts[this.placeOf(since)]! -= 1;
    while (this.counts[this.first] === 0) this.first += 1;
  }

  addTo(other: Counts): void {
    for (let at = this.first; at < this.sinces.length; at += 1) if (this.counts[at]! > 0) other.add(this.sinces[at]!, this.counts[at]);
  }

  get earliest(): number | undefined {
    return this.sinces[this.first];
  }

  /** The place of the first that is not below `since`. */
  private placeOf(since: number): number {
    let [low, high] = [0, this.sinces.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.sinces[middle]! < since) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/**
 * Since when events of some lists have been pending. Whether a timer may fire is asked at each step, and to look through
 * thousands of events each time is quadratic: so with many of them the ages are counted, and kept.
 */
export class Ages {
  private readonly lists: readonly (readonly PendingEvent[])[];
  /** By the moment from which they were measured: the start, or one that is open. `undefined` while they are not kept. */
  private kept: Map<number, Counts> | undefined = undefined;
  /** Set where a moment but the start is needed. */
  moments: Moments | undefined = undefined;
  private readonly long: number;

  /** @param long - how many events there are when the ages begin to be kept. */
  constructor(lists: readonly (readonly PendingEvent[])[], long: number = LONG) {
    this.lists = lists;
    this.long = long;
  }

  /** The event comes into one of the lists. */
  add(event: PendingEvent): void {
    if (this.kept !== undefined) this.countsOf(this.kept, event.moment).add(event.since);
  }

  /** The event is in none of the lists any more. */
  remove(event: PendingEvent): void {
    this.kept?.get(this.measuredFrom(event.moment))?.remove(event.since);
  }

  /** Events have come to be younger than they were, or nobody will ask for a while. */
  forget(): void {
    this.kept = undefined;
  }

  /** The moment was open, and is not any more: what was measured from it is measured from the start. */
  fix(moment: number): void {
    const counts = this.kept?.get(moment);
    if (this.kept === undefined || counts === undefined) return;
    this.kept.delete(moment);
    counts.addTo(this.countsOf(this.kept, 0));
  }

  /** The virtual ms since which one of the events has been pending, `upTo` if none has been for as long. */
  earliest(upTo: number): number {
    let earliest = upTo;
    const kept = this.counted();
    if (kept === undefined) {
      for (const list of this.lists) for (const { since } of list) if (since < earliest) earliest = since;
      return earliest;
    }
    for (const counts of kept.values()) earliest = Math.min(earliest, counts.earliest ?? earliest);
    return earliest;
  }

  /** The age of the oldest event, of each moment that ages are measured from. */
  oldest(): readonly Age[] {
    const oldest: Age[] = [];
    const kept = this.counted();
    if (kept === undefined) {
      for (const list of this.lists) for (const event of list) noteOldest(oldest, this.measuredFrom(event.moment), event.since);
    } else {
      for (const [moment, counts] of kept) if (counts.earliest !== undefined) oldest.push({ moment, since: counts.earliest });
    }
    return oldest;
  }

  /** Whether any age is measured from a moment that is open. */
  get hasOpen(): boolean {
    return this.moments !== undefined && this.oldest().some(({ moment }) => moment !== 0);
  }

  private measuredFrom(moment: number): number {
    return this.moments?.isOpen(moment) === true ? moment : 0;
  }

  private countsOf(kept: Map<number, Counts>, moment: number): Counts {
    const from = this.measuredFrom(moment);
    let counts = kept.get(from);
    if (counts === undefined) kept.set(from, (counts = new Counts()));
    return counts;
  }

  private counted(): Map<number, Counts> | undefined {
    if (this.kept !== undefined) return this.kept;
    let length = 0;
    for (const list of this.lists) length += list.length;
    if (length < this.long) return undefined;
    this.kept = new Map();
    for (const list of this.lists) for (const event of list) this.add(event);
    return this.kept;
  }
}
