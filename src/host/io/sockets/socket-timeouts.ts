import { control } from "../../control.ts";
import { startTimer, type VirtualTimer } from "../../timers/timers.ts";

/*
 * `socket.setTimeout`, which the runtime keeps with timers of its own: under control it is on the virtual clock, as
 * whatever else could end the wait for a silent peer is. `node:http` closes idle connections with it.
 */

type AnyFunction = (this: unknown, ...values: unknown[]) => unknown;

interface TimedSocket {
  readonly destroyed: boolean;
  timeout?: number;
  /** The runtime's own: emits `timeout` unless a write is under way. */
  _onTimeout(): void;
}

const timers = new WeakMap<object, VirtualTimer>();

export function settingTimeout(native: AnyFunction): AnyFunction {
  return function setTimeout(this: unknown, ...values: unknown[]): unknown {
    const socket = this as TimedSocket & object;
    forgetTimeout(socket);
    const result = native.apply(this, values);
    const delayMs = Number(values[0]);
    if (!control.inside || socket.destroyed || !(delayMs > 0)) return result;
    // It has checked what it was given, and the callback listens; its own timer is not wanted.
    native.call(this, 0);
    socket.timeout = delayMs;
    const timer = startTimer(() => socket.destroyed || socket._onTimeout(), delayMs, false, setTimeout);
    timers.set(socket, timer.unref());
    return result;
  };
}

/** `_unrefTimer`, which the runtime calls where something is written. */
export function refreshing(native: AnyFunction): AnyFunction {
  return function refresh(this: unknown, ...values: unknown[]): unknown {
    if (control.inside) refreshTimeout(this as object);
    return native.apply(this, values);
  };
}

/** Something was heard or said: the time begins anew. */
export function refreshTimeout(socket: object): void {
  timers.get(socket)?.refresh();
}

export function forgetTimeout(socket: object): void {
  timers.get(socket)?.clear();
  timers.delete(socket);
}
