import type { BodyContext } from "heddle";
import type { RaceProperty, RacePropertyOptions } from "heddle/fast-check";

/** What an object is held against. */
export type Specified = "itself, called alone" | "a model" | "an invariant";

/** Makes the object under test, in the body. */
export type Create<Own> = (context: BodyContext) => Own;

/** An asynchronous object as people write it, what has to hold of it, and versions of it with one thing wrong. */
export interface SubjectGiven<Own> {
  readonly name: string;
  readonly specified: Specified;
  /** The orders under which the correct one is right, where that is not all: the mutants are looked for under the first. */
  readonly orders?: readonly OrderName[];
  readonly property: (create: Create<Own>, options: RacePropertyOptions) => unknown;
  readonly correct: Create<Own>;
  /** By what is wrong with them. */
  readonly mutants: Readonly<Record<string, Create<Own>>>;
}

export type OrderName = "production" | "latency";

export type MakeProperty = (options: RacePropertyOptions) => RaceProperty<unknown[]>;

/** A subject whose type nobody needs to know any more. */
export interface Subject {
  readonly name: string;
  readonly specified: Specified;
  readonly orders: readonly OrderName[];
  readonly correct: MakeProperty;
  readonly mutants: readonly (readonly [wrong: string, property: MakeProperty])[];
}

export function subject<Own>({ name, specified, orders = ["production", "latency"], property, correct, mutants }: SubjectGiven<Own>): Subject {
  const make = (create: Create<Own>): MakeProperty => (options) => property(create, options) as RaceProperty<unknown[]>;
  return { name, specified, orders, correct: make(correct), mutants: Object.entries(mutants).map(([wrong, create]) => [wrong, make(create)]) };
}
