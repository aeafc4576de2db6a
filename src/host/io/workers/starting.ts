/*
 * Which workers have not begun yet. Time does not tell: on a busy machine a thread may take seconds to start. (Whether one that
 * has begun has something to do cannot be told: pools let theirs wait in `Atomics.wait`, which looks like work.)
 */

/** What is asked of a worker. */
interface Thread {
  /** -1 once it has ended. */
  readonly threadId?: number;
  readonly performance?: { eventLoopUtilization?: () => { readonly idle: number; readonly active: number } };
}

/** Those that the execution has to do with, until they have begun. */
const starting: Set<Thread> = new Set();

export function noteWorker(worker: object): void {
  starting.add(worker);
}

/** At the start of an execution. */
export function forgetWorkers(): void {
  if (starting.size > 0) starting.clear();
}

/** Whether any of them has not begun: then it has yet to say so. */
export function isAnyStarting(): boolean {
  for (const worker of starting) {
    const known = worker.threadId === -1 ? undefined : worker.performance?.eventLoopUtilization?.();
    // Until a thread runs its event loop, the runtime counts nothing.
    if (known?.idle === 0 && known.active === 0) return true;
    starting.delete(worker);
  }
  return false;
}
