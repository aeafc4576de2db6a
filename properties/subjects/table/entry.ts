import type { Body, ExploreOptions, FailureKind, OrderName } from "heddle";
import { rows } from "../../../examples/subjects/all.ts";
import { kinds } from "../kinds/all.ts";

/** What is said of a subject, and has to be so. */
export interface Entry {
  /** The system, or what everybody shares. */
  readonly system: string;
  readonly subject: string;
  readonly parts: readonly string[];
  readonly law: string;
  readonly unsafe: Body;
  readonly safe: Body;
  /** The order that the failure of the unsafe one needs. */
  readonly order: OrderName;
  readonly error: RegExp;
  readonly kind: FailureKind | undefined;
  readonly within: number;
  readonly runs: number;
  readonly isComplete: boolean;
  readonly prepare: (() => Promise<void>) | undefined;
  /** How the search for the failure differs from the default one. */
  readonly options: ExploreOptions;
}

/** Executions within which every unsafe one has to be found. */
const WITHIN = 200;

const ofRows: readonly Entry[] = rows.flatMap(({ system, pairs }) =>
  pairs.map((pair): Entry => ({ system, subject: pair.name, kind: undefined, prepare: undefined, options: {}, ...pair })),
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
  kind: undefined,
  within: WITHIN,
  runs,
  isComplete,
  prepare: undefined,
  options: { order: "production" },
}));

export const entries: readonly Entry[] = [...ofRows, ...ofKinds];
