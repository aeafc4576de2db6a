/**
 * Clocks of the test's own: fake timers, which put functions of a clock in the place of the globals. The clock stays the
 * test's: its timers fire when the test says so, and no schedule decides that. Heddle knows such a clock by how sinon's fake
 * timers mark what they put in place (`setTimeout.clock`), and so does whatever is built upon them.
 *
 * What waits for a turn of the event loop between two timers (`tickAsync`, `runAllAsync`) sets an immediate by the function
 * that stood there when the fake timers were loaded: heddle's, if heddle was loaded before.
 */
import { HeddleError } from "../../engine/errors.ts";
import { natives, nodeProcess } from "../natives.ts";
import type { Patches, Replaced } from "../patches.ts";

/** What is known of a clock of sinon's. */
interface FakeClock {
  now: number;
  /** By their ids: a record or, in later versions, a map. */
  timers?: Record<string, object> | Map<unknown, object>;
  /** By their deadlines. */
  timerHeap?: { timers: object[] };
  jobs?: unknown[];
  readonly uninstall: () => unknown;
  /** What it has replaced in `node:timers/promises`: those functions bear no mark. */
  readonly timersPromisesModuleMethods?: readonly { readonly original: unknown }[];
}

/** Whoever keeps fakes and remembers that it does: they are taken away by it, and installed again. */
export interface FakeKeeper {
  /** Whether it has put this value in the place of a global, though the value bears no mark. */
  readonly isFake: (value: unknown) => boolean;
  /** Notes which fakes it has installed. */
  readonly note: () => KeptFakes;
}

/** What a keeper had installed. */
export interface KeptFakes {
  /** Whether there was a clock among it. */
  readonly isClock: boolean;
  /** Makes it so again, with a new clock. */
  readonly putBack: () => void;
}

const GLOBALS = [
  "setTimeout", "clearTimeout", "setInterval", "clearInterval", "setImmediate", "clearImmediate", "Date", "queueMicrotask", "performance", "Intl",
] as const;
const OF_PROCESS = ["nextTick", "hrtime"] as const;

let keeper: FakeKeeper | undefined;

export function keepFakesBy(one: FakeKeeper): void {
  keeper = one;
}

function clockOf(value: unknown): FakeClock | undefined {
  if ((typeof value !== "function" && typeof value !== "object") || value === null || !Object.hasOwn(value, "clock")) return undefined;
  const { clock } = value as { readonly clock?: Partial<FakeClock> };
  return typeof clock?.uninstall === "function" && typeof clock.now === "number" ? (clock as FakeClock) : undefined;
}

/** The clocks whose functions stand in the place of globals, each once. */
function installedClocks(): Set<FakeClock> {
  const clocks = new Set<FakeClock>();
  const look = (holder: object, key: string): void => {
    const clock = clockOf((holder as Record<string, unknown>)[key]);
    if (clock !== undefined) clocks.add(clock);
  };
  for (const key of GLOBALS) look(globalThis, key);
  for (const key of OF_PROCESS) look(nodeProcess, key);
  return clocks;
}

/** Whether what stands in the place of a replaced global is a clock's. */
export function isFaked({ holder, key, after }: Replaced): boolean {
  const now: unknown = Object.getOwnPropertyDescriptor(holder, key)?.value;
  if (clockOf(now) !== undefined || keeper?.isFake(now) === true) return true;
  return [...installedClocks()].some((clock) => clock.timersPromisesModuleMethods?.some(({ original }) => original === after.value) === true);
}

/**
 * Fake timers that stood there when heddle was loaded are what heddle took for the runtime's own functions.
 * @throws HeddleError `FAKE_TIMERS`
 */
export function refuseFakeNatives(): void {
  if (clockOf(natives.setTimeout) === undefined && clockOf(natives.Date) === undefined && clockOf(natives.setImmediate) === undefined) return;
  throw new HeddleError("FAKE_TIMERS", "fake timers were installed when heddle was loaded, so it has no clock to go by: import heddle before anything calls vi.useFakeTimers, jest.useFakeTimers or sinon.useFakeTimers (in a file of `setupFiles`, say)");
}

/** What fake timers export. */
interface FakeTimers {
  readonly install: unknown;
  readonly createClock: unknown;
  readonly withGlobal: (realm: typeof globalThis) => { readonly install: unknown; readonly createClock: unknown };
}

function isFakeTimers(exported: unknown): exported is FakeTimers {
  if (typeof exported !== "object" || exported === null || !Object.hasOwn(exported, "withGlobal")) return false;
  // Those of another realm are none of this one's.
  if (Object.getPrototypeOf(exported) !== Object.prototype) return false;
  return (["install", "createClock", "withGlobal"] as const).every((key) => typeof (exported as FakeTimers)[key] === "function");
}

/**
 * Fake timers that were loaded before heddle have kept the runtime's own functions, and would wait for turns of the event
 * loop by these. They are made again, of what stands there now.
 * @param modules - CommonJS modules that are loaded.
 */
export function renewFakeTimers(patches: Patches, modules: Readonly<Record<string, { readonly exports?: unknown } | undefined>>): void {
  for (const loaded of Object.values(modules)) {
    // A module may be in the midst of loading, and its exports a proxy that warns of whatever is asked.
    const exported = loaded?.exports;
    if (!isFakeTimers(exported)) continue;
    const { install, createClock } = exported.withGlobal(globalThis);
    patches.value(exported, "install", install);
    patches.value(exported, "createClock", createClock);
  }
}

let haveEscaped = false;

/** Something came to an execution that nothing of heddle's had begun: if its timers are fake, they did. */
export function noteSurprise(): void {
  haveEscaped ||= installedClocks().size > 0;
}

/** @throws HeddleError `FAKE_TIMERS` where fake timers were seen to wait by functions that heddle does not see. */
export function refuseEscapedClocks(): void {
  if (!haveEscaped) return;
  haveEscaped = false;
  throw new HeddleError("FAKE_TIMERS", "the fake timers of the body were made before heddle was loaded: tickAsync, runAllAsync and the like (advanceTimersByTimeAsync) wait by functions that were kept from before, which no schedule decides. Import heddle first (in a file of `setupFiles`, say); under Jest, whose fake timers are older than any import, use those that do not wait (jest.advanceTimersByTime)");
}

/** How a clock stood. Its timers stay the same objects, as the test may have kept them. */
class NotedClock {
  clock: FakeClock;
  private readonly now: number;
  private readonly isMap: boolean;
  private readonly timers: readonly (readonly [id: unknown, timer: object, fields: object])[];
  private readonly heap: FakeClock["timerHeap"];
  private readonly inHeap: readonly object[];
  private readonly jobs: readonly unknown[];

  constructor(clock: FakeClock) {
    const { timers = {}, timerHeap, jobs = [] } = clock;
    this.clock = clock;
    this.now = clock.now;
    this.isMap = timers instanceof Map;
    const entries: Iterable<[unknown, object]> = timers instanceof Map ? timers : Object.entries(timers);
    this.timers = [...entries].map(([id, timer]) => [id, timer, { ...timer }] as const);
    this.heap = timerHeap;
    this.inHeap = [...(timerHeap?.timers ?? [])];
    this.jobs = [...jobs];
  }

  putBack(): void {
    const { clock, heap } = this;
    clock.now = this.now;
    clock.jobs = [...this.jobs];
    for (const [, timer, fields] of this.timers) Object.assign(timer, fields);
    const entries = this.timers.map(([id, timer]) => [id, timer] as const);
    // One that has none yet makes its own, of whichever kind, with the first.
    if (this.isMap || clock.timers instanceof Map) clock.timers = new Map(entries);
    else if (clock.timers !== undefined || entries.length > 0) clock.timers = Object.fromEntries(entries) as Record<string, object>;
    if (heap !== undefined) clock.timerHeap ??= heap;
    if (clock.timerHeap !== undefined) clock.timerHeap.timers = [...this.inHeap];
  }
}

/**
 * What stands where a clock may stand. Each is read by its name: this is asked behind every execution, and reads by computed names take ten
 * times as long.
 */
class Places {
  private readonly setTimeout = globalThis.setTimeout;
  private readonly clearTimeout = globalThis.clearTimeout;
  private readonly setInterval = globalThis.setInterval;
  private readonly clearInterval = globalThis.clearInterval;
  private readonly setImmediate = globalThis.setImmediate;
  private readonly clearImmediate = globalThis.clearImmediate;
  private readonly date = globalThis.Date;
  private readonly queueMicrotask = globalThis.queueMicrotask;
  private readonly performance = globalThis.performance;
  private readonly intl = globalThis.Intl;
  private readonly nextTick = nodeProcess.nextTick;
  private readonly hrtime = nodeProcess.hrtime;

  get areAsBefore(): boolean {
    return (
      globalThis.setTimeout === this.setTimeout && globalThis.clearTimeout === this.clearTimeout &&
      globalThis.setInterval === this.setInterval && globalThis.clearInterval === this.clearInterval &&
      globalThis.setImmediate === this.setImmediate && globalThis.clearImmediate === this.clearImmediate &&
      globalThis.Date === this.date && globalThis.queueMicrotask === this.queueMicrotask &&
      globalThis.performance === this.performance && globalThis.Intl === this.intl &&
      nodeProcess.nextTick === this.nextTick && nodeProcess.hrtime === this.hrtime
    );
  }
}

/** The clocks that stood there before an exploration, which each of its executions finds as they were. */
export class ClocksBefore {
  private readonly clocks: readonly NotedClock[] = [...installedClocks()].map((clock) => new NotedClock(clock));
  private readonly kept: KeptFakes | undefined = keeper?.note();
  private places: Places = new Places();

  /**
   * Between executions: what the last one has installed goes, and what stood there before is as it was.
   * @throws HeddleError `FAKE_TIMERS` where the execution has taken a clock away that nobody can install again.
   */
  putBack(): void {
    this.takeAway();
    if (this.clocks.length === 0) return;
    const installed = installedClocks();
    for (const noted of this.clocks) {
      if (!installed.has(noted.clock)) throw new HeddleError("FAKE_TIMERS", "the body took away fake timers that were installed before it (clock.uninstall), so that its next execution would not find them: install them in the body, or leave them installed");
      noted.putBack();
    }
  }

  /** What the last execution has installed goes. */
  takeAway(): void {
    if (this.places.areAsBefore) return;
    this.kept?.putBack();
    const installed = installedClocks();
    const missing = this.kept?.isClock === true ? this.clocks.find(({ clock }) => !installed.has(clock)) : undefined;
    for (const clock of installed) {
      if (this.clocks.some((noted) => noted.clock === clock)) continue;
      if (missing === undefined) clock.uninstall();
      else missing.clock = clock;
    }
    this.places = new Places();
  }
}
