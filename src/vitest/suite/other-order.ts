import type { ExploreOptions } from "../../harness/options.ts";
import type { Failure } from "../../harness/exploration.ts";
import { isIo } from "../../engine/event.ts";
import { timersFirst } from "../../harness/timers-first.ts";
import { Passes, type ExploredTest } from "./explored-test.ts";

/** Executions that look for an order in which a test passes. */
const RUNS = 20;
/** Real ms for which its schedule is shrunk. */
const SHRINK_MS = 1000;

/**
 * A test that passes natively and fails in plain JavaScript's order, as heddle has it, may rest on what an execution leaves for
 * the next; or on an order that the machine takes nearly always and heddle does not take by itself, such as that of an
 * immediate and a timer of 0 ms. It is the second where another schedule passes again and again, and plain JavaScript's
 * order fails both before and after that.
 *
 * I/O is left out: in plain JavaScript's order it takes no time, and a test that waits less than a program that sleeps for a
 * second takes is no race.
 * @param options - of the exploration in which it has failed.
 * @returns what an exploration says that takes an execution that passes for a failure.
 */
export async function passingOrder(explored: ExploredTest, options: ExploreOptions): Promise<Failure | undefined> {
  const { onProgress: _onProgress, ...same } = options;
  const quick: ExploreOptions = { ...same, corpus: false, explain: false, shrinkMs: SHRINK_MS };
  explored.failsIfPassed = true;
  let passing: Failure | undefined;
  try {
    // Often it takes the same at many decisions, which a search seldom draws.
    ({ failure: passing } = await explored.explore({ ...quick, strategy: timersFirst(), runs: 1 }));
    if (passing === undefined) ({ failure: passing } = await explored.explore({ ...quick, runs: Math.min(RUNS, options.runs ?? RUNS) }));
  } finally {
    explored.failsIfPassed = false;
  }
  if (!(passing?.error instanceof Passes) || passing.kind !== "error" || !isSteady(passing) || !isWithinThread(passing)) return undefined;
  const { failure } = await explored.explore({ ...quick, runs: 1 });
  return failure !== undefined && failure.deviations.length === 0 && failure.leftOver === undefined ? passing : undefined;
}

/** Whether it passes by the order of what the event loop comes to by itself. */
function isWithinThread({ timeline, deviations }: Failure): boolean {
  const held = timeline.steps.flatMap(({ deviation }) => deviation ?? []);
  return deviations.length > 0 && held.every(({ insteadOfKind = "outside" }) => !isIo(insteadOfKind) && insteadOfKind !== "request");
}

/** Whether all replays came to the same. */
function isSteady({ reproduced }: Failure): boolean {
  const [times, all] = reproduced.split(" of ");
  return times === all && times !== "0";
}
