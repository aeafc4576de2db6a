/** @param {readonly number[]} values @param {number} share - 0.5 for the median */
function quantile(values, share) {
  const sorted = [...values].sort((left, right) => left - right);
  const at = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(at)] ?? Number.NaN, sorted[Math.ceil(at)] ?? Number.NaN];
  return low + (high - low) * (at - Math.floor(at));
}

/**
 * The median, and half the distance between the quartiles as a share of it.
 * @param {readonly number[]} values
 */
export function summary(values) {
  const median = quantile(values, 0.5);
  return { median, spread: (quantile(values, 0.75) - quantile(values, 0.25)) / 2 / median };
}
