import { control } from "./control.ts";
import { natives, nodeProcess } from "./natives.ts";
import type { Patches } from "./patches.ts";

/** Where the virtual clock stands when an execution begins: 2025-01-01T00:00:00Z. Fixed, so that seeds replay. */
export const EPOCH_MS: number = 1_735_689_600_000;
/** What `performance.now()` says then. */
const UPTIME_MS = 10_000;

const NativeDate = natives.Date;

function virtualNow(): number {
  return EPOCH_MS + control.execution!.now;
}

function patchedDateNow(this: unknown): number {
  return control.inside ? virtualNow() : natives.dateNow.call(NativeDate);
}

const { timeOrigin } = natives.performance;

function patchedPerformanceNow(this: Performance): number {
  return control.inside ? UPTIME_MS + control.execution!.now : natives.performanceNow.call(this);
}

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
  const ms = UPTIME_MS + control.execution!.now;
  const seconds = Math.floor(ms / 1000);
  const nanoseconds = Math.floor((ms % 1000) * 1e6);
  if (before === undefined) return [seconds, nanoseconds];
  const borrow = nanoseconds < before[1] ? 1 : 0;
  return [seconds - before[0] - borrow, nanoseconds - before[1] + borrow * 1e9];
}

function patchedHrtimeBigint(this: unknown): bigint {
  if (!control.inside) return natives.hrtime!.bigint.call(natives.hrtime);
  return BigInt(Math.floor((UPTIME_MS + control.execution!.now) * 1e6));
}

/** Formats now where nothing is said, as `Date` does. */
function installFormats(patches: Patches): void {
  const { prototype } = Intl.DateTimeFormat;
  const parts = prototype.formatToParts;
  patches.method(prototype, "formatToParts", function (this: Intl.DateTimeFormat, date?: Date | number) {
    return parts.call(this, date === undefined && control.inside ? virtualNow() : date);
  });
  const { get: format } = Object.getOwnPropertyDescriptor(prototype, "format") ?? {};
  if (format === undefined) return;
  patches.getter(prototype, "format", function (this: object) {
    const native = format.call(this) as (date?: Date | number) => string;
    return (date?: Date | number) => native(date === undefined && control.inside ? virtualNow() : date);
  });
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
