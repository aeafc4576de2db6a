import type { PendingEvent } from "./event.ts";
import type { Outcome } from "./outcome.ts";
import type { Reduction, Strategy } from "./strategy.ts";

/** A strategy that stands around another one: it is what that one is, and says what that one says, unless it says so itself. */
export abstract class Forwarding implements Strategy {
  readonly name: string;
  /** Only where the other one wants to hear of each step: to tell costs. */
  readonly ran?: (event: PendingEvent) => void;
  protected readonly inner: Strategy;

  constructor(inner: Strategy) {
    this.inner = inner;
    this.name = inner.name;
    if (inner.ran !== undefined) this.ran = (event) => this.hasRun(event);
  }

  begin(run: number): boolean | void {
    return this.inner.begin?.(run);
  }

  pick(legal: readonly PendingEvent[], decision: number): PendingEvent {
    return this.inner.pick(legal, decision);
  }

  get exhaustive(): boolean {
    return this.inner.exhaustive === true;
  }

  get covers(): string {
    return this.inner.covers ?? "interleavings";
  }

  get isRandom(): boolean {
    return this.inner.isRandom === true;
  }

  get estimate(): number | undefined {
    return this.inner.estimate;
  }

  get usesFootprints(): boolean {
    return this.inner.usesFootprints === true;
  }

  get usesProvenance(): boolean {
    return this.inner.usesProvenance === true;
  }

  get followsSchedule(): boolean {
    return this.inner.followsSchedule === true;
  }

  get knownSteps(): number {
    return this.inner.knownSteps ?? 0;
  }

  get reduction(): Reduction | undefined {
    return this.inner.reduction;
  }

  watches(place: string): void {
    this.inner.watches?.(place);
  }

  end(outcome: Outcome): void {
    this.inner.end?.(outcome);
  }

  protected hasRun(event: PendingEvent): void {
    this.inner.ran!(event);
  }
}
