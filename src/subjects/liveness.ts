import { HeddleError } from "../engine/errors.ts";
import { TimerEvent, type Task } from "../engine/event.ts";
import type { Execution } from "../engine/execution.ts";
import { natives } from "../host/natives.ts";
import { TellEvent } from "./tell-event.ts";

/** The time by which a condition has to have held. */
class DeadlineEvent extends TimerEvent {
  private readonly miss: () => void;

  constructor(owner: Task, label: string, miss: () => void) {
    super("timer", owner);
    this.label = label;
    this.isWatching = true;
    this.miss = miss;
  }

  override run(): void {
    this.miss();
  }
}

/** Waits until nothing else is under way: see `BodyContext.settled`. */
export function settled(execution: Execution): Promise<void> {
  return new natives.Promise<void>((resolve) => {
    if (execution.over) return;
    execution.readyWhenIdle(new TellEvent(execution.task, "settled", resolve));
  });
}

/** A condition that has to hold some time. */
export class Expectation {
  readonly name: string;
  readonly check: () => unknown;
  /** Whether it was seen to look at something declared: see `NamedCheck`. */
  looks: boolean | undefined = undefined;
  private isOver = false;
  private readonly withinMs: number;
  private readonly owner: Task;
  private readonly execution: Execution;
  private readonly deadline: DeadlineEvent | undefined;
  private resolve: (() => void) | undefined = undefined;
  readonly promise: Promise<void>;

  /** @throws HeddleError `BAD_SUBJECT` */
  constructor(execution: Execution, name: unknown, check: unknown, withinMs: unknown) {
    if (typeof name !== "string" || typeof check !== "function" || typeof withinMs !== "number" || !(withinMs >= 0)) {
      throw new HeddleError("BAD_SUBJECT", 'eventually(name, condition, { withinMs }) takes a name, a function that returns a boolean, and ms of virtual time: eventually("the cache is filled", () => cache.size > 0, { withinMs: 500 })');
    }
    this.name = name;
    this.check = check as () => unknown;
    this.withinMs = withinMs;
    this.execution = execution;
    this.owner = execution.task;
    const label = `eventually "${name}"`;
    const miss = (): void => this.miss();
    this.promise = new natives.Promise<void>((resolve) => {
      this.resolve = resolve;
    });
    // Under `chaos` a timer fires when it likes, so that it would tell nothing.
    const isTimed = withinMs < Number.POSITIVE_INFINITY && execution.settings.order !== "chaos";
    this.deadline = isTimed ? new DeadlineEvent(this.owner, label, miss) : undefined;
    if (this.deadline === undefined) execution.readyWhenIdle(new TellEvent(this.owner, label, miss));
    else execution.arm(this.deadline, withinMs);
  }

  holds(): void {
    this.isOver = true;
    if (this.deadline !== undefined) this.execution.cancel(this.deadline);
    this.execution.readyCompletion(new TellEvent(this.owner, `eventually "${this.name}"`, this.resolve!));
  }

  private miss(): void {
    if (this.isOver) return;
    const when = this.deadline === undefined ? "by the time nothing else was under way" : `within ${this.withinMs} ms`;
    this.execution.fail("invariant", new EventuallyError(`eventually "${this.name}" did not hold ${when}`));
  }
}

/** A condition that had to hold some time, and did not. */
class EventuallyError extends Error {
  override readonly name: string = "EventuallyError";
}
