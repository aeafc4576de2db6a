/** A bug's `meta.json`, as far as it is needed here. */
export interface Meta {
  readonly name: string;
  readonly package: string;
  readonly install: { readonly buggy: readonly string[]; readonly fixed?: readonly string[] };
  /** A module to load in place of the package. */
  readonly entry?: string;
  /** Several modules by name; `require:x` means CommonJS. */
  readonly modules?: Readonly<Record<string, string>>;
  /** Modules to import first. */
  readonly globals?: readonly string[];
  /** Packages, with their versions, that the scenario itself resolves from `run.base`. */
  readonly needs?: Readonly<Record<string, string>>;
  /** Virtual (or real) ms: the longest I/O that the scenario's own watchdogs allow for. */
  readonly latencyMs: number;
  readonly sleep: "exact" | "at-least";
}

/** The outside world, as a scenario sees it. */
export interface ScenarioIo {
  op(name: string, operation?: () => unknown): Promise<unknown>;
  sleep(delayMs: number): Promise<void>;
}

/** A bug's `scenario.mjs`. */
export interface Scenario {
  readonly run: ((loaded: unknown, io: ScenarioIo) => Promise<void>) & { base?: string };
  readonly prepare?: () => unknown;
}

export type Version = "buggy" | "fixed";
export type Method = "heddle" | "replay" | "fast-check" | "fast-check, real timers" | "latencies";

/** What a child process is asked to do. */
export interface Request {
  readonly folder: string;
  readonly installed: string;
  readonly method: Method;
  /** Base seeds; for `replay` those of failures. */
  readonly seeds: readonly (number | string)[];
  readonly runs: number;
  readonly timeMs: number;
  /** Of heddle: `auto` is the default. */
  readonly order: "auto" | "production";
}

/** What the search from one seed came to. */
export interface Trial {
  readonly seed: number | string;
  readonly method: Method;
  readonly failed: boolean;
  /** Executions to the first failure, or of the whole search if there was none. */
  readonly executions: number;
  readonly elapsedMs: number;
  readonly error?: string;
  /** The rest is of heddle only. */
  readonly order?: string;
  readonly kind?: string;
  readonly deviations?: number;
  readonly reproduced?: string;
  readonly replay?: string;
  readonly uncontrolled?: readonly string[];
}

/** The trials of one batch; `problem` says why there are fewer than seeds. */
export interface Batch {
  readonly trials: readonly Trial[];
  readonly problem?: string;
}

/** The trials of one method, in figures. */
export interface Figures {
  readonly found: number;
  readonly of: number;
  readonly medianExecutions?: number;
  readonly mostExecutions?: number;
  readonly medianDeviations?: number;
  readonly medianSeconds: number;
  readonly mostSeconds: number;
  readonly orders: readonly string[];
  /** Seeds of failures that failed again in a process of their own, of so many that were tried. */
  readonly replayed?: number;
  readonly replays?: number;
  readonly problem?: string;
  readonly trials: readonly Trial[];
}

/** Whether heddle blames the fixed version. */
export interface FixedVerdict {
  readonly verdict: string;
  readonly trial?: Trial;
}

/** One row of the table. */
export interface Row {
  readonly package: string;
  readonly bug: string;
  readonly latencyMs: number;
  readonly problem?: string;
  readonly heddle?: Figures;
  readonly fixedProduction?: FixedVerdict;
  readonly fixedDefault?: FixedVerdict;
  readonly fastCheck?: Figures;
  readonly latencies?: Figures;
}
