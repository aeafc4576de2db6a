/**
 * The row of a step; where it is not shown, that of the next one that is.
 * @param rows - positions of steps, in ascending order.
 */
export function rowAt(rows: readonly number[], step: number): number {
  let [low, high] = [0, Math.max(0, rows.length - 1)];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle]! < step) low = middle + 1;
    else high = middle;
  }
  return low;
}
