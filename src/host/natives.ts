/**
 * The host's functions as they were before anything was patched: captured once, here, and nowhere else.
 * Whatever heddle itself schedules goes through these, so it never meets its own control.
 */
const NativePromise: PromiseConstructor = globalThis.Promise;
const promisePrototype: Promise<unknown> = NativePromise.prototype;

interface NodeProcess {
  nextTick?: (callback: (...values: unknown[]) => void, ...values: unknown[]) => void;
  hrtime?: NodeJS.HRTime;
  emit?: (name: string, ...values: unknown[]) => boolean;
  _tickCallback?: () => void;
  eventNames?: () => string[];
  binding?: (name: string) => unknown;
  cwd?: () => string;
  pid?: number;
  sourceMapsEnabled?: boolean;
  noDeprecation?: boolean | undefined;
  env?: Readonly<Record<string, string | undefined>>;
  getActiveResourcesInfo?: () => string[];
  getBuiltinModule?: (name: string) => Record<string, unknown> | undefined;
  listenerCount?: (name: string) => number;
  on?: (name: string, listener: () => void) => void;
  argv?: readonly string[];
  platform?: string;
  versions?: Readonly<Record<string, string | undefined>>;
  off?: (name: string, listener: () => void) => void;
  once?: (name: string, listener: () => void) => void;
  exitCode?: unknown;
  rawListeners?: (name: string) => readonly unknown[];
  setUncaughtExceptionCaptureCallback?: (callback: ((error: unknown) => void) | null) => void;
}

/** Node's `process`, or an empty stand-in where there is none. */
export const nodeProcess: NodeProcess = (globalThis as { process?: NodeProcess }).process ?? {};

type Scheduling = (callback: (...values: never[]) => unknown, ...values: unknown[]) => unknown;

interface Natives {
  readonly Promise: PromiseConstructor;
  readonly promisePrototype: Promise<unknown>;
  readonly then: Promise<unknown>["then"];
  readonly catch: Promise<unknown>["catch"];
  readonly finally: Promise<unknown>["finally"];
  readonly all: PromiseConstructor["all"];
  readonly allSettled: PromiseConstructor["allSettled"];
  readonly any: PromiseConstructor["any"];
  readonly race: PromiseConstructor["race"];
  readonly resolve: (this: PromiseConstructor, value?: unknown) => Promise<unknown>;
  readonly setTimeout: Scheduling;
  readonly clearTimeout: (handle: never) => void;
  readonly setInterval: Scheduling;
  readonly clearInterval: (handle: never) => void;
  readonly setImmediate: Scheduling | undefined;
  readonly clearImmediate: ((handle: never) => void) | undefined;
  readonly queueMicrotask: (callback: () => void) => void;
  readonly nextTick: NodeProcess["nextTick"];
  readonly tickCallback: NodeProcess["_tickCallback"];
  readonly hrtime: NodeProcess["hrtime"];
  readonly processEmit: NodeProcess["emit"];
  readonly Date: DateConstructor;
  readonly dateNow: () => number;
  readonly performance: Performance & { readonly nodeTiming?: { readonly uvMetricsInfo?: { readonly events: number } } };
  readonly performanceNow: () => number;
  readonly random: () => number;
  readonly MessageChannel: typeof MessageChannel;
  readonly BroadcastChannel: typeof BroadcastChannel;
  readonly abortTimeout: (delayMs: number) => AbortSignal;
}

export const natives: Natives = {
  Promise: NativePromise,
  promisePrototype,
  then: promisePrototype.then,
  catch: promisePrototype.catch,
  finally: promisePrototype.finally,
  all: NativePromise.all,
  allSettled: NativePromise.allSettled,
  any: NativePromise.any,
  race: NativePromise.race,
  resolve: NativePromise.resolve,
  setTimeout: globalThis.setTimeout as unknown as Scheduling,
  clearTimeout: globalThis.clearTimeout,
  setInterval: globalThis.setInterval as unknown as Scheduling,
  clearInterval: globalThis.clearInterval,
  setImmediate: globalThis.setImmediate as unknown as Scheduling | undefined,
  clearImmediate: globalThis.clearImmediate,
  queueMicrotask: globalThis.queueMicrotask,
  nextTick: nodeProcess.nextTick,
  tickCallback: nodeProcess._tickCallback,
  hrtime: nodeProcess.hrtime,
  processEmit: nodeProcess.emit,
  Date: globalThis.Date,
  dateNow: globalThis.Date.now,
  performance: globalThis.performance,
  performanceNow: globalThis.performance.now,
  random: Math.random,
  MessageChannel: globalThis.MessageChannel,
  BroadcastChannel: globalThis.BroadcastChannel,
  abortTimeout: AbortSignal.timeout,
};

/** Whether `Promise.resolve` gives a value back as it is: one of `Promise` itself, and nobody has said that it is not. */
export function isPlainPromise(value: unknown): value is Promise<unknown> {
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== promisePrototype) return false;
  return !Object.hasOwn(value, "constructor");
}

/** Real milliseconds, for time limits and rates: never the virtual clock. */
export function realNow(): number {
  return natives.performanceNow.call(natives.performance);
}

/** A real macrotask from now: the event loop turns in between. */
export function nextTurn(callback: () => void): void {
  if (natives.setImmediate === undefined) {
    natives.setTimeout.call(globalThis, callback, 0);
  } else {
    natives.setImmediate.call(globalThis, callback);
  }
}
