import { Execution } from "./execution.ts";
import type { ExecutionSettings, Recorder } from "./execution-settings.ts";
import type { Host, Program } from "./host.ts";
import type { Outcome } from "./outcome.ts";
import type { ExecutionRequest, Plan } from "./plan.ts";

export interface Drive {
  readonly host: Host;
  /** A fresh program for each execution. */
  readonly program: (request: ExecutionRequest) => Program<Execution>;
  readonly latencyMs: number;
  readonly delaysAddUp?: boolean | undefined;
  readonly timersMayBeLate?: boolean | undefined;
  readonly patienceMs?: number | undefined;
  readonly maxSteps: number;
  readonly runsOut?: boolean | undefined;
  readonly recorder?: Recorder<Execution> | undefined;
  /** Asked between executions: `false` means "I'll call `resume` later", to let others have the thread. */
  readonly mayGoOn?: ((resume: () => void) => boolean) | undefined;
  /** Called after an execution that failed, before the plan hears of it. What it throws ends all. */
  readonly onFailure?: (() => void) | undefined;
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
  /** The last request, which a search makes again and again, and what it came to. */
  let launched: ExecutionRequest | undefined;
  let settings: ExecutionSettings<Execution> | undefined;

  const onOutcome = (outcome: Outcome): void => {
    answer = outcome;
    if (!isLooping) loop();
  };
  const launch = (request: ExecutionRequest): void => {
    if (request !== launched) settings = settingsOf(request, setting);
    launched = request;
    new Execution(setting.host, setting.program(request), settings!, onOutcome).start();
  };
  const loop = (): void => {
    isLooping = true;
    try {
      for (;;) {
        if (setting.mayGoOn !== undefined && !setting.mayGoOn(loop)) break;
        if (answer?.failure !== undefined) setting.onFailure?.();
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

function settingsOf({ strategy, order, latencyMs }: ExecutionRequest, setting: Drive): ExecutionSettings<Execution> {
  const { maxSteps, runsOut, recorder, delaysAddUp, timersMayBeLate, patienceMs } = setting;
  return { order, delaysAddUp, timersMayBeLate, patienceMs, latencyMs: latencyMs ?? setting.latencyMs, maxSteps, strategy, recorder, runsOut };
}
