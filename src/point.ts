/**
 * What the Vite plugin puts into the user's modules. Each function returns its argument while no execution runs.
 * Not meant to be called by hand.
 */
import { control } from "./host/control.ts";
import { awaitMarked, mark as markPromise } from "./host/promises/promises.ts";

control.marking = true;

/** Stands around what is awaited: `await point(e)`. */
export function point<Value>(value: Value): Value {
  return control.catching ? (awaitMarked(value, point) as Value) : value;
}

/** Stands around the promise of a `.then(`, `.catch(` or `.finally(`. */
export function mark<Value>(value: Value): Value {
  if (control.catching) markPromise(value);
  return value;
}

/** Stands around what a `for await` iterates over. */
export function iterate<Value>(iterable: Value): Value {
  if (!control.catching) return iterable;
  const start = (iterable as { [Symbol.asyncIterator]?: () => AsyncIterator<unknown> } | null)?.[Symbol.asyncIterator];
  if (typeof start !== "function") return iterable;
  return { [Symbol.asyncIterator]: () => new PointedIterator(start.call(iterable)) } as Value;
}

class PointedIterator implements AsyncIterator<unknown> {
  private readonly inner: AsyncIterator<unknown>;

  constructor(inner: AsyncIterator<unknown>) {
    this.inner = inner;
  }

  async return(value?: unknown): Promise<IteratorResult<unknown>> {
    return this.inner.return === undefined ? { done: true, value } : this.inner.return(value);
  }

  next(): Promise<IteratorResult<unknown>> {
    return point(this.inner.next());
  }
}
