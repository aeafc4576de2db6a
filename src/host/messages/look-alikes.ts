import { PendingEvent } from "../../engine/event.ts";
import type { Execution } from "../../engine/execution.ts";
import { EVERYTHING } from "../../engine/provenance.ts";
import { captureContext } from "../context.ts";
import { control } from "../control.ts";
import { natives } from "../natives.ts";
import type { Patches } from "../patches.ts";

/*
 * For runtimes whose own ports cannot be controlled (Bun, Deno): ports that behave like theirs, but cannot be transferred.
 */

/** A message that was posted and not yet delivered. Messages to one port keep their order. */
class MessageDelivery extends PendingEvent {
  private readonly context = captureContext("heddle.message");
  private readonly deliver: () => void;

  constructor(deliver: () => void, above: Function) {
    super("message", control.execution!.task);
    this.deliver = deliver;
    this.origin = control.recorder?.origin(above);
  }

  override run(): void {
    this.context.runInAsyncScope(this.deliver);
  }
}

type Listener = (value: unknown) => void;

/** Ports that Node's workers hand out have `on` besides `addEventListener`, with the data itself as argument. */
class NodeStyleTarget extends EventTarget {
  private readonly wrapped = new Map<Listener, EventListener>();

  on(name: string, listener: Listener): this {
    const wrapper: EventListener = (event) => listener(event instanceof MessageEvent ? event.data : event);
    this.wrapped.set(listener, wrapper);
    this.addEventListener(name, wrapper);
    return this;
  }

  once(name: string, listener: Listener): this {
    const wrapper: EventListener = (event) => listener(event instanceof MessageEvent ? event.data : event);
    this.wrapped.set(listener, wrapper);
    this.addEventListener(name, wrapper, { once: true });
    return this;
  }

  off(name: string, listener: Listener): this {
    const wrapper = this.wrapped.get(listener);
    if (wrapper !== undefined) this.removeEventListener(name, wrapper);
    return this;
  }
}

/** A port (or a broadcast channel) of the execution: what is posted arrives when the scheduler picks it. */
class VirtualPort extends NodeStyleTarget {
  private readonly execution: Execution = control.execution!;
  private readonly queue: unknown[] = [];
  private isStarted = false;
  private isClosed = false;
  /** It is closed, or will be once it has told what is in its queue. */
  private isEnding = false;
  private isTold = false;
  private isAnnounced = false;
  private handler: ((event: MessageEvent) => void) | null = null;

  get onmessage(): ((event: MessageEvent) => void) | null {
    return this.handler;
  }

  set onmessage(handler: ((event: MessageEvent) => void) | null) {
    this.handler = handler;
    this.start();
  }

  override on(name: string, listener: Listener): this {
    if (name === "message") this.start();
    return super.on(name, listener);
  }

  override once(name: string, listener: Listener): this {
    if (name === "message") this.start();
    return super.once(name, listener);
  }

  start(): void {
    this.isStarted = true;
    this.execution.tracer?.touch(EVERYTHING, true);
    this.announce(this.start);
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.queue.length = 0;
    this.execution.tracer?.touch(EVERYTHING, true);
    this.end(this.close);
  }

  /** The other end has told that it is closed: this one will, behind its messages. */
  end(above: Function): void {
    this.isEnding = true;
    this.announce(above);
  }

  /** Called when it has told that it is closed. */
  protected closed(): void {
    this.dispatchEvent(new Event("close"));
  }

  hasRef(): boolean {
    return this.isStarted && !this.isClosed;
  }

  receive(data: unknown, above: Function): void {
    this.execution.tracer?.touch(EVERYTHING, true);
    if (this.isClosed) return;
    this.queue.push(data);
    this.announce(above);
  }

  /** One event at a time for each port: the next is announced when this one is delivered. */
  private announce(above: Function): void {
    if (this.isAnnounced || this.execution.over) return;
    const isMessage = this.queue.length > 0;
    if (isMessage ? !this.isStarted : !this.isEnding || this.isTold) return;
    this.isAnnounced = true;
    this.execution.readyCompletion(new MessageDelivery(() => this.deliver(), above));
  }

  private deliver(): void {
    this.isAnnounced = false;
    if (this.queue.length === 0) return this.tellClosed();
    const data = this.queue.shift();
    this.announce(this.deliver);
    const event = new MessageEvent("message", { data });
    this.handler?.call(this, event);
    this.dispatchEvent(event);
  }

  private tellClosed(): void {
    if (!this.isEnding || this.isTold) return;
    this.isClosed = true;
    this.isTold = true;
    this.closed();
  }
}

class ChannelPort extends VirtualPort {
  peer: ChannelPort | undefined = undefined;

  postMessage(value: unknown, transfer?: Transferable[] | StructuredSerializeOptions): void {
    const options = Array.isArray(transfer) ? { transfer } : transfer;
    this.peer?.receive(structuredClone(value, options), this.postMessage);
  }

  protected override closed(): void {
    this.peer?.end(this.close);
    super.closed();
  }
}

const channels = new Map<string, Set<VirtualBroadcastChannel>>();

class VirtualBroadcastChannel extends VirtualPort {
  readonly name: string;

  constructor(name: string) {
    super();
    this.name = name;
    const members = channels.get(name) ?? new Set();
    channels.set(name, members.add(this));
    this.start();
  }

  postMessage(value: unknown): void {
    const data = structuredClone(value);
    for (const member of channels.get(this.name) ?? []) {
      if (member !== this) member.receive(data, this.postMessage);
    }
  }

  override close(): void {
    super.close();
    channels.get(this.name)?.delete(this);
  }
}

function virtualChannel(): { port1: ChannelPort; port2: ChannelPort } {
  const port1 = new ChannelPort();
  const port2 = new ChannelPort();
  port1.peer = port2;
  port2.peer = port1;
  return { port1, port2 };
}

export function resetChannels(): void {
  if (channels.size > 0) channels.clear();
}

/** Constructs the virtual counterpart under control, and the real thing otherwise. */
function constructing(native: object, make: (values: readonly unknown[]) => object): object {
  return new Proxy(native, {
    construct(target, values, newTarget) {
      if (control.inside) return make(values);
      return Reflect.construct(target as Function, values, newTarget) as object;
    },
  });
}

export function installLookAlikes(patches: Patches, workerThreads: Record<string, unknown> | undefined): void {
  const MessageChannel = constructing(natives.MessageChannel, virtualChannel);
  const BroadcastChannel = constructing(natives.BroadcastChannel, ([name]) => new VirtualBroadcastChannel(String(name)));
  for (const holder of [globalThis, workerThreads]) {
    if (holder === undefined) continue;
    patches.value(holder, "MessageChannel", MessageChannel);
    patches.value(holder, "BroadcastChannel", BroadcastChannel);
  }
}
