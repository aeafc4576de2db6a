import type { Execution } from "../../engine/execution.ts";
import { control } from "../control.ts";
import { callOf } from "../stack.ts";

/** What is known of a timer when it is set. */
interface SetTimer {
  readonly delayMs: number;
  readonly repeats: boolean;
  bePatience(): void;
}

let set: { readonly timer: SetTimer; readonly by: string }[] = [];
let during: Execution | undefined;
let step = -1;

/**
 * An interval and a longer timer that one call of a function sets are a poll: the interval looks whether something is there, and
 * the timer is the limit to that. Who does so means to wait until it is there.
 * @param above - the function that sets timers.
 */
export function noteForPolls(timer: SetTimer, above: Function): void {
  const execution = control.execution!;
  if (execution !== during || execution.steps !== step) {
    set = [];
    [during, step] = [execution, execution.steps];
  }
  const by = callOf(above);
  for (const { timer: other, by: otherBy } of set) {
    if (timer.repeats === other.repeats || by !== otherBy) continue;
    const [interval, limit] = timer.repeats ? [timer, other] : [other, timer];
    if (interval.delayMs >= limit.delayMs) continue;
    interval.bePatience();
    limit.bePatience();
  }
  set.push({ timer, by });
}
