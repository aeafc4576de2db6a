import type { ExploreOptions } from "heddle";
import { rows } from "../../../examples/subjects/all.ts";
import type { Pair } from "../../../examples/subjects/pair.ts";
import { kinds } from "../kinds/all.ts";

/** What is said of a subject, and has to be so: a pair of the examples, or a kind of shared object as one. */
export interface Entry extends Omit<Pair, "name"> {
  /** The system, or what everybody shares. */
  readonly system: string;
  readonly subject: string;
  /** How the search for the failure differs from the default one. */
  readonly options: ExploreOptions;
}

/** Executions within which every unsafe one has to be found. */
const WITHIN = 200;

const ofRows: readonly Entry[] = rows.flatMap(({ system, pairs }) =>
  pairs.map(({ name, ...pair }): Entry => ({ system, subject: name, options: {}, ...pair })),
);

const ofKinds: readonly Entry[] = kinds.map(({ name, package: part, law, planted, published, runs, isComplete }) => ({
  system: "what everybody shares",
  subject: name,
  parts: [part],
  law,
  unsafe: planted,
  safe: published,
  order: "production",
  error: /^/,
  within: WITHIN,
  runs,
  isComplete,
  options: { order: "production" },
}));

export const entries: readonly Entry[] = [...ofRows, ...ofKinds];
