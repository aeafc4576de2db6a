import { control } from "../control.ts";
import { natives } from "../natives.ts";
import type { Patches } from "../patches.ts";
import { installLookAlikes } from "./look-alikes.ts";
import { Port, portOf } from "./port.ts";
import { transferred } from "./transfer.ts";
import { collect, collecting, DISPATCH, hasRealPorts, real, RECEIVING, type RealPort } from "./real-ports.ts";

/*
 * Message ports and broadcast channels. They are real ones: what is caught is what is posted to them, who listens, and
 * what they tell.
 */

type AnyFunction = (this: unknown, ...values: unknown[]) => unknown;
type Channel = { readonly port1: RealPort; readonly port2: RealPort };

const groups = new Map<string, Set<Port>>();

const MessageChannel = new Proxy(natives.MessageChannel, {
  construct(target, values, newTarget) {
    const channel = Reflect.construct(target, values, newTarget) as Channel;
    Port.pair(channel.port1, channel.port2);
    return channel;
  },
});

const BroadcastChannel = new Proxy(natives.BroadcastChannel, {
  construct(target, values, newTarget) {
    const made: RealPort[] = [];
    const channel = collecting(() => Reflect.construct(target, values, newTarget) as BroadcastChannel, made);
    const [handle] = made;
    if (handle === undefined) return channel;
    const group = groups.get(channel.name) ?? new Set();
    groups.set(channel.name, group);
    Port.member(handle, group, channel);
    return channel;
  },
});

/** What is known of a port, if it has not gone on as another object. */
function liveOf(port: RealPort): Port | undefined {
  const known = portOf(port);
  return known?.real === port && !known.isAway ? known : undefined;
}

function postMessage(this: RealPort, ...values: unknown[]): unknown {
  const port = liveOf(this);
  if (port === undefined) return real.post(this, values);
  return port.post(values, transferred(values[1]), postMessage);
}

function start(this: RealPort): unknown {
  const port = liveOf(this);
  return port === undefined ? real.start(this) : port.start(start);
}

function close(this: RealPort, ...values: unknown[]): unknown {
  const port = liveOf(this);
  return port === undefined ? real.close(this, values) : port.close(values, close);
}

/** Node calls this for each port that it makes, before anything else. */
function unref(this: RealPort): unknown {
  if (portOf(this) === undefined && !collect(this) && control.waiting) {
    // It came with a message of a worker. Its own properties are not there yet.
    natives.queueMicrotask.call(globalThis, () => Port.stranger(this));
  }
  return real.unref(this);
}

function hybridDispatch(this: RealPort, value: unknown, type: string, event: unknown): unknown {
  const port = control.inside ? undefined : portOf(this);
  const ports = this[RECEIVING];
  if (port === undefined) return real.dispatch(this, value, type, event, ports);
  return port.tellNatively(value, type, event, ports);
}

function receiveMessageOnPort(value: unknown): unknown {
  const port = portOf(value);
  return port === undefined ? real.receive(value) : port.receive(value, receiveMessageOnPort);
}

function cloning(native: AnyFunction): AnyFunction {
  return function structuredClone(this: unknown, ...values: unknown[]): unknown {
    const ports = transferred(values[1]);
    if (ports === undefined) return native.apply(this, values);
    const made: RealPort[] = [];
    const clone = collecting(() => native.apply(this, values), made);
    Port.arrive(ports, made);
    return clone;
  };
}

/**
 * @param patches - takes the constructors.
 * @param wrappable - takes what packages may wrap in turn.
 */
export function installMessages(patches: Patches, wrappable: Patches, workerThreads: Record<string, unknown> | undefined): void {
  if (!hasRealPorts || workerThreads === undefined) {
    installLookAlikes(patches, workerThreads);
    return;
  }
  for (const holder of [globalThis, workerThreads]) {
    patches.value(holder, "MessageChannel", MessageChannel);
    patches.value(holder, "BroadcastChannel", BroadcastChannel);
  }
  const prototype = globalThis.MessagePort.prototype;
  wrappable.method(prototype, "postMessage", postMessage);
  wrappable.method(prototype, "start", start);
  wrappable.method(prototype, "close", close);
  wrappable.method(prototype, "unref", unref);
  wrappable.shadow(prototype, DISPATCH, hybridDispatch);
  wrappable.method(workerThreads, "receiveMessageOnPort", receiveMessageOnPort);
  wrappable.method(globalThis, "structuredClone", cloning(globalThis.structuredClone as AnyFunction));
}
