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
