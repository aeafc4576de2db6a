import { HeddleError } from "../engine/errors.ts";
import type { Task } from "../engine/event.ts";
import type { Execution } from "../engine/execution.ts";
import { subscribe } from "../host/control.ts";
import { killOperations } from "../host/io/operation.ts";
import { natives } from "../host/natives.ts";
import { isBelow, type MortalProcess, type RealFaults } from "./real-faults.ts";
import { resultOf } from "./result-of.ts";

/** How a part of a body that may die has ended. */
export interface Ended<Result> {
  /** It died before it came to its end. */
  readonly crashed: boolean;
  /** What it returned; `undefined` where it died. */
  readonly value: Result | undefined;
}

/**
 * Runs a function as a process that may die before any step of a real operation: from then on nothing of it goes on, and
 * the files are as they are.
 * @param forget - told of the task whose tasks are not to be waited for any more.
 */
export function crashable<Result>(execution: Execution, faults: RealFaults, run: () => Result, forget: (dead: Task) => void): Promise<Ended<Awaited<Result>>> {
  if (typeof run !== "function") throw new HeddleError("BAD_SUBJECT", "crashable(fn) takes a function: const { crashed } = await crashable(() => store.save(row))");
  if (execution.over) return new natives.Promise(() => undefined);
  const { task } = execution;
  const own = task.spawn("process");
  return new natives.Promise((resolve, reject) => {
    const process: MortalProcess = {
      task: own,
      isOver: false,
      die() {
        process.isOver = true;
        execution.kill((other) => isBelow(other, own));
        killOperations((other) => isBelow(other, own));
        forget(own);
        execution.task = task;
        resolve({ crashed: true, value: undefined });
      },
    };
    faults.addProcess(process);
    const end = (action: () => void): void => {
      if (process.isOver) return;
      process.isOver = true;
      if (!execution.over) execution.task = task;
      action();
    };
    const started = execution.within(own, () => resultOf(run));
    subscribe(started, (value) => end(() => resolve({ crashed: false, value: value as Awaited<Result> })), (reason) => end(() => reject(reason as Error)));
  });
}
