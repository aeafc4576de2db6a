import type { PendingEvent } from "../engine/event.ts";

/** One of several parts of a search, which together are the whole of it. */
export interface Shard {
  /** From 0. */
  readonly index: number;
  readonly count: number;
}

export const WHOLE: Shard = { index: 0, count: 1 };

/** A part of a part. */
export function subshard({ index, count }: Shard, own: Shard): Shard {
  return { index: index * own.count + own.index, count: count * own.count };
}

/** The base seed of a part: each draws from a stream of its own. */
export function seedOfShard(seed: string, { index, count }: Shard): string {
  return count === 1 ? seed : `${seed}/shard ${index + 1}/${count}`;
}

/** What a part has of so many executions: together they make them all, but each makes one at least. */
export function runsOfShard(runs: number, { index, count }: Shard): number {
  return Math.max(1, Math.floor(runs / count) + (index < runs % count ? 1 : 0));
}

/** Of a list that every part makes alike, those that are a part's own. */
export function* everyNth<Item>(items: Iterable<Item>, { index, count }: Shard): Generator<Item, void> {
  let place = 0;
  for (const item of items) {
    if (place % count === index) yield item;
    place += 1;
  }
}

/**
 * Splits a tree of decisions into disjoint subtrees that add up to it. Every part splits alike, without a word to the
 * others: what it needs to know, how many events each task has, it takes from plain JavaScript's order, which all of
 * them run first. A subtree is taken to be as large as URW would take it to be: in proportion to the events that are
 * left to the task that goes first.
 */
export class Partition {
  private readonly totals: Map<number, number> = new Map();
  private readonly left: Map<number, number> = new Map();

  /** Forgets everything. */
  reset(): void {
    this.totals.clear();
  }

  /** An execution begins. */
  begin(): void {
    this.left.clear();
  }

  /** @param learns - this is the execution that all parts have made alike. */
  ran({ task }: PendingEvent, learns: boolean): void {
    if (learns) this.totals.set(task.hash, (this.totals.get(task.hash) ?? 0) + 1);
    else this.left.set(task.hash, this.leftOf(task.hash) - 1);
  }

  /**
   * What a part has of each child of a node that it shares with others: its share, or nothing.
   * Children that are larger than a part are handed to several, who split them further on; the others go to one each.
   */
  split(share: Shard, legal: readonly PendingEvent[]): (Shard | undefined)[] {
    const weights = legal.map(({ task }) => Math.max(1, this.leftOf(task.hash)));
    const whole = weights.reduce((sum, weight) => sum + weight, 0);
    let before = 0;
    return weights.map((weight) => {
      const [from, to] = [(before / whole) * share.count, ((before + weight) / whole) * share.count];
      before += weight;
      return shareOf(share.index, from, to, share.count);
    });
  }

  private leftOf(task: number): number {
    return this.left.get(task) ?? this.totals.get(task) ?? 0;
  }
}

function shareOf(index: number, from: number, to: number, count: number): Shard | undefined {
  if (to - from < 1) return index === Math.min(count - 1, Math.floor((from + to) / 2)) ? WHOLE : undefined;
  const [first, end] = [Math.round(from), Math.round(to)];
  return index >= first && index < end ? { index: index - first, count: end - first } : undefined;
}
