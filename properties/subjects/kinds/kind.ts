import * as fc from "fast-check";
import type { Body, BodyContext } from "heddle";
import { raceProperty, type RaceProperty, type RacePropertyOptions } from "heddle/fast-check";
import type { Create, MakeProperty } from "../subject.ts";

/** A kind of object that everybody shares: its law, a published package that keeps it, and a version that does not. */
export interface KindGiven<Own, Input> {
  readonly name: string;
  /** The package's name in `node_modules`. */
  readonly package: string;
  readonly law: string;
  readonly inputs: fc.Arbitrary<Input>;
  /** An input with few orders. */
  readonly small: Input;
  readonly use: (context: BodyContext, own: Own, input: Input) => Promise<void>;
  readonly published: Create<Own>;
  /** What is wrong with the planted one. */
  readonly mistake: string;
  readonly planted: Create<Own>;
  /** Executions of the small input under `production`: all that there are, unless it says otherwise. */
  readonly runs: number;
  readonly isComplete?: boolean;
}

/** A kind whose types nobody needs to know any more. */
export interface Kind {
  readonly name: string;
  readonly package: string;
  readonly law: string;
  readonly mistake: string;
  readonly runs: number;
  readonly isComplete: boolean;
  /** With the small input. */
  readonly published: Body;
  readonly planted: Body;
  /** With generated inputs. */
  readonly publishedProperty: MakeProperty;
  readonly plantedProperty: MakeProperty;
}

export function kind<Own, Input>({ inputs, small, use, published, planted, isComplete = true, ...said }: KindGiven<Own, Input>): Kind {
  const bodyOf = (create: Create<Own>): Body => (context) => use(context, create(context), small);
  const propertyOf = (create: Create<Own>) => (options: RacePropertyOptions) =>
    raceProperty(inputs, (context, input) => use(context, create(context), input), options) as RaceProperty<unknown[]>;
  return { ...said, isComplete, published: bodyOf(published), planted: bodyOf(planted), publishedProperty: propertyOf(published), plantedProperty: propertyOf(planted) };
}
