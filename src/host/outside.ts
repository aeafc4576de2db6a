import { PendingEvent } from "../engine/event.ts";
import type { Execution } from "../engine/execution.ts";
import { captureContext } from "./context.ts";
import { control } from "./control.ts";
import { hostPatches } from "./patches.ts";
import { natives, nextTurn, nodeProcess, realNow, subscribe } from "./natives.ts";

/** While other events could run: how long to wait for an operation that shows no sign of life. */
const BUSY_MS = 60;
/** While nothing can run: how long to wait for an operation that is known, or suspected, to be under way. */
const IDLE_MS = 4000;
/** While nothing can run and nothing is known to be under way. */
const GRACE_MS = 40;

/** The completion of a real operation. */
class OutsideEvent extends PendingEvent {
  private readonly inContext = captureContext("heddle.outside");
  finish: () => void = () => undefined;

  override run(): void {
    this.inContext(this.finish);
  }
}

/** Names of operations that were still under way when a wait for them was given up, or that cannot be ordered. */
export const uncontrolled: Set<string> = new Set();

let outstanding = 0;
let lastSign = 0;
let hasGivenUp = false;
/** Graces that ended with nothing arriving, since something last did: they make the next ones shorter. */
let fruitless = 0;
let baseline: ReadonlyMap<string, number> = new Map();

function begin(name: string): { readonly event: OutsideEvent; readonly execution: Execution } {
  const execution = control.execution!;
  const event = new OutsideEvent("outside", execution.task);
  event.label = name;
  execution.register(event);
  outstanding += 1;
  return { event, execution };
}

function arrive(event: OutsideEvent, execution: Execution, finish: () => void): void {
  lastSign = realNow();
  if (execution.over || execution !== control.execution) {
    finish();
    return;
  }
  outstanding -= 1;
  event.finish = finish;
  execution.arriveFromOutside(event);
}

/** A promise for the same result as a real operation's, settled when the scheduler picks its completion. */
export function orderPromise(name: string, promise: Promise<unknown>, above: Function): Promise<unknown> {
  const { event, execution } = begin(name);
  event.origin = control.recorder?.origin(above);
  return new natives.Promise((resolve, reject) => {
    subscribe(
      promise,
      (value) => arrive(event, execution, () => resolve(value)),
      (reason) => arrive(event, execution, () => reject(reason)),
    );
  });
}

/** The callback of a real operation, called when the scheduler picks its completion. */
export function orderCallback(
  name: string,
  callback: (...results: unknown[]) => unknown,
  above: Function,
): (...results: unknown[]) => void {
  const { event, execution } = begin(name);
  event.origin = control.recorder?.origin(above);
  let isOver = false;
  return function (this: unknown, ...results: unknown[]): void {
    const finish = (): void => void callback.apply(this, results);
    if (isOver) return finish();
    isOver = true;
    arrive(event, execution, finish);
  };
}

export function resetOutside(): void {
  outstanding = 0;
  hasGivenUp = false;
}

/** At the start of an exploration: what the process has open is not the body's. */
export function resetOutsideHistory(): void {
  fruitless = 0;
  uncontrolled.clear();
  baseline = activeResources();
}

function activeResources(): ReadonlyMap<string, number> {
  const info = nodeProcess.getActiveResourcesInfo?.() ?? [];
  const counts = new Map<string, number>();
  for (const name of info) {
    if (name !== "Timeout" && name !== "Immediate") counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

/** Resources that the process has open now and had not before: sockets, workers, child processes. */
function newResources(): string[] {
  return [...activeResources()].filter(([name, count]) => count > (baseline.get(name) ?? 0)).map(([name]) => name);
}

/** See `Host.waitForOutside`. */
export function waitForOutside(execution: Execution, isIdle: boolean, resume: () => void): boolean {
  if (hasGivenUp) {
    hasGivenUp = false;
    return true;
  }
  if (outstanding === 0 && !isIdle) return true;
  const open = isIdle && outstanding === 0 ? newResources() : [];
  const limitMs = limitOf(isIdle, open);
  lastSign = realNow();
  const isOver = (): boolean => {
    if (execution.hasArrivals && outstanding === 0) return true;
    if (execution.mayHaveEnded || (isIdle && execution.canGoOn)) return true;
    if (realNow() - lastSign < limitMs) return false;
    hasGivenUp = true;
    if (outstanding > 0) uncontrolled.add("an operation that took longer than it was waited for");
    return true;
  };
  const look = (): void => {
    if (!isOver()) {
      nextTurn(look);
      return;
    }
    control.waiting = false;
    hostPatches.reinstate();
    control.enter();
    if (isIdle) fruitless = hasGivenUp ? fruitless + 1 : 0;
    if (execution.hasArrivals) for (const name of open) uncontrolled.add(name);
    resume();
  };
  control.leave();
  control.waiting = true;
  nextTurn(look);
  return false;
}

function limitOf(isIdle: boolean, open: readonly string[]): number {
  if (!isIdle) return BUSY_MS;
  const isAlive = outstanding > 0 || open.length > 0;
  const limitMs = isAlive ? IDLE_MS : GRACE_MS;
  return fruitless === 0 ? limitMs : Math.max(1, limitMs / 20 ** Math.min(fruitless, 2));
}
