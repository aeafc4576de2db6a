import { control } from "../../host/control.ts";
import { natives } from "../../host/natives.ts";
import { startTimer, VirtualTimer } from "../../host/timers/timers.ts";

type Timers = Record<string, unknown>;
type SetTimer = (callback: () => void, delayMs: number, ...values: unknown[]) => unknown;

/** vitest's own timers, by which it limits tests and hooks, and by which `expect.poll` waits. */
const SYMBOL_NAME = "vitest:SAFE_TIMERS";
/** The functions of vitest's that set a time limit, and how near they stand above the timer. */
const LIMITS = /\b(?:runWithTimeout|TaskDeadline|createTimeoutPromise)\b/;
const FRAMES = 5;

let known: Timers | undefined;

/** A handle of a limit that is never reached. */
const noLimit = { ref: () => noLimit, unref: () => noLimit, hasRef: () => false };

function isLimit(stack: string): boolean {
  const near = stack.split("\n", FRAMES).join("\n");
  return LIMITS.test(near) && !near.includes("POLL_CHAIN");
}

/**
 * Inside an execution a test's time limit would be measured in real time, beside the virtual clock: it would end an
 * execution that waits for a file, and go off long after one that hung was given up. So it is not set there; heddle's
 * own limits hold. And `expect.poll` waits by the body's clock, whatever fake timers the test has installed.
 */
export function installLimits(): void {
  const symbol = Object.getOwnPropertySymbols(globalThis).find((one) => one.description === SYMBOL_NAME);
  if (symbol === undefined) return;
  const realm = globalThis as unknown as Record<symbol, Timers>;
  const safe = realm[symbol]!;
  if (safe === known) return;
  const { setTimeout: native, clearTimeout: clearNative } = safe as { setTimeout: SetTimer; clearTimeout: (handle: unknown) => void };
  const setSafeTimeout: SetTimer = (callback, delayMs, ...values) => {
    if (!control.inside) return native.call(globalThis, callback, delayMs, ...values);
    if (isLimit(new Error("where").stack ?? "")) return noLimit;
    const timer = startTimer(() => Reflect.apply(callback, undefined, values), delayMs, false, setSafeTimeout);
    // What is left are the polls of `expect.poll`.
    timer.bePatience();
    return timer;
  };
  const clearSafeTimeout = (handle: unknown): void => {
    if (handle === noLimit) return;
    if (handle instanceof VirtualTimer) handle.clear();
    else clearNative.call(globalThis, handle);
  };
  known = { ...safe, setTimeout: setSafeTimeout, clearTimeout: clearSafeTimeout };
  realm[symbol] = known;
}

/** Rejects after real ms, unless `work` is settled before. */
export async function within<Result>(limitMs: number, work: Promise<Result>, message: string): Promise<Result> {
  if (!(limitMs > 0) || limitMs === Number.POSITIVE_INFINITY) return work;
  let timer: unknown;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = natives.setTimeout.call(globalThis, () => reject(new Error(message)), limitMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    natives.clearTimeout.call(globalThis, timer as never);
  }
}
