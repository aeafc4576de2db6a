import type { ExploreOptions } from "../../dist/index.js";

/** Options under which a program is explored. */
export type Mode = { readonly name: string } & Pick<ExploreOptions, "order" | "scope">;

/** A failure, without what differs from machine to machine. */
export interface FailureResult {
  kind: string;
  message: string;
  seed: string;
  originalSeed: string;
  order: string;
  latencyMs: number;
  reproduced: string;
  deviations: number;
  trace: string[];
  waiting: string[];
}

export interface ModeResult {
  /** What plain JavaScript's order came to: `passed`, or the failure's message. */
  plain: string;
  /** The events of some executions under a strategy of the check's own. */
  samples: string[];
  /** What the search came to. */
  found: {
    verdict: string;
    complete: boolean;
    runs: number;
    steps: number;
    distinct: number;
    uncontrolled: string[];
    failure?: FailureResult;
  };
  /** What the golden seed came to. */
  replayed?: FailureResult | "passed";
}

/** What one runtime made of one program. */
export type ProgramResult =
  | { name: string; crashed: string }
  | { name: string; modes: Record<string, ModeResult | { error: string } | { cannot: string }> };

/** A runtime, and how it comes here. */
export interface Runtime {
  readonly name: string;
  /** The npm package that brings it. */
  readonly install: string;
  readonly command: string;
  readonly flags: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** One cell of the table. */
export interface Row {
  readonly runtime: string;
  /** "*" where the runtime itself is not to be had. */
  readonly program: string;
  readonly state: "ok" | "known" | "differs" | "can't" | "in part";
  readonly details: readonly string[];
}

/** Where a program differs from the golden file first, in one mode. */
export interface Difference {
  readonly mode: string;
  readonly text: string;
  /** The runtime cannot do it, and says so itself. */
  readonly isLack?: boolean;
}

/** Differences that are known, and why they are there. Written by hand. */
export interface Known {
  readonly runtimes: readonly string[];
  readonly program: string;
  /** The modes that may differ; in all others it must not. */
  readonly modes: readonly string[];
  readonly reason: string;
}

/** The golden file. */
export interface Golden {
  readonly known: readonly Known[];
  readonly programs: Readonly<Record<string, Readonly<Record<string, ModeResult>>>>;
}
