import type { Execution } from "../../engine/execution.ts";
import { control } from "../../host/control.ts";
import { TellEvent } from "../../subjects/tell-event.ts";
import type { HeldTask } from "./held-task.ts";

type Held = Pick<HeldTask<unknown>, "owner" | "type" | "label">;

/**
 * One release under heddle's control, as in the body of a `raceProperty`: there is an event for each task that is held,
 * and the first that runs decides.
 */
export class ReleaseEvents<Choice extends Held> {
  /** Fulfilled with the task to release; with `undefined` where none is to be released any more. */
  readonly chosen: Promise<Choice | undefined>;
  private readonly execution: Execution;
  private readonly events: TellEvent[] = [];
  private end!: (choice: Choice | undefined) => void;

  constructor(execution: Execution, held: readonly Choice[]) {
    this.execution = execution;
    this.chosen = new Promise((resolve) => {
      this.end = resolve;
    });
    for (const task of held) this.offer(task);
  }

  offer(task: Choice): void {
    const { execution } = this;
    // Released or not, it is an event like any other, beside the awaits and timers of the body.
    const event = new TellEvent(task.owner ?? execution.root, task.label === "" ? task.type : task.label, () => this.close(task));
    event.origin = control.recorder?.origin(ReleaseEvents);
    this.events.push(event);
    execution.readyCompletion(event);
  }

  close(choice?: Choice): void {
    for (const event of this.events) this.execution.cancel(event);
    this.end(choice);
  }
}

/** Waits until nothing is under way: no await, no I/O and no timer, but intervals. */
export function quiet(execution: Execution): Promise<void> {
  return new Promise((resolve) => execution.readyWhenIdle(new TellEvent(execution.task, "idle", resolve)));
}
