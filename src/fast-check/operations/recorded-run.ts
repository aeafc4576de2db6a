import { HeddleError } from "../../engine/errors.ts";
import type { Operation } from "../../histories/operation.ts";
import type { BodyContext } from "../../subjects/body-context.ts";
import { thrownText } from "../../values/thrown.ts";
import { freshCopy } from "../fresh-copy.ts";
import type { OperationsProgram, Call } from "./operations-program.ts";
import { taskName } from "./operations-program.ts";
import type { Result } from "./result.ts";
import type { CheckedSpecification } from "./specification.ts";

/** Who calls what comes before the tasks, and behind them. */
export const MAIN = "main";
/** The last call, where the specification observes the subject. */
export const OBSERVE: Call = { operation: "observe", arguments: [] };

/** A history of calls. Its times are steps of a clock of its own: calls and returns, in the order in which they came. */
export type History = Operation<Call, Result>[];

/** Runs calls on a subject and writes down what they come to. */
export class RecordedRun {
  readonly history: Writable[] = [];
  private readonly specification: CheckedSpecification;
  private clock = 0;

  constructor(specification: CheckedSpecification) {
    this.specification = specification;
  }

  /** A concurrent program, to its end. */
  async program(context: BodyContext, program: OperationsProgram): Promise<void> {
    const subject = await this.specification.create(context);
    await this.calls(subject, MAIN, program.before);
    await Promise.all(program.tasks.map((calls, index) => context.spawn(taskName(index), () => this.calls(subject, taskName(index), calls))));
    await this.calls(subject, MAIN, program.after);
    if (this.specification.observe !== undefined) await this.call(subject, MAIN, OBSERVE);
  }

  /** Calls one after another. */
  async sequence(context: BodyContext, calls: readonly Call[]): Promise<void> {
    await this.calls(await this.specification.create(context), MAIN, calls);
  }

  private async calls(subject: unknown, task: string, calls: readonly Call[]): Promise<void> {
    for (const call of calls) await this.call(subject, task, call);
  }

  private async call(subject: unknown, task: string, call: Call): Promise<void> {
    const operation: Writable = { task, input: call, calledAt: this.tick() };
    this.history.push(operation);
    operation.output = await this.resultOf(subject, call);
    operation.returnedAt = this.tick();
  }

  private async resultOf(subject: unknown, call: Call): Promise<Result> {
    const { operations, observe } = this.specification;
    try {
      const value = call === OBSERVE ? await observe!(subject) : await operations.get(call.operation)!.run(subject, ...freshCopy(call.arguments));
      // As it is now: the subject may go on with what it has handed out.
      return { returned: freshCopy(value) };
    } catch (error) {
      // Misuse is no result.
      if (error instanceof HeddleError) throw error;
      return { threw: thrownText(error) };
    }
  }

  private tick(): number {
    this.clock += 1;
    return this.clock;
  }
}

type Writable = { -readonly [Key in keyof Operation<Call, Result>]: Operation<Call, Result>[Key] };
