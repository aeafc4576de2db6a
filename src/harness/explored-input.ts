import type { ExecutionFailure, Outcome } from "../engine/outcome.ts";
import type { OrderName } from "../engine/options.ts";
import type { Schedule } from "../engine/schedule.ts";
import type { InputOrigin } from "../engine/seed.ts";
import type { Body } from "../subjects/body-context.ts";

/** A generated input, as far as an exploration of a body with it has to know. */
export interface ExploredInput {
  /** How to make it again: a part of each seed. */
  readonly origin: InputOrigin;
  /** The input as the report shows it. Called when somebody reads the report. */
  readonly text: () => string;
  /** Whether a failure is a precondition that does not hold for this input. */
  readonly isSkip: (failure: ExecutionFailure) => boolean;
  /** An error for what the body returned, where that is a failure. */
  readonly judge: (result: unknown) => Error | undefined;
  /**
   * Looks at an execution that is over, and says what it came to. What it yields is executed first, in plain JavaScript's
   * order, and its outcome handed back: a specification that has to be run.
   */
  readonly judgeOutcome?: ((outcome: Outcome) => Generator<Body, Outcome, Outcome>) | undefined;
  /** Bodies with other inputs were seen to be deterministic: the first execution is not made twice. */
  readonly isKnownSteady: boolean;
  /** A schedule that failed with a larger input: it is tried first, and those near it. */
  readonly near?: { readonly schedule: Schedule; readonly order: OrderName } | undefined;
}
