import type { Execution } from "../../engine/execution.ts";
import { EVERYTHING } from "../../engine/provenance.ts";
import { control } from "../control.ts";
import { natives, nodeProcess } from "../natives.ts";
import type { Patches } from "../patches.ts";
import { standIn } from "../stand-in.ts";

/** Where the virtual clock stands when an execution begins: 2025-01-01T00:00:00Z. Fixed, so that seeds replay. */
export const EPOCH_MS: number = 1_735_689_600_000;
/** What `performance.now()` says then. */
const UPTIME_MS = 10_000;

const NativeDate = natives.Date;

/** Readings of a clock that stands still, after which it moves by 1 ms for the reader's sake: about as many as it takes. */
const PATIENCE = 10_000;
/** One step that reads it so often keeps the thread busy: each further ms takes half as many, and no fewer than these. */
const LEAST_PATIENCE = 100;
/** A step that reads it counts as so many: who polls by awaits makes few readings in each. */
const STEP_COUNTS = 250;

const polled: { execution: Execution | undefined; now: number; step: number; readings: number; patience: number } = { execution: undefined, now: 0, step: 0, readings: 0, patience: PATIENCE };

/**
 * Virtual ms since the execution began. Time passes for who waits for nothing else: `while (Date.now() < end);`, or the
 * same with an await in it of something that is no timer.
 */
export function elapsed(): number {
  const execution = control.execution!;
  if (execution.clock.isIgnored) return execution.now;
  if (polled.execution !== execution || polled.now !== execution.now) {
    const goesOn = polled.execution === execution && polled.step === execution.steps && polled.readings >= polled.patience;
    polled.patience = goesOn ? Math.max(LEAST_PATIENCE, polled.patience / 2) : PATIENCE;
    [polled.execution, polled.now, polled.step, polled.readings] = [execution, execution.now, goesOn ? execution.steps : -1, 0];
  }
  polled.readings += polled.step === execution.steps ? 1 : STEP_COUNTS;
  polled.step = execution.steps;
  if (polled.readings >= polled.patience) execution.clock.now += 1;
  execution.tracer?.readsClock();
  // Who polls comes to where its readings move the clock: by then they depend on whatever else is done.
  if (polled.readings > PATIENCE / 2) execution.tracer?.touch(EVERYTHING, true);
  return execution.clock.read();
}

function virtualNow(): number {
  return EPOCH_MS + elapsed();
}

const { patchedDateNow } = {
  patchedDateNow(this: unknown): number {
    return control.inside ? virtualNow() : natives.dateNow.call(NativeDate);
  },
};

const { timeOrigin } = natives.performance;

const { patchedPerformanceNow } = {
  patchedPerformanceNow(this: Performance): number {
    return control.inside ? UPTIME_MS + elapsed() : natives.performanceNow.call(this);
  },
};

/** `Date` itself, but for `new Date()` and `Date()` with nothing said. */
const VirtualDate: DateConstructor = new Proxy(NativeDate, {
  construct(target, values, newTarget) {
    const wanted = newTarget === VirtualDate ? target : newTarget;
    const given = control.inside && values.length === 0 ? [virtualNow()] : values;
    return Reflect.construct(target, given, wanted) as object;
  },
  apply(target, self, values) {
    return control.inside ? new NativeDate(virtualNow()).toString() : Reflect.apply(target, self, values);
  },
});

function patchedHrtime(this: unknown, before?: [number, number]): [number, number] {
  if (!control.inside) return natives.hrtime!.call(nodeProcess, before);
  const ms = UPTIME_MS + elapsed();
  const seconds = Math.floor(ms / 1000);
  const nanoseconds = Math.floor((ms % 1000) * 1e6);
  if (before === undefined) return [seconds, nanoseconds];
  const borrow = nanoseconds < before[1] ? 1 : 0;
  return [seconds - before[0] - borrow, nanoseconds - before[1] + borrow * 1e9];
}

function patchedHrtimeBigint(this: unknown): bigint {
  if (!control.inside) return natives.hrtime!.bigint.call(natives.hrtime);
  return BigInt(Math.floor((UPTIME_MS + elapsed()) * 1e6));
}

/** Formats now where nothing is said, as `Date` does. */
function installFormats(patches: Patches): void {
  const { prototype } = Intl.DateTimeFormat;
  const parts = prototype.formatToParts;
  patches.method(prototype, "formatToParts", standIn(parts, (self, [date]) => {
    return parts.call(self as Intl.DateTimeFormat, date === undefined && control.inside ? virtualNow() : (date as Date | number));
  }));
  const { get: format } = Object.getOwnPropertyDescriptor(prototype, "format") ?? {};
  if (format === undefined) return;
  patches.getter(prototype, "format", standIn(format, (self) => {
    const native = format.call(self) as (date?: Date | number) => string;
    return (date?: Date | number) => native(date === undefined && control.inside ? virtualNow() : date);
  }) as () => unknown);
}

export function installClock(patches: Patches): void {
  installFormats(patches);
  patches.method(NativeDate, "now", patchedDateNow);
  patches.value(globalThis, "Date", VirtualDate);
  patches.value(NativeDate.prototype, "constructor", VirtualDate);
  patches.method(holderOf(natives.performance, "now"), "now", patchedPerformanceNow);
  patches.getter(holderOf(natives.performance, "timeOrigin"), "timeOrigin", () =>
    control.inside ? EPOCH_MS - UPTIME_MS : timeOrigin,
  );
  if (natives.hrtime !== undefined) {
    const hrtime = patchedHrtime as unknown as NodeJS.HRTime;
    Object.defineProperty(hrtime, "bigint", { value: patchedHrtimeBigint, writable: true, enumerable: true, configurable: true });
    patches.method(nodeProcess, "hrtime", hrtime);
  }
}

/** The object of a prototype chain that has the property itself. */
export function holderOf(object: object, key: PropertyKey): object {
  let holder: object = object;
  while (!Object.hasOwn(holder, key)) {
    const next = Object.getPrototypeOf(holder) as object | null;
    if (next === null) return object;
    holder = next;
  }
  return holder;
}
