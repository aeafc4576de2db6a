import { expect, it } from "vitest";
import { mostUnseen } from "./census.ts";
import { randomSource } from "./random-source.ts";

/** Draws from a distribution with many rare courses, and what is known of it: how likely one more draw is a new one. */
function drawn(draws: number, courses: number, seed: string): { readonly bound: number; readonly truth: number } {
  const weights = Array.from({ length: courses }, (_one, at) => 1 / (at + 1));
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  const source = randomSource(seed);
  const times = new Map<number, number>();
  for (let draw = 0; draw < draws; draw += 1) {
    let left = source.unit() * whole;
    let at = 0;
    while (at < courses - 1 && left >= weights[at]!) left -= weights[at++]!;
    times.set(at, (times.get(at) ?? 0) + 1);
  }
  const [once, twice] = [1, 2].map((number) => [...times.values()].filter((count) => count === number).length) as [number, number];
  const truth = weights.reduce((sum, weight, at) => sum + (times.has(at) ? 0 : weight / whole), 0);
  return { bound: mostUnseen(draws, once, twice), truth };
}

it.each([[50, 40], [200, 40], [200, 1000], [1000, 400]])("bounds the chance of a new course after %d draws of %d courses, in 95 of 100 cases", (draws, courses) => {
  const trials = Array.from({ length: 300 }, (_one, at) => drawn(draws, courses, `census ${at}`));
  expect(trials.filter(({ bound, truth }) => truth <= bound).length).toBeGreaterThanOrEqual(279);
  // And not by saying nothing: it is near the truth.
  const excess = trials.reduce((sum, { bound, truth }) => sum + bound - truth, 0) / trials.length;
  expect(excess).toBeLessThan(0.15);
});

it("says that nothing is known without a draw, and keeps to the rule of three where all came again", () => {
  expect(mostUnseen(0, 0, 0)).toBe(1);
  expect(mostUnseen(300, 0, 0)).toBeCloseTo(0.01);
  expect(mostUnseen(10, 10, 0)).toBe(1);
});
