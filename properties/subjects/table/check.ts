import { explore, type Exploration } from "heddle";
import type { Entry } from "./entry.ts";
import { commandOf, withVersion } from "./part.ts";

/** What came of one subject: a row of the table. */
export interface Result {
  readonly system: string;
  readonly subject: string;
  /** Packages with their versions, and modules of the runtime. */
  readonly parts: readonly string[];
  readonly law: string;
  readonly safe: {
    readonly order: "production";
    readonly executions: number;
    /** Schedules that differ: executions of some of them are repeated, to be compared. */
    readonly distinct: number;
    readonly complete: boolean;
    readonly verdict: "passed" | "failed";
    readonly uncontrolled: readonly string[];
  };
  readonly unsafe: {
    readonly verdict: "passed" | "failed";
    readonly order: string | undefined;
    readonly sentence: string | undefined;
    /** Up to the failure, or all, where none was found. */
    readonly executions: number;
    readonly seed: string | undefined;
  };
  readonly elapsedMs: number;
  /** What is not as stated, in sentences. */
  readonly surprises: readonly string[];
}

/** The most real time for shrinking and confirming a failure: real databases are slow. */
const SHRINK_MS = 12_000;

/** A seed is for the file and the name that it was printed for: everything that prints one goes through here. */
export async function exploreUnsafe({ subject, unsafe, isUnmeasured = false, prepare, options }: Entry, shrinkMs: number): Promise<Exploration> {
  await prepare?.();
  return explore(unsafe, { name: subject, runs: 200, shrinkMs, explain: !isUnmeasured, replayCommand: commandOf(subject), ...options });
}

export async function check(entry: Entry): Promise<{ readonly result: Result; readonly report: string | undefined; readonly blame: string | undefined }> {
  const { system, subject, parts, law, error, kind, within, runs, isComplete } = entry;
  const startedAt = Date.now();
  await entry.prepare?.();
  const safe = await explore(entry.safe, { name: `${subject} (safe)`, order: "production", runs, explain: false });
  const unsafe = await exploreUnsafe(entry, SHRINK_MS);
  const { failure } = unsafe;

  const surprises: string[] = [];
  if (safe.failure !== undefined) surprises.push(`the safe one is blamed: ${safe.failure.sentence}`);
  if (safe.complete !== isComplete) surprises.push(safe.complete ? "all orders of the safe one were tried, and that is not stated" : `not all orders of the safe one are within ${runs} executions`);
  if (failure === undefined || failure.foundAt > within) surprises.push(`the unsafe one is not found within ${within} executions`);
  if (failure !== undefined) {
    if (failure.order !== entry.order) surprises.push(`the failure needs the order ${failure.order}, not ${entry.order}`);
    if (!error.test(String(failure.error))) surprises.push(`the failure is another: ${String(failure.error)}`);
    if (kind !== undefined && failure.kind !== kind) surprises.push(`the failure is of the kind ${failure.kind}, not ${kind}`);
    if (failure.reproduced !== "5 of 5") surprises.push(`the failure was reproduced ${failure.reproduced}`);
  }
  const result: Result = {
    system,
    subject,
    parts: parts.map(withVersion),
    law,
    safe: { order: "production", executions: safe.runs, distinct: safe.distinct, complete: safe.complete, verdict: safe.verdict, uncontrolled: safe.uncontrolled },
    unsafe: { verdict: unsafe.verdict, order: failure?.order, sentence: failure?.sentence, executions: failure?.foundAt ?? unsafe.runs, seed: failure?.seed },
    elapsedMs: Date.now() - startedAt,
    surprises,
  };
  return { result, report: failure?.toString(), blame: safe.failure?.toString() };
}
