/** How a test's time limit is shared out: the rest is for what one execution may take, and for the report. */
const SEARCH = 0.7;
const SHRINKING = 0.15;
/** No more than that is kept back for each of the two. */
const MOST_MS = 5_000;

/** The most real time for the search and for shrinking, in a test with this time limit. */
export function shareOut(limitMs: number): { readonly timeMs?: number; readonly shrinkMs?: number } {
  if (!(limitMs > 0) || limitMs === Number.POSITIVE_INFINITY) return {};
  const shrinkMs = Math.max(1, Math.min(limitMs * SHRINKING, MOST_MS));
  const timeMs = Math.max(1, limitMs * SEARCH, limitMs - 2 * MOST_MS);
  return { timeMs: Math.round(timeMs), shrinkMs: Math.round(shrinkMs) };
}
