import { Execution } from "./execution.ts";
import type { Recorder } from "./execution-settings.ts";
import type { ExecutionRequest } from "./exploration.ts";
import type { Host, Program } from "./host.ts";
import type { Outcome } from "./outcome.ts";
import type { Plan } from "./shrink.ts";

export interface Drive {
  readonly host: Host;
  /** A fresh program for each execution. */
  readonly program: (request: ExecutionRequest) => Program;
  readonly latencyMs: number;
  readonly maxSteps: number;
  readonly runsOut?: boolean | undefined;
  readonly recorder?: (() => Recorder | undefined) | undefined;
  /** Asked between executions: `false` means "I'll call `resume` later", to let others have the thread. */
  readonly mayGoOn?: ((resume: () => void) => boolean) | undefined;
}

/**
 * Makes the executions that a plan asks for, one after another, until it returns.
 * Stays on the stack for as long as executions end synchronously; otherwise comes back when they do.
 */
export function drive<Result>(
  plan: Plan<Result>,
  setting: Drive,
  resolve: (result: Result) => void,
  reject: (error: unknown) => void,
): void {
  let answer: Outcome | undefined;
  let isLooping = false;

  const onOutcome = (outcome: Outcome): void => {
    answer = outcome;
    if (!isLooping) loop();
  };
  const launch = (request: ExecutionRequest): void => {
    const { host, maxSteps, runsOut } = setting;
    const { strategy, order, latencyMs = setting.latencyMs } = request;
    const recorder = setting.recorder?.();
    new Execution(host, setting.program(request), { order, latencyMs, maxSteps, strategy, recorder, runsOut }, onOutcome).start();
  };
  const loop = (): void => {
    isLooping = true;
    try {
      for (;;) {
        if (setting.mayGoOn !== undefined && !setting.mayGoOn(loop)) break;
        const next = answer === undefined ? plan.next() : plan.next(answer);
        answer = undefined;
        if (next.done === true) {
          resolve(next.value);
          break;
        }
        launch(next.value);
        if (answer === undefined) break;
      }
    } catch (error) {
      reject(error);
    }
    isLooping = false;
  };
  loop();
}
