import type { OrderName } from "./options.ts";
import type { Outcome } from "./outcome.ts";
import type { Strategy } from "./strategy.ts";

/** One execution that a plan wants. */
export interface ExecutionRequest {
  readonly strategy: Strategy;
  readonly order: OrderName;
  /** It looks for a failure: what it finds is replayed before anybody hears of it. */
  readonly isSearch?: boolean;
  /** In place of the exploration's own bound, in virtual ms. */
  readonly latencyMs?: number;
}

/** Executions asked for, and each outcome handed back. */
export type Plan<Result> = Generator<ExecutionRequest, Result, Outcome>;
