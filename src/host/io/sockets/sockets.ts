import { activity } from "../../activity.ts";
import { control } from "../../control.ts";
import { Deliveries } from "../../outside/deliveries.ts";
import { natives } from "../../natives.ts";
import { uncontrolled } from "../../outside/outside-event.ts";
import { currentFaults } from "../operation-faults.ts";
import { noteReach } from "../../outside/under-way.ts";
import type { Patches } from "../../patches.ts";
import { nameOfData, noteRequest, requestIn } from "./http-names.ts";
import { forgetTimeout, refreshing, refreshTimeout, settingTimeout } from "./socket-timeouts.ts";
import { resetsOf } from "./socket-faults.ts";
import { addEnd, addListener, hasForeignTraffic, numberOf, resetTraffic, type End, type Endpoint, type Listener } from "./traffic.ts";

/*
 * Sockets and servers of `node:net`, and so of all that stands on them (http, WebSockets, database drivers). They work
 * natively; but what the machine has to tell the body of them (a connection, a chunk, an end, a close, that something
 * is written) is an event, in order for each socket and in any order between them.
 *
 * It is caught where the runtime hands it over to JavaScript that can be replaced: `push` and the callbacks of `_write`
 * are the documented interface of those who implement streams, the rest is emitted.
 */

type AnyFunction = (this: unknown, ...values: unknown[]) => unknown;

interface NetSocket extends Endpoint {
  isPaused(): boolean;
  destroy(): unknown;
  read(size: number): unknown;
  _read(size: number): void;
  readonly _readableState?: { readonly reading?: boolean };
}

/** What the runtime tells by emitting it. Everything else that is emitted is between its own parts. */
const TOLD: ReadonlySet<unknown> = new Set([
  "connection", "connect", "ready", "secureConnection", "secureConnect", "data", "end", "finish", "drain", "timeout", "error", "close", "listening",
]);

/** In the verdict. */
const NAME = "events of sockets";

const owned = new WeakMap<object, Deliveries>();
const ends = new WeakMap<object, End>();
/** Of the execution that runs now. */
const open = new Map<object, Deliveries>();

/**
 * At the end of an execution. A body that is over may have left a socket for others, a pool's for instance. But where
 * the execution ended in the midst of its body, everything stops: nothing of it may reach into the next one.
 */
export function endSockets(isFinished: boolean): void {
  if (hasForeignTraffic()) uncontrolled.add(NAME);
  if (open.size === 0) return resetTraffic();
  for (const [holder, deliveries] of open) {
    if (isFinished) deliveries.flush();
    else abandon(holder, deliveries);
  }
  open.clear();
  resetTraffic();
}

function abandon(holder: object, deliveries: Deliveries): void {
  const { destroy, close } = holder as { destroy?: () => void; close?: () => void };
  deliveries.abandon();
  if (typeof destroy === "function") destroy.call(holder);
  else if ((holder as Listener).listening) close?.call(holder);
}

/** From here on what it tells is an event. */
export function own(holder: object, above: Function): Deliveries {
  const deliveries = new Deliveries(above);
  owned.set(holder, deliveries);
  open.set(holder, deliveries);
  return deliveries;
}

function ownSocket(socket: NetSocket, above: Function): Deliveries {
  ends.set(socket, addEnd(socket));
  const deliveries = own(socket, above);
  const faults = currentFaults();
  if (faults !== undefined) deliveries.faults = resetsOf(socket, deliveries, faults);
  return deliveries;
}

/** What the machine tells the body: an event. What it tells an execution that is over is nobody's. */
export function tell(holder: object, native: () => unknown, event: (deliveries: Deliveries) => unknown, ignored: unknown): unknown {
  const deliveries = control.inside ? undefined : owned.get(holder);
  if (deliveries === undefined) return native();
  if (deliveries.isAbandoned) return ignored;
  return deliveries.isDue ? event(deliveries) : control.asNobody(native);
}

function listening(native: AnyFunction): AnyFunction {
  return function listen(this: unknown, ...values: unknown[]): unknown {
    if (control.inside || control.waiting) noteReach("sockets", control.inside ? undefined : NAME);
    if (control.inside) {
      own(this as object, listen);
      addListener(this as Listener);
    }
    return native.apply(this, values);
  };
}

function connecting(native: AnyFunction): AnyFunction {
  return function connect(this: unknown, ...values: unknown[]): unknown {
    activity.io += 1;
    if (control.inside || control.waiting) noteReach("sockets", control.inside ? undefined : NAME);
    if (control.inside) ownSocket(this as NetSocket, connect);
    // The runtime's own: a request made for the body. What it has on its way counts.
    else if (control.execution !== undefined) ends.set(this as object, addEnd(this as NetSocket));
    if (control.execution !== undefined) ends.get(this as object)?.looksUp();
    return native.apply(this, values);
  };
}

function emitting(native: AnyFunction): AnyFunction {
  return function emit(this: unknown, ...values: unknown[]): unknown {
    const holder = this as object;
    if (control.execution !== undefined) noteTraffic(holder, values);
    if (values[0] === "close") forgetTimeout(holder);
    const emitNow = (): unknown => native.apply(this, values);
    if (!TOLD.has(values[0])) return emitNow();
    const later = (deliveries: Deliveries): boolean => {
      if (values[0] === "connection") accept(deliveries, holder as Listener, values[1] as NetSocket, emitNow);
      else if (values[0] === "connect") connected(deliveries, holder as NetSocket, emitNow);
      else deliveries.deliver(String(values[0]), emitNow);
      return true;
    };
    return tell(holder, emitNow, later, false);
  };
}

function noteTraffic(holder: object, [name, address]: readonly unknown[]): void {
  if (name === "connectionAttempt") ends.get(holder)?.attempts(String(address));
  else if (name === "connect") ends.get(holder)?.connected();
}

/** A connection that a server has accepted. Nothing is heard of it before the server has been told. */
function accept(server: Deliveries, listener: Listener, socket: NetSocket, emitNow: () => void): void {
  const deliveries = ownSocket(socket, accept);
  const end = ends.get(socket);
  end?.connected();
  if (end !== undefined) end.server = `server ${numberOf(listener)}`;
  deliveries.hold();
  // Or an HTTP server would have its parser read the socket natively.
  if (socket._handle !== null && socket._handle !== undefined) socket._handle._consumed = true;
  stopReading(socket);
  server.deliver("connection", () => {
    deliveries.release();
    // Closed before it was told, it has never accepted it.
    if (!listener.listening) return void socket.destroy();
    emitNow();
    startReading(socket);
  });
}

function connected(deliveries: Deliveries, socket: NetSocket, emitNow: () => void): void {
  // The runtime begins to read behind this.
  natives.queueMicrotask.call(globalThis, () => stopReading(socket));
  deliveries.deliver("connect", () => {
    emitNow();
    startReading(socket);
  });
}

/** Who hears of a connection may hand it over to native code (HTTP/2 does): what has been read by then would be lost. */
function stopReading({ _handle: handle }: NetSocket): void {
  if (handle?.reading !== true) return;
  handle.reading = false;
  handle.readStop?.();
}

/**
 * A socket that is paused reads nothing, unless the stream had asked for a chunk before it was: one with a listener of
 * `readable` (async iteration, undici) counts as paused, and asks only once.
 */
function startReading(socket: NetSocket): void {
  const isWanted = !socket.isPaused() || socket._readableState?.reading === true;
  if (!socket.destroyed && isWanted && socket._handle?.reading === false) socket._read(0);
}

/** No more is read of a socket before what was read has been delivered. */
function pushing(native: AnyFunction): AnyFunction {
  return function push(this: unknown, ...values: unknown[]): unknown {
    const socket = this as NetSocket;
    const isEnd = values[0] === null;
    const pushNow = (): unknown => native.apply(this, values);
    const end = ends.get(socket);
    if (isEnd && end !== undefined) end.isEnded = true;
    else if (!control.inside) end?.heard((values[0] as Uint8Array).byteLength);
    const deliverIt = (): void => {
      if (socket.destroyed) return;
      refreshTimeout(socket);
      if (end?.server !== undefined && control.goesByFootprints) noteRequest(end.server, requestIn(values[0]));
      const wantsMore = pushNow() === true;
      if (isEnd) socket.read(0);
      else if (wantsMore && !socket.destroyed) socket._read(0);
    };
    const later = (deliveries: Deliveries): boolean => {
      deliveries.deliver(isEnd ? "end" : control.recorder === undefined ? "data" : nameOfData(socket, values[0]), deliverIt);
      return false;
    };
    return tell(socket, pushNow, later, false);
  };
}

/** `_write` and its like: the last they are called with is a callback. Who writes to a socket of others makes it its own. */
function writing(native: AnyFunction): AnyFunction {
  return function write(this: unknown, ...values: unknown[]): unknown {
    const socket = this as NetSocket;
    const callback = values.at(-1);
    if (typeof callback !== "function") return native.apply(this, values);
    if (control.inside && owned.get(socket)?.isOfNow !== true) adopt(socket, write);
    const written = (...results: unknown[]): unknown => {
      const call = (): unknown => callback.apply(this, results) as unknown;
      return tell(socket, call, (deliveries) => deliveries.deliver("written", call), undefined);
    };
    return native.apply(this, [...values.slice(0, -1), written]);
  };
}

function adopt(socket: NetSocket, above: Function): void {
  noteReach("sockets");
  ownSocket(socket, above);
  ends.get(socket)?.connected();
}

interface Net {
  readonly Server?: { readonly prototype: object };
  readonly Socket?: { readonly prototype: object };
}

/** @param net - the module `node:net`, where there is one. */
export function installSockets(patches: Patches, net: object | undefined): void {
  const { Server: server, Socket: socket } = (net ?? {}) as Net;
  if (server === undefined || socket === undefined) return;
  replace(patches, server.prototype, "listen", listening);
  replace(patches, socket.prototype, "connect", connecting);
  replace(patches, server.prototype, "emit", emitting);
  replace(patches, socket.prototype, "emit", emitting);
  replace(patches, socket.prototype, "push", pushing);
  replace(patches, socket.prototype, "setTimeout", settingTimeout);
  replace(patches, socket.prototype, "_unrefTimer", refreshing);
  for (const key of ["_write", "_writev", "_final"]) replace(patches, socket.prototype, key, writing);
}

function replace(patches: Patches, prototype: object, key: string, make: (native: AnyFunction) => AnyFunction): void {
  const native: unknown = (prototype as Record<string, unknown>)[key];
  if (typeof native === "function") patches.shadow(prototype, key, make(native as AnyFunction));
}
