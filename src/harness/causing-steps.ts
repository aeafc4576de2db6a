import type { PendingEvent } from "../engine/event.ts";

/**
 * Which steps brought an event about, for the arrows of a report. Two are known: the step during which the event was
 * asked for (the await, the `setTimeout`, the call), and the step behind which it was legal for the first time.
 */
export class CausingSteps {
  private readonly askedIn = new WeakMap<object, number>();
  private readonly requestedIn = new WeakMap<object, number>();
  private readonly legalSince = new Map<PendingEvent, number>();

  /** The stack of an event was captured during this step. */
  asked(origin: object, step: number): void {
    this.askedIn.set(origin, step);
  }

  /**
   * The steps that brought about the event that runs as step `step`, in ascending order.
   * @param legal - all that could have run in its place, itself included.
   */
  of(event: PendingEvent, legal: readonly PendingEvent[], step: number): readonly number[] {
    for (const one of legal) if (!this.legalSince.has(one)) this.legalSince.set(one, step);
    const origin = event.origin as object | undefined;
    const asked = origin === undefined ? undefined : this.askedIn.get(origin);
    const ready = this.readyAfter(event, origin, step);
    this.legalSince.delete(event);
    if (event.kind === "request" && origin !== undefined) this.requestedIn.set(origin, step);
    return [...new Set([asked, ready])].filter((one) => one !== undefined && one < step).sort((one, other) => one! - other!) as number[];
  }

  private readyAfter(event: PendingEvent, origin: object | undefined, step: number): number | undefined {
    switch (event.kind) {
      case "timer":
      case "interval":
      case "outside":
      case "fault":
      case "abort":
        // The clock, the machine or heddle made it ready, and no step.
        return undefined;
      case "completion":
        return origin === undefined ? undefined : this.requestedIn.get(origin);
      default:
        return (this.legalSince.get(event) ?? step) - 1;
    }
  }
}
