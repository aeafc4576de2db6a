import { activity } from "../activity.ts";
import { control } from "../control.ts";
import { natives } from "../natives.ts";
import { standIn } from "../stand-in.ts";
import { startTimer, VirtualImmediate } from "./timers.ts";

interface Options {
  readonly signal?: AbortSignal;
  readonly ref?: boolean;
}

type Throwing = (emitter: unknown, name: string, options: Options) => unknown;

/** `on` of `node:events`: it throws at once, where the signal that it is given is aborted, and with the runtime's own error. */
let throwing: Throwing | undefined;
let emitter: unknown;

/** @param events - the module `node:events`, where there is one. */
export function abortErrorsBy(events: { readonly on?: unknown; readonly EventEmitter?: unknown } | undefined): void {
  if (typeof events?.on !== "function" || typeof events.EventEmitter !== "function") return;
  throwing = events.on as Throwing;
  emitter = new (events.EventEmitter as new () => unknown)();
}

/** The error that the runtime has for an aborted operation. */
function abortError(signal: AbortSignal): Error {
  try {
    throwing?.(emitter, "abort", { signal });
  } catch (error) {
    if ((error as Error).name === "AbortError") return error as Error;
  }
  const error = new Error("The operation was aborted", { cause: signal.reason });
  error.name = "AbortError";
  return Object.assign(error, { code: "ABORT_ERR" });
}

function abortable<Value>(
  signal: AbortSignal | undefined,
  start: (resolve: (value: Value) => void) => { clear(): void },
): Promise<Value> {
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

/** `setTimeout` of `node:timers/promises` on the virtual clock. */
export function sleep<Value>(delayMs: unknown, value: Value, options: Options | undefined, above: Function): Promise<Value> {
  return abortable(options?.signal, (resolve) => startTimer(() => resolve(value), delayMs, false, above));
}

function immediate<Value>(value: Value, options: Options | undefined, above: Function): Promise<Value> {
  return abortable(options?.signal, (resolve) => new VirtualImmediate(() => resolve(value), [], above));
}

/** `setInterval` of `node:timers/promises`: ticks that nobody has asked for yet are kept. */
async function* every<Value>(delayMs: unknown, value: Value, options: Options | undefined): AsyncGenerator<Value> {
  if (isAborted(options)) throw abortError(options!.signal!);
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
      if (isAborted(options)) throw abortError(options!.signal!);
      if (due === 0) await new natives.Promise<void>((resolve) => (wake = resolve));
      for (; due > 0; due -= 1) yield value;
    }
  } finally {
    timer.clear();
    options?.signal?.removeEventListener("abort", onAbort);
  }
}

type Native = (...values: unknown[]) => unknown;

/** Whether the native function would go on to set its timer. What it would refuse, it is given to refuse. */
function isTaken(delay: unknown, options: unknown): options is Options | undefined {
  if (delay !== undefined && typeof delay !== "number") return false;
  if (options === undefined) return true;
  if (typeof options !== "object" || options === null || Array.isArray(options)) return false;
  const { signal, ref } = options as { signal?: unknown; ref?: unknown };
  const isSignal = signal === undefined || (typeof signal === "object" && signal !== null && "aborted" in signal);
  return isSignal && (ref === undefined || typeof ref === "boolean");
}

function isAborted(options: Options | undefined): boolean {
  return options?.signal?.aborted === true;
}

/** The functions of `node:timers/promises` (and of its `scheduler`), each over its native one. */
export function promiseTimers(native: Readonly<Record<string, Native>>, scheduler: unknown): Readonly<Record<string, Function | undefined>> {
  const over = (key: string, act: (values: readonly unknown[], above: Function, refuse: () => unknown) => unknown): Function | undefined => {
    const own = native[key];
    if (typeof own !== "function") return undefined;
    const isMethod = key === "wait" || key === "yield";
    return standIn(own, (self, values, above) => {
      activity.timers += 1;
      const refuse = (): unknown => own.apply(self, values);
      return control.inside && (!isMethod || self === scheduler) ? act(values, above, refuse) : refuse();
    });
  };
  return {
    setTimeout: over("setTimeout", ([delay, value, options], above, refuse) =>
      isTaken(delay, options) && !isAborted(options) ? sleep(delay, value, options, above) : refuse()),
    setImmediate: over("setImmediate", ([value, options], above, refuse) =>
      isTaken(undefined, options) && !isAborted(options) ? immediate(value, options, above) : refuse()),
    // It looks at the signal when it is asked for the first time.
    setInterval: over("setInterval", ([delay, value, options], _above, refuse) =>
      isTaken(delay, options) ? every(delay, value, options) : refuse()),
    wait: over("wait", ([delay, options], above, refuse) =>
      isTaken(delay, options) && !isAborted(options) ? sleep(delay, undefined, options, above) : refuse()),
    yield: over("yield", (_values, above) => immediate(undefined, undefined, above)),
  };
}

/** `AbortSignal.timeout` on the virtual clock. */
export const patchedAbortTimeout: Function = standIn(natives.abortTimeout, (self, values, above) => {
  const [delay] = values;
  const isDelay = typeof delay === "number" && delay >= 0 && delay <= Number.MAX_SAFE_INTEGER;
  if (!control.inside || !isDelay) return Reflect.apply(natives.abortTimeout, self, values);
  const controller = new AbortController();
  const abort = (): void => controller.abort(new DOMException("The operation was aborted due to timeout", "TimeoutError"));
  startTimer(abort, delay, false, above);
  return controller.signal;
});
