import seedrandom from "seedrandom";

/** Seeded randomness: the same seed, the same numbers, on every runtime. */
export interface RandomSource {
  /** A whole number from 0 to `bound - 1`. */
  below(bound: number): number;
  /** A number from 0 (included) to 1 (excluded). */
  unit(): number;
}

/** seedrandom's `alea`, as its default generator is slow to seed. (J. Baagøe's Alea.) */
export function randomSource(seed: string): RandomSource {
  const next = seedrandom.alea(seed);
  return {
    below: (bound) => (next() * bound) | 0,
    unit: () => next(),
  };
}
