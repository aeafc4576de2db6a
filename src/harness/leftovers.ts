import { isOptional, type PendingEvent } from "../engine/event.ts";
import type { Execution } from "../engine/execution.ts";
import type { ExecutionFailure } from "../engine/outcome.ts";
import { control, type OriginRecorder } from "../host/control.ts";
import { isPlainPromise } from "../host/natives.ts";
import { openOperations } from "../host/io/operation.ts";
import { captureStack, userSites, type CapturedStack } from "../host/stack.ts";
import { shortPlace } from "../report/places.ts";
import { EarlierPromises } from "./earlier-promises.ts";
import { BodyProgram, type BodySettings } from "../subjects/context.ts";
import { thrownText } from "../values/thrown.ts";

/** Stacks that are taken down at most: an execution may make a million events. */
const MOST_STACKS = 2000;
/** Leftovers that a report names. */
const MOST_NAMED = 5;

/** What one execution, the first of an exploration, has left pending: taken down for the report of a later one. */
export class Leftovers implements OriginRecorder {
  private stacks = 0;
  /** When it was judged, */
  private pending: readonly PendingEvent[] = [];
  /** and when all that could had run out. */
  private dropped: readonly PendingEvent[] = [];

  /** What it waits for that is older than itself. */
  readonly earlier: EarlierPromises;

  /** @param mostMs - real ms that the exploration has. */
  constructor(mostMs: number) {
    this.earlier = new EarlierPromises(mostMs);
  }

  origin(above: Function): CapturedStack | undefined {
    this.stacks += 1;
    return this.stacks > MOST_STACKS ? undefined : captureStack(above);
  }

  waits(origin: unknown, promise: Promise<unknown>): void {
    this.earlier.saw(promise, () => origin as CapturedStack | undefined);
  }

  subscribes(promise: Promise<unknown>, above: Function): void {
    this.earlier.saw(promise, () => this.origin(above));
  }

  /** What the body returns is waited for, too. */
  returned(result: unknown): unknown {
    if (isPlainPromise(result)) this.earlier.saw(result, () => undefined);
    return result;
  }

  patienceMs(workedMs: number): number {
    return this.earlier.patienceMs(workedMs);
  }

  within<Result>(_task: unknown, action: () => Result): Result {
    return action();
  }

  judged(execution: Execution): void {
    this.pending = leftOf(execution);
  }

  closed(execution: Execution): void {
    this.dropped = leftOf(execution);
  }

  /** In words, each kind once, with its line: what never ran, or else what ran out when the body was over. */
  tell(): readonly string[] {
    const counts = new Map<string, number>();
    for (const event of this.dropped.length > 0 ? this.dropped : this.pending) {
      const what = `${event.describe()}${placeOf(event)}`;
      counts.set(what, (counts.get(what) ?? 0) + 1);
    }
    return [...counts].map(([what, times]) => (times === 1 ? what : `${what}, ${times} times`));
  }
}

function leftOf(execution: Execution): readonly PendingEvent[] {
  const { pending, now } = execution;
  const left = new Set([...pending.legal(now), ...pending.armed()]);
  return [...[...left].filter(({ kind }) => !isOptional(kind)), ...openOperations()];
}

function placeOf({ origin }: PendingEvent): string {
  const site = origin === undefined ? undefined : userSites(origin as CapturedStack)[0];
  return site === undefined ? "" : ` (${shortPlace(site)})`;
}

/** A program of which is taken down what it leaves behind. */
export class WatchedProgram extends BodyProgram {
  private readonly leftovers: Leftovers;
  private readonly watcher: BodySettings["watcher"];
  private watched: Execution | undefined = undefined;

  constructor(leftovers: Leftovers, ...[settings, ...rest]: ConstructorParameters<typeof BodyProgram>) {
    super({ ...settings, body: (context) => leftovers.returned(settings.body(context)) }, ...rest);
    this.leftovers = leftovers;
    this.watcher = settings.watcher;
  }

  override start(execution: Execution): void {
    this.watched = execution;
    this.leftovers.earlier.begin();
    super.start(execution);
    if (control.recorder !== this.watcher) return;
    control.recorder = this.leftovers;
    control.isWatched = true;
  }

  override end(execution: Execution): ExecutionFailure | undefined {
    this.leftovers.judged(execution);
    this.leftovers.earlier.end(!this.finished);
    return super.end(execution);
  }

  override close(): void {
    this.leftovers.closed(this.watched!);
    super.close();
  }
}

/**
 * An error that says what is known of state that an earlier execution left over.
 * @param failure - what the executions fail with by now.
 * @param changed - what an execution was seen to change in modules, in words.
 */
export function leftOverError(left: readonly string[], failure: ExecutionFailure | undefined, changed: readonly string[] = []): Error {
  const more = left.length > MOST_NAMED ? `, and ${left.length - MOST_NAMED} more` : "";
  const modules = changed.length === 0 ? "" : `; an execution changes ${changed.slice(0, MOST_NAMED).join("; ")}: give each its own instance, t.import("…")`;
  const known =
    left.length > 0
      ? `the first left behind: ${left.slice(0, MOST_NAMED).join(", ")}${more}`
      : changed.length > 0
        ? "nothing was left pending"
        : "nothing was left pending, so look for a variable of a module, or around the body, that an execution changes";
  const cause = failure?.error;
  const shown = failure === undefined ? undefined : thrownText(cause);
  return new Error(
    `state left over from an earlier execution: the first one passed, in the order plain JavaScript takes, and by now the same order fails; ${known}${modules}${shown === undefined ? "" : `\nby now: ${shown}`}`,
    { cause },
  );
}
