import { control } from "./control.ts";
import { natives } from "./natives.ts";
import { startTimer, VirtualImmediate } from "./timers.ts";

interface Options {
  readonly signal?: AbortSignal;
  readonly ref?: boolean;
}

/** As Node words it. */
function abortError(signal: AbortSignal): Error {
  const error = new Error("The operation was aborted", { cause: signal.reason });
  error.name = "AbortError";
  return Object.assign(error, { code: "ABORT_ERR" });
}

function abortable<Value>(
  signal: AbortSignal | undefined,
  start: (resolve: (value: Value) => void) => { clear(): void },
): Promise<Value> {
  if (signal?.aborted === true) return rejected(abortError(signal));
  return new natives.Promise<Value>((resolve, reject) => {
    const handle = start((value) => {
      signal?.removeEventListener("abort", onAbort);
      resolve(value);
    });
    const onAbort = (): void => {
      handle.clear();
      reject(abortError(signal!));
    };
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

function rejected(error: Error): Promise<never> {
  return new natives.Promise<never>((_resolve, reject) => reject(error));
}

/** `setTimeout` of `node:timers/promises` on the virtual clock. */
export function sleep<Value>(delayMs: unknown, value: Value, options: Options | undefined, above: Function): Promise<Value> {
  return abortable(options?.signal, (resolve) => startTimer(() => resolve(value), delayMs, false, above));
}

function immediate<Value>(value: Value, options: Options | undefined, above: Function): Promise<Value> {
  return abortable(options?.signal, (resolve) => new VirtualImmediate(() => resolve(value), [], above));
}

/** `setInterval` of `node:timers/promises`: ticks that nobody has asked for yet are kept. */
async function* every<Value>(delayMs: unknown, value: Value, options: Options | undefined): AsyncGenerator<Value> {
  let due = 0;
  let wake: (() => void) | undefined;
  const timer = startTimer(
    () => {
      due += 1;
      wake?.();
    },
    delayMs,
    true,
    every,
  );
  const onAbort = (): void => wake?.();
  options?.signal?.addEventListener("abort", onAbort, { once: true });
  try {
    for (;;) {
      if (options?.signal?.aborted === true) throw abortError(options.signal);
      if (due === 0) await new Promise<void>((resolve) => (wake = resolve));
      for (; due > 0; due -= 1) yield value;
    }
  } finally {
    timer.clear();
    options?.signal?.removeEventListener("abort", onAbort);
  }
}

type Native = (...values: unknown[]) => unknown;

/** Whether the native function would take the options. What it would refuse, it is given to refuse. */
function isOptions(options: unknown): options is Options | undefined {
  if (options === undefined) return true;
  if (typeof options !== "object" || options === null) return false;
  const { signal, ref } = options as { signal?: unknown; ref?: unknown };
  const isSignal = signal === undefined || (typeof signal === "object" && signal !== null && "aborted" in signal);
  return isSignal && (ref === undefined || typeof ref === "boolean");
}

/** The functions of `node:timers/promises` (and of its `scheduler`), each over its native one. */
export function promiseTimers(native: Readonly<Record<string, Native>>): Readonly<Record<string, Native>> {
  const patched = {
    setTimeout(this: unknown, delay?: unknown, value?: unknown, options?: unknown): unknown {
      if (!control.inside || !isOptions(options)) return native["setTimeout"]!.call(this, delay, value, options);
      return sleep(delay, value, options, patched.setTimeout);
    },
    setImmediate(this: unknown, value?: unknown, options?: unknown): unknown {
      if (!control.inside || !isOptions(options)) return native["setImmediate"]!.call(this, value, options);
      return immediate(value, options, patched.setImmediate);
    },
    setInterval(this: unknown, delay?: unknown, value?: unknown, options?: unknown): unknown {
      if (!control.inside || !isOptions(options)) return native["setInterval"]!.call(this, delay, value, options);
      return every(delay, value, options);
    },
    wait(this: unknown, delay?: unknown, options?: unknown): unknown {
      if (!control.inside || !isOptions(options)) return native["wait"]!.call(this, delay, options);
      return sleep(delay, undefined, options, patched.wait);
    },
    yield(this: unknown): unknown {
      if (!control.inside) return native["yield"]!.call(this);
      return immediate(undefined, undefined, patched.yield);
    },
  };
  return patched;
}

/** `AbortSignal.timeout` on the virtual clock. */
export function patchedAbortTimeout(this: unknown, delay: number): AbortSignal {
  const isDelay = typeof delay === "number" && delay >= 0 && delay <= Number.MAX_SAFE_INTEGER;
  if (!control.inside || !isDelay) return natives.abortTimeout.call(AbortSignal, delay);
  const controller = new AbortController();
  const abort = (): void => controller.abort(new DOMException("The operation was aborted due to timeout", "TimeoutError"));
  startTimer(abort, delay, false, patchedAbortTimeout);
  return controller.signal;
}
