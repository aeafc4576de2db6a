/**
 * What is easy to get wrong about timers: each case is run natively and under control, and has to come to the same.
 * Many are from the catalogue of sinon's fake-timers. Cases may take a few real ms; none depends on how many.
 */
import { promisify } from "node:util";
import * as timersModule from "node:timers";
import * as timersPromises from "node:timers/promises";

export interface TimerTrap {
  readonly name: string;
  readonly run: () => unknown;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

/** Runs with `log`, waits until all is over, and gives the log. */
function logged(ms: number, run: (log: (line: unknown) => void) => unknown): () => Promise<unknown> {
  return async () => {
    const lines: unknown[] = [];
    await run((line) => lines.push(line));
    await pause(ms);
    return lines;
  };
}

const codeOf = (action: () => unknown): unknown => {
  try {
    action();
    return "no error";
  } catch (error) {
    return `${(error as Error).name} ${(error as { code?: string }).code}`;
  }
};

const settled = async (promise: PromiseLike<unknown>): Promise<unknown> => {
  try {
    return ["fulfilled", await promise];
  } catch (error) {
    const { name, message, code, cause } = error as Error & { code?: unknown };
    return ["rejected", name, message, code, cause instanceof Error ? cause.name : cause];
  }
};

const loose = (value: unknown): never => value as never;

const odd: readonly unknown[] = [0, 1, -5, 1.9, Number.NaN, "2", "x", null, undefined, true, {}, [], 2 ** 31, Number.POSITIVE_INFINITY];

export const timerTraps: readonly TimerTrap[] = [
  ...odd.map((delay): TimerTrap => ({
    name: `a delay of ${typeof delay === "string" ? `"${delay}"` : String(delay)} fires before 15 ms are over`,
    run: logged(15, (log) => void setTimeout(() => log("fired"), loose(delay))),
  })),
  { name: "equal delays fire in the order they were set", run: logged(10, (log) => [1, 2, 3, 4].forEach((one) => setTimeout(() => log(one), 5))) },
  { name: "0 and 1 are the same delay", run: logged(10, (log) => { setTimeout(() => log("one"), 1); setTimeout(() => log("zero"), 0); }) },
  { name: "arguments are handed on", run: logged(10, (log) => void setTimeout((...values: unknown[]) => log(values), 1, "a", 2)) },
  { name: "immediate: arguments are handed on", run: logged(10, (log) => void setImmediate((...values: unknown[]) => log(values), "b", 3)) },
  { name: "interval: arguments are handed on, each time", run: logged(30, (log) => { const all: unknown[] = []; const handle = setInterval((...values: unknown[]) => { all.push(values); if (all.length === 3) { clearInterval(handle); log(all); } }, 2, "a", 2); }) },
  { name: "`this` in a callback is the timer", run: logged(10, (log) => { const handle: unknown = setTimeout(function (this: unknown) { log(this === handle); }, 1); }) },
  { name: "`this` in an immediate's callback is the immediate", run: logged(5, (log) => { const handle: unknown = setImmediate(function (this: unknown) { log(this === handle); }); }) },
  { name: "`this` in an interval's callback is the timer", run: logged(10, (log) => { const handle = setInterval(function (this: unknown) { clearInterval(handle); log(this === handle); }, 1); }) },
  { name: "a cleared timer does not fire", run: logged(10, (log) => { const handle = setTimeout(() => log("no"), 2); clearTimeout(handle); clearTimeout(handle); }) },
  { name: "clearInterval clears a timeout, clearTimeout an interval", run: logged(15, (log) => { clearInterval(setTimeout(() => log("no"), 2)); clearTimeout(setInterval(() => log("no"), 2)); }) },
  // Not the other way round: Node's clearImmediate of anything else miscounts, and brings the process down.
  { name: "clearTimeout does not clear an immediate", run: logged(15, (log) => { clearTimeout(loose(setImmediate(() => log("immediate")))); clearInterval(loose(setImmediate(() => log("another")))); }) },
  { name: "clearing nonsense does nothing", run: logged(1, (log) => { for (const one of [undefined, null, 0, -1, 1e9, "x", {}, () => 0, Symbol.iterator]) log(codeOf(() => [clearTimeout(loose(one)), clearInterval(loose(one))])); log(codeOf(() => [clearImmediate(loose(undefined)), clearImmediate(loose(null)), clearImmediate(loose(0))])); }) },
  { name: "a timer is cleared by its number, and by the text of it", run: logged(15, (log) => { clearTimeout(Number(setTimeout(() => log("no"), 2))); clearTimeout(String(Number(setTimeout(() => log("no"), 2)))); log(typeof +setTimeout(() => log("yes"), 2)); }) },
  { name: "a number is the same each time", run: logged(5, (log) => { const handle = setTimeout(() => undefined, 1); log(Number(handle) === Number(handle)); }) },
  { name: "a callback may clear its own timer", run: logged(10, (log) => { const handle = setTimeout(() => { clearTimeout(handle); log("once"); }, 1); }) },
  { name: "a callback may clear one that is due at the same time", run: logged(10, (log) => { setTimeout(() => clearTimeout(later), 2); const later = setTimeout(() => log("no"), 2); }) },
  { name: "an interval that clears itself stops", run: logged(20, (log) => { let times = 0; const handle = setInterval(() => { times += 1; log(times); if (times === 3) clearInterval(handle); }, 2); }) },
  { name: "an interval comes behind a timer that its callback has set for the same time", run: logged(40, (log) => { let times = 0; const handle = setInterval(() => { times += 1; log(times); if (times === 1) setTimeout(() => log("timer"), 8); if (times === 2) clearInterval(handle); }, 8); }) },
  { name: "refresh before it fires: fires once", run: logged(30, (log) => { const handle = setTimeout(() => log("fired"), 10); log(handle.refresh() === handle); setTimeout(() => handle.refresh(), 1); }) },
  { name: "refresh after it has fired: fires again", run: logged(30, (log) => { let times = 0; const handle = setTimeout(() => { times += 1; log(times); if (times < 3) handle.refresh(); }, 3); }) },
  { name: "refresh after clear: does not fire", run: logged(15, (log) => { const handle = setTimeout(() => log("no"), 2); clearTimeout(handle); handle.refresh(); }) },
  { name: "refresh of an interval goes on", run: logged(40, (log) => { let times = 0; const handle = setInterval(() => { times += 1; log(times); if (times === 2) clearInterval(handle); else handle.refresh(); }, 3); }) },
  { name: "ref, unref, hasRef, close", run: logged(15, (log) => { const handle = setTimeout(() => log("no"), 2); log(handle.hasRef()); log(handle.unref() === handle); log(handle.hasRef()); log(handle.ref().hasRef()); log(handle.close() === handle); const immediate = setImmediate(() => undefined); log(immediate.hasRef()); log(immediate.unref() === immediate); log(immediate.hasRef()); }) },
  { name: "an unreferenced timer still fires while something else runs", run: logged(15, (log) => void setTimeout(() => log("fired"), 2).unref()) },
  { name: "Symbol.dispose", run: logged(15, (log) => { setTimeout(() => log("no"), 2)[Symbol.dispose](); setImmediate(() => log("no"))[Symbol.dispose](); }) },
  { name: "what is no function is refused", run: () => [setTimeout, setInterval, setImmediate, queueMicrotask, process.nextTick].map((one) => [undefined, "code", {}, null].map((value) => codeOf(() => (one as (callback: never) => unknown)(loose(value))))) },
  { name: "ticks, then microtasks, between two timers", run: logged(15, (log) => { setTimeout(() => { log("first"); process.nextTick(() => log("tick")); queueMicrotask(() => log("microtask")); }, 2); setTimeout(() => log("second"), 2); }) },
  { name: "immediates: those set meanwhile run after", run: logged(10, (log) => { setImmediate(() => { log(1); setImmediate(() => log(3)); }); setImmediate(() => log(2)); }) },
  { name: "an immediate may clear the next", run: logged(10, (log) => { setImmediate(() => clearImmediate(next)); const next = setImmediate(() => log("no")); }) },
  { name: "a timer set by a timer fires after those that were due", run: logged(20, (log) => { setTimeout(() => { log("a"); setTimeout(() => log("c"), 1); }, 2); setTimeout(() => log("b"), 2); }) },
  { name: "util.promisify(setTimeout) and (setImmediate)", run: async () => [await promisify(setTimeout)(2, "value"), await promisify(setImmediate)("other")] },
  { name: "timers/promises: values", run: async () => [await timersPromises.setTimeout(2, "a"), await timersPromises.setImmediate("b"), await timersPromises.setTimeout()] },
  { name: "timers/promises by another way", run: async () => [await timersModule.promises.setTimeout(2, "a"), timersModule.promises.setTimeout === timersPromises.setTimeout] },
  { name: "timers/promises: interval", run: async () => { const seen: unknown[] = []; for await (const value of timersPromises.setInterval(2, "x")) { seen.push(value); if (seen.length === 3) break; } return seen; } },
  { name: "timers/promises: aborted before", run: async () => { const signal = AbortSignal.abort(new TypeError("why")); const iterate = async (): Promise<void> => { for await (const _value of timersPromises.setInterval(1, 0, { signal })); }; return [await settled(timersPromises.setTimeout(1, 0, { signal })), await settled(timersPromises.setImmediate(0, { signal })), await settled(iterate())]; } },
  { name: "timers/promises: aborted meanwhile", run: async () => { const controller = new AbortController(); const { signal } = controller; setTimeout(() => controller.abort(), 2); const iterate = async (): Promise<void> => { for await (const _value of timersPromises.setInterval(1000, 0, { signal })); }; return Promise.all([settled(timersPromises.setTimeout(1000, 0, { signal })), settled(iterate())]); } },
  { name: "timers/promises: aborted too late", run: async () => { const controller = new AbortController(); const value = await timersPromises.setTimeout(1, "in time", { signal: controller.signal }); controller.abort(); return value; } },
  { name: "timers/promises: options of a wrong kind are refused", run: async () => [await settled(timersPromises.setTimeout(1, 0, loose(5))), await settled(timersPromises.setTimeout(1, 0, loose({ signal: 5 }))), await settled(timersPromises.setTimeout(1, 0, loose({ ref: "x" })))] },
  { name: "scheduler.wait and yield", run: async () => [await timersPromises.scheduler.wait(2), await timersPromises.scheduler.yield()] },
  { name: "scheduler.wait: aborted", run: async () => settled(timersPromises.scheduler.wait(100, { signal: AbortSignal.abort() })) },
  { name: "AbortSignal.timeout", run: async () => { const signal = AbortSignal.timeout(2); const before = signal.aborted; const fired = await new Promise((resolve) => signal.addEventListener("abort", (event) => resolve(event.type))); const { name, message, code } = signal.reason as DOMException; return [before, fired, signal.aborted, name, message, code, signal.reason instanceof DOMException, signal instanceof AbortSignal]; } },
  { name: "AbortSignal.timeout: a wrong delay is refused", run: () => [-1, "x", Number.NaN, undefined].map((delay) => codeOf(() => AbortSignal.timeout(loose(delay)))) },
  { name: "AbortSignal.any of a timeout", run: async () => { const signal = AbortSignal.any([AbortSignal.timeout(2), new AbortController().signal]); await new Promise((resolve) => signal.addEventListener("abort", resolve)); return (signal.reason as Error).name; } },
  { name: "time does not go backwards, and passes while a timer waits", run: async () => { const starts = [Date.now(), performance.now(), Number(process.hrtime.bigint())]; await pause(4); const ends = [Date.now(), performance.now(), Number(process.hrtime.bigint())]; return ends.map((end, index) => end - starts[index]! > (index === 2 ? 2e6 : 2)); } },
  { name: "hrtime(before) is a difference", run: async () => { const before = process.hrtime(); await pause(3); const [seconds, nanoseconds] = process.hrtime(before); return [seconds, nanoseconds > 1e6 && nanoseconds < 1e9, Number.isInteger(nanoseconds)]; } },
  { name: "dates: made from a value, a part, a date, a text", run: () => [new Date(5).getTime(), new Date(2020, 1, 2).getFullYear(), new Date(new Date(7)).getTime(), Date.UTC(2020), Date.parse("2020-01-01"), new Date(loose(undefined)).getTime(), Date.length, Date.name] },
  { name: "dates: now, in all its forms", run: () => { const now = Date.now(); return [new Date().getTime() - now < 50, typeof Date(), Math.abs(Date.parse(Date()) - now) < 2000, new Date() instanceof Date, new Date().constructor === Date, Object.prototype.toString.call(new Date())]; } },
  { name: "dates: Intl formats now", run: () => new Intl.DateTimeFormat("en", { timeZone: "UTC" }).format() === new Intl.DateTimeFormat("en", { timeZone: "UTC" }).format(new Date()) },
  { name: "dates: the wall clock is the time origin and the uptime together", run: () => Math.abs(performance.timeOrigin + performance.now() - Date.now()) < 50 },
  { name: "dates: subclasses, Reflect.construct, structuredClone", run: () => { class Later extends Date { next = 1; } const later = new Later(); return [later instanceof Later, later.next, Reflect.construct(Date, [3], Later) instanceof Later, structuredClone(new Date(4)).getTime(), Number.isNaN(later.getTime())]; } },
];
