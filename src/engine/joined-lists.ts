import type { PendingEvent } from "./event.ts";
import { emptyList } from "./lists.ts";

/** From here on what is joined is kept up to date; to join shorter lists anew at each step costs less. */
const LONG = 64;
/** The most that is put in between in one call. */
const MOST_ADDED = 1000;

/**
 * Several lists one behind the other in one array. Each step takes one event out and adds some behind the end of a list;
 * with thousands pending, that is done to the array as well, and only else is it made anew.
 */
export class JoinedLists {
  /** All of them, and behind them what `legal()` adds. */
  readonly all: PendingEvent[] = emptyList();
  private readonly lists: (readonly PendingEvent[])[];
  /** How many events of each list are in `all`. Invariant: where `isKept`, the first so many, in their order. */
  private readonly shown: number[];
  private isKept = false;

  constructor(lists: readonly (readonly PendingEvent[])[]) {
    this.lists = [...lists];
    this.shown = lists.map(() => 0);
  }

  /** A list has changed otherwise than `removed` was told, or than at its end. */
  forget(): void {
    this.isKept = false;
  }

  /**
   * Brings `all` up to date; what is behind the lists is cut off by the caller.
   * @param parts - how many of the lists, from the first.
   * @returns their length together.
   */
  join(parts: number): number {
    const { all, lists, shown } = this;
    if (this.isKept === true && parts === lists.length) {
      const length = this.extend();
      if (length >= 0) return length;
    }
    let length = 0;
    for (let part = 0; part < parts; part += 1) {
      const list = lists[part]!;
      for (let index = 0; index < list.length; index += 1) length = placeOne(list[index]!, all, length);
      shown[part] = list.length;
    }
    this.isKept = length >= LONG && parts === lists.length;
    return length;
  }

  /** Puts in what the lists have got at their ends. Negative if that is too much. */
  private extend(): number {
    const { all, lists, shown } = this;
    let end = 0;
    for (let part = 0; part < lists.length; part += 1) {
      const list = lists[part]!;
      const from = shown[part]!;
      const added = list.length - from;
      if (added < 0 || added > MOST_ADDED) return -1;
      end += from;
      if (added === 0) continue;
      const events = list.slice(from);
      for (const event of events) if (event.index === 0) event.claim();
      all.splice(end, 0, ...events);
      shown[part] = list.length;
      end += added;
    }
    return end;
  }

  /**
   * An event is about to be taken out of its list.
   * @param index - where it is in `all`.
   * @returns its place in its list; negative if that is not known.
   */
  remove(event: PendingEvent, index: number): number {
    if (this.isKept !== true || this.all[index] !== event) {
      this.isKept = false;
      return -1;
    }
    let first = 0;
    for (let part = 0; part < this.lists.length; part += 1) {
      const place = index - first;
      if (place < this.shown[part]!) {
        this.all.splice(index, 1);
        this.shown[part]! -= 1;
        return place;
      }
      first += this.shown[part]!;
    }
    return -1;
  }
}

/** Writes an event into a list of legal ones at a place, and claims it. Returns the place behind it. */
export function placeOne(event: PendingEvent, legal: PendingEvent[], at: number): number {
  if (event.index === 0) event.claim();
  if (at < legal.length) legal[at] = event;
  else legal.push(event);
  return at + 1;
}
