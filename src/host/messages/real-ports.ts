import { natives, nodeProcess } from "../natives.ts";
import { withoutStandIns } from "../objects/declared-proxies.ts";

/*
 * What Node's own ports are made of. Node tells a port's messages through a symbol of the registry, and starts and stops
 * it where listeners come and go, through properties of each port. Node 20 to 26 have these alike. Bun and Deno do not.
 */

type AnyFunction = (this: unknown, ...values: unknown[]) => unknown;

/** A real port of the runtime. */
export interface RealPort {
  [key: symbol]: unknown;
  hasRef(): boolean;
}

const NEW_LISTENER = symbolOf(EventTarget.prototype, "kNewListener")!;
const REMOVE_LISTENER = symbolOf(EventTarget.prototype, "kRemoveListener")!;
const CLOSED = symbolOf(globalThis.MessagePort?.prototype, "handle_onclose")!;
/** Node's own dispatch: a value for `on`, of which `addEventListener` gets a `MessageEvent`. */
export const DISPATCH: unique symbol = Symbol.for("nodejs.internal.kHybridDispatch") as never;
/** Where Node keeps the transferred ports for the event while it tells a message. */
export const RECEIVING: unique symbol = Symbol.for("nodejs.internal.kCurrentlyReceivingPorts") as never;
/** Where a port keeps what heddle knows of it. (A `WeakMap` costs each collection a look at all of its keys.) */
const WATCH = Symbol("heddle.port");

function symbolOf(holder: object | undefined, description: string): symbol | undefined {
  return holder && Object.getOwnPropertySymbols(holder).find((symbol) => symbol.description === description);
}

const prototype = (globalThis.MessagePort?.prototype ?? {}) as unknown as Record<string | symbol, AnyFunction>;
const { postMessage, start, close, ref, unref } = prototype;
const dispatch = prototype[DISPATCH];
const announceClosed = prototype[CLOSED];
const { [NEW_LISTENER]: newListener, [REMOVE_LISTENER]: removeListener } = EventTarget.prototype as unknown as Record<symbol, AnyFunction>;
const receive = (nodeProcess.getBuiltinModule?.("node:worker_threads") as { receiveMessageOnPort?: AnyFunction } | undefined)?.receiveMessageOnPort;

/** The functions of real ports, as they were before anything was patched. */
export const real = {
  post: (port: RealPort, values: readonly unknown[]): unknown => postMessage!.apply(port, values.map((value, index) => (index === 0 ? withoutStandIns(value) : value))),
  start: (port: RealPort): unknown => start!.call(port),
  close: (port: RealPort, values: readonly unknown[] = []): unknown => close!.apply(port, values as unknown[]),
  ref: (port: RealPort): unknown => ref!.call(port),
  unref: (port: RealPort): unknown => unref!.call(port),
  receive: (port: unknown): { readonly message: unknown } | undefined => receive!.call(undefined, port) as never,
  /** Tells listeners of a message, as Node does. */
  dispatch(port: RealPort, value: unknown, type: string, event: unknown, ports: unknown): unknown {
    if (ports === undefined) return dispatch!.call(port, value, type, event);
    port[RECEIVING] = ports;
    try {
      return dispatch!.call(port, value, type, event);
    } finally {
      port[RECEIVING] = undefined;
    }
  },
  /** Tells listeners that the port is closed, as Node does. */
  tellClosed: (port: RealPort): unknown => announceClosed!.call(port),
};

/** Whether this runtime's ports can be controlled. */
export const hasRealPorts: boolean =
  [newListener, removeListener, announceClosed, dispatch, receive].every((part) => typeof part === "function") && keepsListenersApart();

/** Whether a port has the two functions of its own that start and stop it. */
function keepsListenersApart(): boolean {
  const { port1 } = new natives.MessageChannel();
  port1.close();
  return [NEW_LISTENER, REMOVE_LISTENER].every((key) => Object.hasOwn(port1, key));
}

/** Hears of the listeners of a port. */
export interface ListenerWatch {
  /** The first listener for `message` has come. */
  starts(): void;
  /** The last listener for `message` has gone. */
  stops(): void;
}

function watchedNewListener(this: RealPort, ...values: unknown[]): unknown {
  if (values[1] === "message" && values[0] === 1) (this[WATCH] as ListenerWatch).starts();
  return newListener!.apply(this, values);
}

function watchedRemoveListener(this: RealPort, ...values: unknown[]): unknown {
  if (values[1] === "message" && values[0] === 0) (this[WATCH] as ListenerWatch).stops();
  return removeListener!.apply(this, values);
}

/**
 * From here on listeners do not start the port: the watch is told.
 * @returns what stops the port natively, for `stopNatively`.
 */
export function watchListeners(port: RealPort, watch: ListenerWatch): AnyFunction {
  const stop = port[REMOVE_LISTENER] as AnyFunction;
  port[WATCH] = watch;
  port[NEW_LISTENER] = watchedNewListener;
  port[REMOVE_LISTENER] = watchedRemoveListener;
  return stop;
}

export function stopNatively(port: RealPort, stop: AnyFunction): void {
  stop.call(port, 0, "message");
}

/** What a port was given by `watchListeners`, or what stands for one by `standFor`. */
export function watchOf(port: unknown): ListenerWatch | undefined {
  if (typeof port !== "object" || port === null) return undefined;
  return (port as RealPort)[WATCH] as ListenerWatch | undefined;
}

/** An object that has a port behind it, which code does not see. */
export function standFor(object: object, watch: ListenerWatch): void {
  (object as RealPort)[WATCH] = watch;
}

/** Ports that Node has made and that nobody has asked for yet: the transferred ports of the message being received. */
let collected: RealPort[] | undefined;

/** Does what may make ports, and gives those that it has made, in the order of the transfer list. */
export function collecting<Result>(action: () => Result, made: RealPort[]): Result {
  const before = collected;
  collected = made;
  try {
    return action();
  } finally {
    collected = before;
  }
}

/** Node has made a port: whether somebody collects them. */
export function collect(port: RealPort): boolean {
  collected?.push(port);
  return collected !== undefined;
}

export interface TakenMessage {
  readonly type: string;
  readonly data: unknown;
  /** The ports that came with it. */
  readonly made: RealPort[];
}

/** Takes a message out of the runtime's queue. One that cannot be read is a `messageerror`. */
export function takeMessage(port: RealPort): TakenMessage | undefined {
  const made: RealPort[] = [];
  try {
    const received = collecting(() => real.receive(port), made);
    return received && { type: "message", data: received.message, made };
  } catch (error) {
    return { type: "messageerror", data: error, made };
  }
}
