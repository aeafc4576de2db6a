import type { KeptSchedule } from "../corpus/corpus.ts";
import type { HeddleErrorCode } from "../engine/errors.ts";
import type { ExplorationHashes, ExplorationResult, FoundFailure } from "../engine/exploration.ts";
import type { Schedule } from "../engine/schedule.ts";
import type { Settings } from "./options.ts";

/** What a worker is to do. */
export interface WorkerTask {
  /** The address of the module whose default export is the body. */
  readonly module: string;
  readonly settings: Settings;
  /** Its number, from 0. */
  readonly worker: number;
  /** See `Finish`. */
  readonly finish: SharedArrayBuffer;
  /** See `Lifelines`. */
  readonly lifelines: SharedArrayBuffer;
}

/** A failure as it can be told to another thread, which makes its outcomes itself. */
export interface WorkerFound extends Omit<FoundFailure, "original" | "shrunk"> {
  readonly original: Schedule;
  readonly shrunk: Schedule;
}

/** What a worker has found out. */
export interface WorkerResult {
  readonly result: Omit<ExplorationResult, "found">;
  readonly found: WorkerFound | undefined;
  readonly hashes: ExplorationHashes;
  readonly sightings: readonly (readonly [string, boolean])[];
  readonly uncontrolled: readonly string[];
  /** What it has kept of its failure, for the thread that reports it to replace. */
  readonly kept: readonly KeptSchedule[];
}

/** Or why it could not. */
export interface WorkerError {
  readonly code: HeddleErrorCode | undefined;
  readonly message: string;
}

export type WorkerAnswer = WorkerResult | WorkerError;
