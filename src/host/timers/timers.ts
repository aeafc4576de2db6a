import { activity } from "../activity.ts";
import { PendingEvent, TimerEvent } from "../../engine/event.ts";
import type { Execution } from "../../engine/execution.ts";
import { captureContext } from "../context.ts";
import { control } from "../control.ts";
import { natives } from "../natives.ts";
import { isCalledByProgram } from "../stack.ts";
import { noteForPolls } from "./polls.ts";

type Callback = (...values: unknown[]) => unknown;

/** Node's limit: a longer delay becomes 1 ms. */
const LONGEST_MS = 2 ** 31 - 1;

/** As Node reads a delay: whole ms, at least 1. */
function delayOf(delay: unknown): number {
  // Throws what Node throws, of a symbol or a bigint.
  const ms = (delay as number) * 1;
  if (ms >= 1 && ms <= LONGEST_MS) return Math.trunc(ms);
  if (delay !== undefined && !(ms >= 0 && ms < 1)) warnOf(ms);
  return 1;
}

/** What the runtime has to say of such a delay, it says of a timer of its own, which never fires. */
function warnOf(delay: number): void {
  control.outside(() => natives.clearTimeout.call(globalThis, natives.setTimeout.call(globalThis, () => undefined, delay) as never));
}

/** Calls back, with the timer or the immediate as `this`, as in Node. */
function call(this: VirtualTimer | VirtualImmediate): void {
  Reflect.apply(this.callback, this, this.values);
}

class FiringEvent extends TimerEvent {
  private readonly timer: VirtualTimer;

  constructor(kind: "timer" | "interval", timer: VirtualTimer) {
    super(kind, control.execution!.task);
    this.timer = timer;
  }

  override get source(): object {
    return this.timer;
  }

  override run(): void {
    this.timer.fire(this);
  }

  override describe(): string {
    return this.timer.describe();
  }
}

const byId = new Map<number, VirtualTimer>();
let lastId = 0;

/** What `setTimeout` and `setInterval` return while under control: it has all that Node's `Timeout` has. */
export class VirtualTimer {
  private readonly execution: Execution = control.execution!;
  private readonly owner = this.execution.task;
  private readonly context = captureContext("Timeout");
  readonly delayMs: number;
  readonly repeats: boolean;
  readonly callback: Callback;
  readonly values: readonly unknown[];
  private event: FiringEvent | undefined = undefined;
  private isPatience = false;
  private isReferenced = true;
  private id: number | undefined = undefined;

  constructor(callback: Callback, values: readonly unknown[], delayMs: number, repeats: boolean, above: Function) {
    this.callback = callback;
    this.values = values;
    this.delayMs = delayMs;
    this.repeats = repeats;
    this.arm(control.recorder?.origin(above));
    if (this.execution.settings.patienceMs !== undefined) noteForPolls(this, above);
  }

  /** See `TimerEvent.isPatience`. */
  bePatience(): void {
    this.isPatience = true;
    if (this.event !== undefined) this.event.isPatience = true;
  }

  ref(): this {
    this.isReferenced = true;
    return this;
  }

  unref(): this {
    this.isReferenced = false;
    return this;
  }

  hasRef(): boolean {
    return this.isReferenced;
  }

  /** Starts anew from now, even when it has fired; a cleared one stays cleared, as in Node. */
  refresh(): this {
    if (this.isCleared) return this;
    const origin = this.event?.origin;
    if (this.event !== undefined) this.execution.cancel(this.event);
    this.arm(origin);
    return this;
  }

  close(): this {
    this.clear();
    return this;
  }

  [Symbol.toPrimitive](): number {
    if (this.id === undefined) {
      lastId += 1;
      // Above any id that the runtime gives out in practice.
      this.id = 0x4000_0000 + lastId;
      byId.set(this.id, this);
    }
    return this.id;
  }

  [Symbol.dispose](): void {
    this.clear();
  }

  clear(): void {
    this.isCleared = true;
    if (this.event !== undefined) this.execution.cancel(this.event);
    this.event = undefined;
    if (this.id !== undefined) byId.delete(this.id);
  }

  private isCleared = false;

  private arm(origin: unknown): void {
    if (this.execution.over) return;
    const event = new FiringEvent(this.repeats ? "interval" : "timer", this);
    event.task = this.owner;
    if (this.execution.settings.recorder !== undefined) event.label = this.describe();
    event.origin = origin;
    if (this.isPatience) event.isPatience = true;
    this.event = event;
    this.execution.arm(event, this.delayMs);
  }

  describe(): string {
    return `${this.repeats ? "interval" : "timer"} of ${this.delayMs} ms`;
  }

  fire(fired: FiringEvent): void {
    try {
      this.context.runInAsyncScope(call, this);
    } finally {
      // Behind the timers that the callback has set, as in Node.
      if (this.repeats && !this.isCleared) this.rearm(fired.origin);
    }
  }

  private rearm(origin: unknown): void {
    if (this.event !== undefined) this.execution.cancel(this.event);
    this.arm(origin);
  }
}

/** What `setImmediate` returns while under control. */
export class VirtualImmediate extends PendingEvent {
  private readonly execution: Execution = control.execution!;
  private readonly context = captureContext("Immediate");
  readonly callback: Callback;
  readonly values: readonly unknown[];
  private isReferenced = true;

  constructor(callback: Callback, values: readonly unknown[], above: Function) {
    super("immediate", control.execution!.task);
    this.callback = callback;
    this.values = values;
    this.origin = control.recorder?.origin(above);
    this.execution.readyImmediate(this, !control.inside);
  }

  ref(): this {
    this.isReferenced = true;
    return this;
  }

  unref(): this {
    this.isReferenced = false;
    return this;
  }

  hasRef(): boolean {
    return this.isReferenced;
  }

  clear(): void {
    this.execution.cancel(this);
  }

  [Symbol.dispose](): void {
    this.clear();
  }

  override run(): void {
    this.context.runInAsyncScope(call, this);
  }
}

/** Arms a timer of the virtual clock; only while an execution runs. */
export function startTimer(callback: () => void, delay: unknown, repeats: boolean, above: Function): VirtualTimer {
  return new VirtualTimer(callback, [], delayOf(delay), repeats, above);
}

/** While the execution waits for outside, what runs may be the runtime's or the runner's: not that. */
function isCaught(above: Function): boolean {
  return control.inside || (control.waiting && isCalledByProgram(above));
}

export function patchedSetTimeout(this: unknown, callback: Callback, delay?: number, ...values: unknown[]): unknown {
  activity.timers += 1;
  if (!isCaught(patchedSetTimeout) || typeof callback !== "function") {
    return natives.setTimeout.call(globalThis, callback, delay, ...values);
  }
  return new VirtualTimer(callback, values, delayOf(delay), false, patchedSetTimeout);
}

export function patchedSetInterval(this: unknown, callback: Callback, delay?: number, ...values: unknown[]): unknown {
  activity.timers += 1;
  if (!isCaught(patchedSetInterval) || typeof callback !== "function") {
    return natives.setInterval.call(globalThis, callback, delay, ...values);
  }
  return new VirtualTimer(callback, values, delayOf(delay), true, patchedSetInterval);
}

export function patchedSetImmediate(this: unknown, callback: Callback, ...values: unknown[]): unknown {
  activity.timers += 1;
  if (!isCaught(patchedSetImmediate) || typeof callback !== "function") return natives.setImmediate!.call(globalThis, callback, ...values);
  return new VirtualImmediate(callback, values, patchedSetImmediate);
}

/**
 * `clearTimeout` and `clearInterval`, which each take what the other's counterpart made, and `clearImmediate`: what is
 * of the other kind is left alone, as in Node.
 */
export function clearing(
  native: ((handle: never) => void) | undefined,
  kind: typeof VirtualTimer | typeof VirtualImmediate,
): (handle?: unknown) => void {
  return function clear(handle?: unknown): void {
    const own = virtualOf(handle);
    if (own === undefined) {
      native?.call(globalThis, handle as never);
    } else if (own instanceof kind) {
      own.clear();
    }
  };
}

function virtualOf(handle: unknown): VirtualTimer | VirtualImmediate | undefined {
  if (handle instanceof VirtualTimer || handle instanceof VirtualImmediate) return handle;
  if (typeof handle === "number" || typeof handle === "string") return byId.get(Number(handle));
  return undefined;
}

/** Ids handed out as numbers do not outlive their execution. */
export function forgetTimerIds(): void {
  if (byId.size > 0) byId.clear();
}
