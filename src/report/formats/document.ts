/**
 * A failure as one JSON document: what `heddle report --json` writes, and what the page, the trace and the ShiViz log are
 * made of. `failure.schema.json` describes it. Everything in it is printable text: what the program under test
 * wrote (names, values, messages, lines of source) is escaped and cut here, once for all formats.
 */
import type { EventKind } from "../../engine/event.ts";
import type { OrderName } from "../../engine/options.ts";
import type { FailureKind } from "../../engine/outcome.ts";
import type { Share } from "../timeline.ts";

/** The version of the format. A reader of version 1 reads every document of version 1, and ignores fields that it does not know. */
export const DOCUMENT_VERSION = 1;

/** One failure. */
export interface FailureDocument {
  readonly format: "heddle-failure";
  readonly version: typeof DOCUMENT_VERSION;
  /** The version of heddle that wrote it. */
  readonly heddle: string;
  /** The test's name. */
  readonly test?: string;
  readonly kind: FailureKind;
  /** What went wrong, in one sentence. */
  readonly sentence: string;
  /** The error of the program under test, in several lines. */
  readonly error: string;
  /** The generated input, as code. */
  readonly input?: string;
  /** Empty where the failure cannot be replayed. */
  readonly seed: string;
  /** The command that replays it. */
  readonly replay: string;
  readonly needs: { readonly order: OrderName; readonly latencyMs?: number };
  readonly counts: { readonly foundAtRun: number; readonly executions: number; readonly deviations: number; readonly reproduced: number; readonly replays: number; readonly shrunkWith?: { readonly runs: number; readonly ms: number } };
  readonly tips: readonly string[];
  /** The lines that the sentence is about. */
  readonly places: readonly { readonly what: string; readonly site?: number }[];
  /** Where paths of `sites` are shown relative to. */
  readonly folder?: string;
  /** Places in the source; steps and notes name them by position. */
  readonly sites: readonly SiteDocument[];
  /** Lines of source around these places, by file and line number. */
  readonly sources: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly failing: TimelineDocument;
  readonly cause?: CauseDocument;
  /** The nearest execution that passes. */
  readonly passing?: { readonly partsAt: number; readonly timeline: TimelineDocument };
}

export interface SiteDocument {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based. */
  readonly column: number;
  readonly functionName?: string;
  readonly package?: string;
}

/** One execution. */
export interface TimelineDocument {
  readonly order: OrderName;
  readonly tasks: readonly { readonly path: string; readonly name: string }[];
  readonly steps: readonly StepDocument[];
  /** What still waited at the end. */
  readonly waiting: readonly { readonly task: number; readonly kind: EventKind; readonly waitsFor: string; readonly site?: number; readonly passed?: number }[];
  readonly leaks: readonly string[];
  /** Of a deadlock or a livelock: each task that waits once, and whom it waits for. A wait-for graph. */
  readonly waits?: readonly WaitDocument[];
}

/** A task that waits. */
export interface WaitDocument {
  readonly task: number;
  readonly waitsFor: string;
  readonly site?: number;
  /** The last await that it got past before. */
  readonly passed?: number;
  /** The task that it waits for, as far as can be told, and what that has to do with it. */
  readonly holder?: { readonly task: number; readonly what: string; readonly site?: number };
  /** Who lets it go on in the order that passes, and why not here. */
  readonly settler?: string;
}

/** One stretch of code that nothing interrupts. */
export interface StepDocument {
  /** Position in `steps`. */
  readonly index: number;
  /** The event's path id. */
  readonly event: string;
  readonly kind: EventKind;
  readonly label?: string;
  /** The event in words: `db.get("balance") asked`. */
  readonly does: string;
  /** Position in `tasks`. */
  readonly task: number;
  /** Position in `sites`. */
  readonly site?: number;
  /** Virtual ms since the execution began. */
  readonly atMs: number;
  readonly notes: readonly NoteDocument[];
  /** Ids of events that could have run here, plain JavaScript's first; at most 20. */
  readonly legal: readonly string[];
  /** How many could have run, as far as 100. */
  readonly legalCount: number;
  readonly deviation?: DeviationDocument;
  /** Positions of the steps that brought this one about. */
  readonly after: readonly number[];
  /** Of executions that kept this course up to here and went on at random: how many failed. */
  readonly share?: Share;
}

export interface DeviationDocument {
  readonly kind: "skip" | "starve";
  readonly insteadOf: string;
  /** That event in words. */
  readonly does: string;
  readonly task: number;
  readonly site?: number;
}

export type NoteDocument =
  | { readonly type: "read"; readonly object: string; readonly key: string; readonly value: string; readonly site?: number }
  | { readonly type: "write"; readonly object: string; readonly key: string; readonly value: string; readonly previous: string; readonly site?: number }
  | { readonly type: "request"; readonly name: string; readonly value: string; readonly call?: string }
  | { readonly type: "answer"; readonly name: string; readonly value: string; readonly failed: boolean; readonly call?: string }
  | { readonly type: "log"; readonly text: string };

/** What experiments have shown: see `Cause` of the timeline. */
export interface CauseDocument {
  readonly base: Share;
  readonly kept: Share;
  /** Positions of steps. */
  readonly deciding: readonly number[];
  readonly constraints: readonly { readonly before: EventDocument; readonly after: EventDocument; readonly kept: Share; readonly broken: Share }[];
  readonly isCutShort: boolean;
}

export interface EventDocument {
  readonly event: string;
  readonly step?: number;
  readonly passingStep?: number;
}
