/** An empty array of objects: V8 remembers of which kind its elements were. */
const NOTHING: unknown[] = [{}];
NOTHING.pop();

/**
 * An empty list for one execution. Not by a literal: where V8 has seen a few arrays of one literal survive a collection,
 * it makes all others old at birth, and whatever an old array holds or has held outlives its execution too.
 */
export function emptyList<Item>(): Item[] {
  return NOTHING.slice() as Item[];
}

/** What is moved by hand one by one takes longer than a call from here on, and much longer with thousands. */
const LONG = 100;

/** Shifts by hand and pops: shortening a short array through `length` or `splice` costs several times as much. */
export function removeFrom<Item>(list: Item[], item: Item, place: number = -1): boolean {
  const index = place >= 0 ? place : list.indexOf(item);
  if (index < 0) return false;
  removeAt(list, index);
  return true;
}

export function removeAt(list: unknown[], from: number): void {
  const last = list.length - 1;
  if (last - from > LONG) {
    list.splice(from, 1);
    return;
  }
  for (let index = from; index < last; index += 1) list[index] = list[index + 1]!;
  list.pop();
}

/** `indexOf`, written out: for the short lists that these mostly are, it costs a third. */
export function positionOf<Item>(item: Item, list: readonly Item[]): number {
  for (let index = 0; index < list.length; index += 1) {
    if (list[index] === item) return index;
  }
  return -1;
}
