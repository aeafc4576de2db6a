import { HeddleError } from "../engine/errors.ts";
import type { Execution } from "../engine/execution.ts";
import { subscribe } from "../host/control.ts";
import { natives } from "../host/natives.ts";
import { resultOf } from "./result-of.ts";

/**
 * Runs a function in plain JavaScript's order: until what it returns is settled, everything that can run does so first
 * come first served, no strategy is asked, and no recorder is told. The numbers of decisions count from its end.
 * @throws HeddleError `BAD_SUBJECT` within another set-up, in a spawned task, or after a decision was made.
 */
export function setUp<Result>(execution: Execution, fn: () => Result): Promise<Awaited<Result>> {
  if (typeof fn !== "function") throw misuse("takes a function: const db = await setup(() => openDatabase())");
  if (execution.over) return new natives.Promise(() => undefined);
  if (execution.isSettingUp) throw misuse("was called while a set-up runs: put both into one function, or await the one before the other");
  const spawned = execution.task.spawnedName;
  if (spawned !== undefined) throw misuse(`was called in the task "${spawned}": it belongs to the body itself, before its tasks`);
  if (execution.decisions.asked > 0) throw misuse("was called when something had been decided already: it comes first in the body");
  const { task } = execution;
  execution.isSettingUp = true;
  const started = execution.within(task.spawn("setup"), () => resultOf(fn));
  const end = (): void => {
    execution.isSettingUp = false;
    // Under `production` the body goes on within the step that ended the set-up.
    if (!execution.over) execution.task = task;
  };
  return new natives.Promise((resolve, reject) => {
    subscribe(
      started,
      (value) => {
        end();
        resolve(value as Awaited<Result>);
      },
      (reason) => {
        end();
        reject(reason);
      },
    );
  });
}

function misuse(what: string): HeddleError {
  return new HeddleError("BAD_SUBJECT", `setup(fn) ${what}`);
}
