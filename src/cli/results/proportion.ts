/** Standard deviations around the middle that hold 95 % of a normal distribution. */
const Z = 1.96;

/** What a sample says of a proportion. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * The interval that holds the proportion behind a sample with 95 %. It is right for few and for no hits too, where the usual
 * `±` is not. (Wilson, Journal of the American Statistical Association 22, 1927.)
 * @param hits - of `draws`, which is at least 1.
 */
export function wilsonInterval(hits: number, draws: number): Interval {
  const share = hits / draws;
  const weight = 1 + Z ** 2 / draws;
  const middle = (share + Z ** 2 / (2 * draws)) / weight;
  const half = (Z * Math.sqrt((share * (1 - share)) / draws + Z ** 2 / (4 * draws ** 2))) / weight;
  return { low: hits === 0 ? 0 : middle - half, high: hits === draws ? 1 : middle + half };
}

/** A share in per cent, with as many digits as are of use: `7.2 %`, `0.04 %`. */
export function percent(share: number): string {
  const value = share * 100;
  const digits = value === 0 || value >= 99.95 ? 0 : value >= 1 ? 1 : value >= 0.1 ? 2 : 3;
  return `${value.toFixed(digits)} %`;
}

/** A rate with its interval: `7.2 % (95 %: 5.7 to 9.0 %)`. */
export function rateText(hits: number, draws: number): string {
  const { low, high } = wilsonInterval(hits, draws);
  return `${percent(hits / draws)} (with 95 % between ${percent(low)} and ${percent(high)})`;
}
