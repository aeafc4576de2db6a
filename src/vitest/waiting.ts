import { vi } from "vitest";
import { control } from "../host/control.ts";
import { elapsed } from "../host/timers/clock.ts";
import { startTimer } from "../host/timers/timers.ts";

export interface Waiting {
  readonly timeoutMs: number;
  readonly intervalMs: number;
}

/** What vitest takes as the options of both: a time limit in ms, or this. */
type Given = number | { readonly timeout?: number; readonly interval?: number } | undefined;

function waitingOf(given: Given): Waiting {
  const { timeout = 1000, interval = 50 } = typeof given === "number" ? { timeout: given } : (given ?? {});
  return { timeoutMs: timeout, intervalMs: interval };
}

/** Tries again and again, by the clock of the body: heddle's own, whatever fake timers stand in the place of the globals. */
export async function poll<Result>(attempt: () => Result, isDone: (result: Awaited<Result>) => boolean, { timeoutMs, intervalMs }: Waiting): Promise<Awaited<Result>> {
  const startedAt = elapsed();
  for (;;) {
    const isLast = elapsed() - startedAt >= timeoutMs;
    try {
      const result = await attempt();
      if (isDone(result)) return result;
      if (isLast) throw new Error("Timed out in waitUntil!");
    } catch (error) {
      if (isLast) throw error;
    }
    await new Promise<void>((resolve) => startTimer(resolve, intervalMs, false, poll).bePatience());
  }
}

/** As vitest does while it waits: the test's own clock, where there is one, goes on by each interval. */
export function advanceFakeTimers(intervalMs: number): void {
  if (vi.isFakeTimers()) vi.advanceTimersByTime(intervalMs);
}

let isInstalled = false;

/**
 * `vi.waitFor` and `vi.waitUntil` poll by timers that vitest keeps apart, so that fake ones don't stop them. In a body
 * that would be a second, real clock beside the virtual one: there they poll by the body's.
 */
export function installWaiting(): void {
  if (isInstalled) return;
  isInstalled = true;
  const { waitFor, waitUntil } = vi;
  vi.waitFor = (callback, options) => (control.inside ? pollFor(callback, waitingOf(options)) : waitFor(callback, options)) as ReturnType<typeof waitFor<never>>;
  vi.waitUntil = ((callback: () => unknown, options?: Given) =>
    control.inside ? pollUntil(callback, waitingOf(options)) : waitUntil(callback, options as number)) as typeof waitUntil;
}

function pollFor<Result>(callback: () => Result, waiting: Waiting): Promise<Awaited<Result>> {
  const attempt = (): Result => {
    advanceFakeTimers(waiting.intervalMs);
    return callback();
  };
  return poll(attempt, () => true, waiting);
}

/** Unlike `waitFor`, it doesn't forgive a callback that throws. */
function pollUntil(callback: () => unknown, waiting: Waiting): Promise<unknown> {
  let thrown: { readonly error: unknown } | undefined;
  const attempt = async (): Promise<unknown> => {
    advanceFakeTimers(waiting.intervalMs);
    try {
      return await callback();
    } catch (error) {
      thrown = { error };
      return true;
    }
  };
  return poll(attempt, Boolean, waiting).then((result) => {
    if (thrown !== undefined) throw thrown.error;
    return result;
  });
}
