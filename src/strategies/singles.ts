import type { Deviation, Schedule } from "../engine/schedule.ts";

/**
 * Every single deviation from the FIFO execution, in an order that comes early to each part of it: the decisions are
 * taken as in van der Corput's sequence (the first, the middle one, the quarters, and so on), a starve and a skip at
 * each; then the skips to events further back.
 *
 * Only the head is starved. To starve an event that stands further back comes to the same as to starve it once it
 * has become the head.
 * @param legal - how many events were legal at each decision of the FIFO execution.
 */
export function* singleDeviations(legal: readonly number[]): Generator<Schedule, void> {
  const order = spread(legal.length);
  for (const decision of order) {
    yield [deviation("starve", decision, 0)];
    yield [deviation("skip", decision, 1)];
  }
  let most = 0;
  for (const count of legal) most = Math.max(most, count);
  for (const distance of spread(Math.max(0, most - 2))) {
    for (const decision of order) {
      const index = distance + 2;
      if (index < legal[decision]!) yield [deviation("skip", decision, index)];
    }
  }
}

function deviation(kind: Deviation["kind"], decision: number, index: number): Deviation {
  return { kind, decision, index, check: undefined };
}

/** The numbers below `count`, each once, every beginning of the list spread over all of them. */
export function spread(count: number): number[] {
  const found: number[] = [];
  let size = 1;
  while (size < count) size *= 2;
  for (let index = 0; index < size; index += 1) {
    let reversed = 0;
    for (let bit = 1, mirror = size / 2; bit < size; bit *= 2, mirror /= 2) if ((index & bit) !== 0) reversed += mirror;
    if (reversed < count) found.push(reversed);
  }
  return found;
}
