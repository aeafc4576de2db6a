import type { Body, ExploreOptions } from "heddle";

/** A bug, and the same code without it. Each example's `race.ts` exports one. */
export interface Example {
  /** What is tested: it stands in the report, and the search's base seed comes from it. */
  readonly name: string;
  /** What is wrong with the code, for those who read along. */
  readonly story: string;
  readonly buggy: Body;
  readonly fixed: Body;
  /** What this example needs besides the defaults; mostly nothing. */
  readonly options?: ExploreOptions;
  /** What the fixed one needs besides. */
  readonly fixedOptions?: ExploreOptions;
}
