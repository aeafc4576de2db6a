import { expect, test } from "vitest";
import { percent, rateText, wilsonInterval } from "./proportion.ts";

test.each([
  // Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
])("%i of %i lies between %f and %f", (hits, draws, low, high) => {
  const interval = wilsonInterval(hits, draws);
  expect(interval.low).toBeCloseTo(low, 4);
  expect(interval.high).toBeCloseTo(high, 4);
});

test("shares have as many digits as are of use", () => {
  expect([0, 0.000_38, 0.0043, 0.072, 0.5, 1].map(percent)).toEqual(["0 %", "0.038 %", "0.43 %", "7.2 %", "50.0 %", "100 %"]);
  expect(rateText(1000, 1000)).toBe("100 % (with 95 % between 99.6 % and 100 %)");
});
