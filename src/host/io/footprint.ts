import type { PendingEvent } from "../../engine/event.ts";
import { emptyList } from "../../engine/lists.ts";
import type { Execution } from "../../engine/execution.ts";
import { EVERYTHING, UNNAMED, WORLD } from "../../engine/provenance.ts";
import { control } from "../control.ts";
import { isNaming } from "./files/names.ts";
import type { FileAccess } from "./files/places.ts";

/** What is being done to the world, for whoever goes by it or reports it. */
export function noteEffects(execution: Execution, event: PendingEvent | undefined, touched: readonly FileAccess[]): void {
  if (isNaming(execution)) noteFootprint(execution, touched);
  tellTouched(event, touched);
}

/** For a report. */
export function tellTouched(event: PendingEvent | undefined, touched: readonly FileAccess[]): void {
  if (control.recorder?.touches === undefined) return;
  const known = touched.filter(({ path, commutes }) => path !== undefined && commutes !== true);
  control.recorder.touches(event, known.map(({ place, path, isWrite }) => ({ place, what: path!, isWrite })));
}

/**
 * What the running step touches of the outside world, for strategies that ask for footprints. One that compares
 * executions with each other takes a step that touches what has no lasting name for one that touches everything.
 */
export function noteFootprint(execution: Execution, touched: readonly FileAccess[]): void {
  const { tracer, current } = execution;
  tracer?.touch(WORLD, false);
  for (const { name, isWrite, commutes } of touched) {
    if (execution.isChecking) tracer?.observe(name ?? EVERYTHING);
    else if (name === undefined) noteUnnamed(execution);
    else if (current !== undefined) (current.footprint ??= emptyList()).push(commutes !== undefined ? { place: name, isWrite, commutes } : { place: name, isWrite });
  }
}

function noteUnnamed({ tracer }: Execution): void {
  tracer?.touch(EVERYTHING, true);
  tracer?.touch(UNNAMED, false);
}
