import { HeddleError } from "../engine/errors.ts";
import { OptionalEvent, type Task } from "../engine/event.ts";
import type { Execution } from "../engine/execution.ts";

/** A caller gives up. */
class AbortEvent extends OptionalEvent {
  private readonly controller: AbortController;
  private readonly reason: Error;

  constructor(owner: Task, name: string, controller: AbortController) {
    super("abort", owner, undefined);
    this.label = `${name} aborted`;
    this.controller = controller;
    this.reason = new DOMException(`${name} aborted: an abort that heddle chose`, "AbortError");
  }

  override run(): void {
    this.controller.abort(this.reason);
  }
}

/**
 * A signal that may abort at any step from now on, once. Plain JavaScript's order never aborts it, and where nothing
 * but the abort could run, nothing can: no abort gets a body out of a deadlock.
 */
export function abortable(execution: Execution, name: unknown): AbortSignal {
  if (name !== undefined && typeof name !== "string") {
    throw new HeddleError("BAD_SUBJECT", 'abortable(name?) takes a name, for the report: abortable("request")');
  }
  const controller = new AbortController();
  if (execution.over) return controller.signal;
  const event = new AbortEvent(execution.task.spawn(name ?? "signal"), name ?? "signal", controller);
  event.claim();
  execution.clock.date(event);
  execution.tracer?.made(event);
  execution.pending.rest.addOptional(event);
  return controller.signal;
}
