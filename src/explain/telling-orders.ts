import type { Share } from "./shares.ts";

/** What became of executions that have an order of two events, and of such as have it the other way round. */
export interface MeasuredShares {
  readonly kept: Share;
  readonly broken: Share;
}

/** Standard errors by which two shares differ that are called different: one time in twenty by chance alone. */
const DIFFERENT = 1.64;

/**
 * The orders that matter by themselves: executions that keep one fail more often than those that break it. Among many
 * executions a set of orders may be found that nobody broke and failed, and that is chance for some of them. Where none
 * matters by itself, the one that comes nearest to it.
 */
export function tellingOrders<Order extends MeasuredShares>(orders: readonly Order[]): Order[] {
  if (orders.length < 2) return [...orders];
  const certain = orders.filter(isTelling);
  if (certain.length > 0) return certain;
  const best = orders.reduce((one, other) => (differenceOf(other) > differenceOf(one) ? other : one));
  return differenceOf(best) > 0 ? [best] : [...orders];
}

/** Whether it matters by itself; what was not measured may. */
export function isTelling(order: MeasuredShares): boolean {
  return order.kept.of === 0 || order.broken.of === 0 || differenceOf(order) >= DIFFERENT;
}

/** By how many standard errors (two proportions, pooled). */
function differenceOf({ kept, broken }: MeasuredShares): number {
  const [one, other] = [kept.failed / kept.of, broken.failed / broken.of];
  const pooled = (kept.failed + broken.failed) / (kept.of + broken.of);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / kept.of + 1 / broken.of));
  return error === 0 ? 0 : (one - other) / error;
}
