import type { Body, FailureKind, OrderName } from "heddle";

/** A shared object used wrongly, and used rightly. What is said of the two is checked by `npm run subjects`. */
export interface Pair {
  readonly name: string;
  /** What is used of the world: packages, and modules of the runtime. */
  readonly parts: readonly string[];
  /** What has to hold, in a sentence. */
  readonly law: string;
  readonly unsafe: Body;
  readonly safe: Body;
  /** The order that the unsafe one's failure needs. */
  readonly order: OrderName;
  readonly error: RegExp;
  /** Of the failure. Default `"error"`. */
  readonly kind?: FailureKind;
  /** Executions within which the default search has to find it: 200 at most. */
  readonly within: number;
  /** Executions of the safe one under `production`: all that there are, where `isComplete`. */
  readonly runs: number;
  readonly isComplete: boolean;
  /** An execution takes some 10 ms: `npm test` makes few. */
  readonly isSlow?: boolean;
  /** It is not measured what the failure needs: that takes long with slow parts, and what it would add is little. */
  readonly isUnmeasured?: boolean;
  /** Starts what all executions share, once. */
  readonly prepare?: () => Promise<void>;
}

/** One of the systems that the founding question asks about. */
export interface Row {
  /** The folder with its page and its pairs. */
  readonly folder: string;
  readonly system: string;
  /** The first one's report is on the page. */
  readonly pairs: readonly [Pair, ...Pair[]];
}
