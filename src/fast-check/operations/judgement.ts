import type { Outcome } from "../../engine/outcome.ts";
import { checkLinearizable, checkQuiescent, checkSequential } from "../../histories/linearizable.ts";
import type { Model } from "../../histories/model.ts";
import type { Isolation } from "../../histories/serializable.ts";
import type { Misfit } from "../../histories/verdict.ts";
import type { Body } from "../../subjects/body-context.ts";
import { thrownText } from "../../values/thrown.ts";
import { showHistory, tellMisfit } from "./history-text.ts";
import { RecordedRun, type History } from "./recorded-run.ts";
import type { Call } from "./operations-program.ts";
import type { Result } from "./result.ts";
import { SequentialOracle } from "./sequential-oracle.ts";
import { isIsolation, type CheckedSpecification, type ObjectConsistency, type SequentialModel } from "./specification.ts";
import { checkTransactions, tellAnomaly } from "./transactions.ts";

/** A history that no order of its operations explains. The message shows it. */
export class NotLinearizableError extends Error {
  override readonly name: string = "NotLinearizableError";
  /** The calls, with what they came to. */
  readonly history: History;

  constructor(message: string, history: History) {
    super(message);
    this.history = history;
    // It is thrown by nobody's line: the frames of the judge would only mislead.
    this.stack = `${this.name}: ${message}`;
    Object.defineProperty(this, "history", { enumerable: false });
    // For what prints all that an error has: the message shows the history.
    Object.defineProperty(this, "toJSON", { value: () => ({ name: this.name, message }) });
  }
}

const CHECKS = { linearizable: checkLinearizable, sequential: checkSequential, quiescent: checkQuiescent } as const;

/** Judges the histories of one generated program. */
export class Judgement {
  private readonly specification: CheckedSpecification;
  private readonly oracle: SequentialOracle;
  private readonly model: Model<unknown, Call, Result> | undefined;
  /** Histories of which nothing is known, as a budget ran out. */
  unknown = 0;

  constructor(specification: CheckedSpecification) {
    this.specification = specification;
    this.oracle = new SequentialOracle(isIsolation(specification.consistency) ? "linearizable" : specification.consistency);
    this.model = specification.model === undefined ? undefined : modelOf(specification, specification.model);
  }

  /** @returns the outcome, failed where the history is not explained; passed where the body hangs as it should. */
  *judge(outcome: Outcome, history: History): Generator<Body, Outcome, Outcome> {
    const hangs = outcome.failure?.kind === "deadlock";
    if (outcome.diverged !== undefined || (outcome.failure !== undefined && !hangs)) return outcome;
    const { consistency } = this.specification;
    if (isIsolation(consistency)) return hangs ? outcome : this.judgeTransactions(outcome, history, consistency);
    if (this.model !== undefined) return hangs ? outcome : this.judgeByModel(outcome, history, this.model);
    const explanation = yield* this.oracle.explain(history, (calls) => this.run(calls));
    if (explanation.verdict === "unknown") {
      this.unknown += 1;
      return outcome;
    }
    if (explanation.verdict === "explained") return { ...outcome, failure: undefined };
    return hangs ? outcome : this.failed(outcome, history, explanation);
  }

  private judgeByModel(outcome: Outcome, history: History, model: Model<unknown, Call, Result>): Outcome {
    const found = CHECKS[this.specification.consistency as ObjectConsistency](history, model);
    if (found.verdict === "unknown") this.unknown += 1;
    return "misfits" in found ? this.failed(outcome, history, found) : outcome;
  }

  private judgeTransactions(outcome: Outcome, history: History, isolation: Isolation): Outcome {
    const found = checkTransactions(history, isolation);
    if (found.verdict === "unknown") this.unknown += 1;
    if (!("anomalies" in found)) return outcome;
    const shown = showHistory(history, { prefix: [], misfits: [] });
    return failedBy(outcome, `not ${isolation}: what these transactions read and wrote`, tellAnomaly(history, found.anomalies), shown, history);
  }

  private failed(outcome: Outcome, history: History, found: { readonly prefix: readonly number[]; readonly misfits: readonly Misfit<Result>[] }): Outcome {
    const who = this.model === undefined ? "one after another on a fresh object" : "one after another in the model";
    const first = `not ${this.specification.consistency}: no order of these operations, ${who}, gives these results`;
    return failedBy(outcome, first, tellMisfit(history, found), showHistory(history, found), history);
  }

  /** Calls one after another, in an execution of their own. What never returns has no result, nor has what follows it. */
  private *run(calls: readonly Call[]): Generator<Body, readonly Result[], Outcome> {
    const run = new RecordedRun(this.specification);
    yield (context) => run.sequence(context, calls);
    return run.history.filter(({ returnedAt }) => returnedAt !== undefined).map(({ output }) => output!);
  }
}

function failedBy(outcome: Outcome, what: string, which: string, shown: string, history: History): Outcome {
  return { ...outcome, failure: { kind: "not-linearizable", error: new NotLinearizableError(`${what}\n${which}\n\n${shown}`, history) } };
}

/** The operations' model functions as one model, whose outputs are results. */
function modelOf({ operations }: CheckedSpecification, { initial, partition }: SequentialModel<unknown>): Model<unknown, Call, Result> {
  return {
    initial: typeof initial === "function" ? (initial as () => unknown) : initial,
    apply: (state, { operation, arguments: args }) => {
      try {
        const [next, output] = operations.get(operation)!.model!(state, ...args);
        return [next, { returned: output }];
      } catch (error) {
        return [state, { threw: thrownText(error) }];
      }
    },
    ...(partition === undefined ? {} : { partition: (call: Call) => partition(call.operation, call.arguments) }),
  };
}
