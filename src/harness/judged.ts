import type { Outcome } from "../engine/outcome.ts";
import type { ExecutionRequest, Plan } from "../engine/plan.ts";
import { fifo } from "../strategies/fifo.ts";
import type { Body } from "../subjects/body-context.ts";

/** An execution of another body than the one that is explored. */
export interface BodyRequest extends ExecutionRequest {
  readonly body: Body;
}

/**
 * A plan whose outcomes somebody looks at before the plan does. The plan is not told of the executions that this takes,
 * so that schedules, counts and replays are those of the body alone.
 */
export function* judged<Result>(plan: Plan<Result>, judge: (outcome: Outcome) => Generator<Body, Outcome, Outcome>): Plan<Result> {
  let next = plan.next();
  while (next.done !== true) {
    const outcome = yield next.value;
    next = plan.next(yield* asked(judge(outcome)));
  }
  return next.value;
}

function* asked(judgement: Generator<Body, Outcome, Outcome>): Plan<Outcome> {
  let next = judgement.next();
  while (next.done !== true) {
    const request: BodyRequest = { strategy: fifo(), order: "production", body: next.value };
    next = judgement.next(yield request);
  }
  return next.value;
}
