/*
 * What is on its way between two sockets of this process. The event loop shows none of it while the kernel has it, and
 * a busy kernel may have it for a while: a step after which it was taken for quiet too soon would not replay. So both
 * ends are compared.
 */

/** What is asked of a socket. The last three are the runtime's own, but for many versions. */
export interface Endpoint {
  readonly destroyed: boolean;
  readonly bytesRead: number;
  readonly localPort?: number;
  readonly remotePort?: number;
  readonly writableFinished: boolean;
  readonly encrypted?: boolean;
  readonly _bytesDispatched?: number;
  readonly _handle?: { reading?: boolean; readStop?: () => void; _consumed?: boolean } | null;
}

export interface Listener {
  readonly listening: boolean;
  address(): unknown;
}

/** This machine, which answers at once. */
const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.)/;

/** One end of a connection, as far as the execution has it. */
export class End {
  private readonly socket: Endpoint;
  /** Told of the end of what the other has to say. */
  isEnded: boolean = false;
  /** Its address is being looked up. */
  private isLookingUp = false;
  /** A connection to this machine was asked for, and there is no answer yet. */
  private isAttempting = false;
  /** What the other end does is not known here. */
  private isElsewhere = false;
  /** The other end is a server's of this execution. */
  private isServed = false;
  private ports: readonly [own: number, other: number] | undefined;
  /** What it seems to have on its way never came. */
  private isDistrusted = false;
  /** The server that has accepted it, by a name that is good for this execution. */
  server: string | undefined;

  /** What JavaScript was given of what the socket has read. */
  private heardBytes: number;

  constructor(socket: Endpoint) {
    this.socket = socket;
    this.heardBytes = socket.bytesRead;
  }

  heard(bytes: number): void {
    this.heardBytes += bytes;
  }

  /** A connection is asked for: its address is looked up at first, by name or not. */
  looksUp(): void {
    this.isLookingUp = true;
  }

  attempts(address: string): void {
    this.isLookingUp = false;
    this.isAttempting = LOOPBACK.test(address);
    this.isElsewhere = !this.isAttempting;
  }

  /** Called once it is connected, and before it is closed: then its ports are gone. */
  connected(): void {
    const { localPort, remotePort, encrypted } = this.socket;
    this.isLookingUp = this.isAttempting = false;
    // What TLS reads and writes is not what goes over the wire, and a pipe has no ports to be known by.
    this.isElsewhere = encrypted === true || localPort === undefined || remotePort === undefined;
    if (this.isElsewhere) return;
    this.ports = [localPort!, remotePort!];
    this.isServed = listensOn(remotePort!);
    ends.set(`${localPort}>${remotePort}`, this);
  }

  distrust(): void {
    this.isDistrusted = true;
  }

  /** Whether something that this one has sent or asked for has not arrived yet. */
  isAwaited(): boolean {
    if (this.isDistrusted) return false;
    if (this.isLookingUp || this.isAttempting) return !this.socket.destroyed;
    if (this.ports === undefined) return false;
    const { peer } = this;
    if (peer === undefined) return !this.socket.destroyed && listensOn(this.ports[1]);
    return peer.hears && !peer.isEnded && (this.hasEnded || (this.socket._bytesDispatched ?? 0) > peer.socket.bytesRead);
  }

  /** Whether somebody has part in it whom the execution does not control. */
  get isForeign(): boolean {
    // Read by native code, as HTTP/2 does, it says what it has to say when it likes.
    if (this.isElsewhere || this.isDistrusted || this.socket.bytesRead > this.heardBytes) return true;
    return this.ports !== undefined && !this.isServed && this.peer === undefined;
  }

  private get peer(): End | undefined {
    return this.ports && ends.get(`${this.ports[1]}>${this.ports[0]}`);
  }

  private get hears(): boolean {
    return this.socket._handle?.reading === true;
  }

  private get hasEnded(): boolean {
    return this.socket.destroyed || this.socket.writableFinished;
  }
}

const ends = new Map<string, End>();
const all = new Set<End>();
const listeners = new Set<Listener>();

/** Clearing a collection makes a new table, even of an empty one: too dear for executions without any socket. */
export function resetTraffic(): void {
  if (ends.size > 0) ends.clear();
  if (all.size > 0) all.clear();
  if (listeners.size > 0) listeners.clear();
}

export function addEnd(socket: Endpoint): End {
  const end = new End(socket);
  all.add(end);
  return end;
}

export function addListener(listener: Listener): void {
  listeners.add(listener);
}

/** Which of the execution's servers it is. */
export function numberOf(listener: Listener): number {
  return [...listeners].indexOf(listener) + 1;
}

/** Whether the body serves anything. */
export function hasListeners(): boolean {
  for (const listener of listeners) if (listener.listening) return true;
  return false;
}

function listensOn(port: number): boolean {
  for (const listener of listeners) {
    const address = listener.listening ? listener.address() : null;
    if (typeof address === "object" && address !== null && (address as { port?: unknown }).port === port) return true;
  }
  return false;
}

/** How many sockets and servers the execution has. */
export function countOwnSockets(): number {
  return all.size + listeners.size;
}

/** Whether anything is on its way. */
export function isTraffic(): boolean {
  for (const end of all) if (end.isAwaited()) return true;
  return false;
}

/** Whether what comes over sockets may come from anywhere else than from the execution itself. */
export function hasForeignTraffic(): boolean {
  if (all.size === 0) return false;
  for (const end of all) if (end.isForeign) return true;
  return false;
}

/** It was waited for long enough: from now on it is not. */
export function giveUpTraffic(): void {
  for (const end of all) if (end.isAwaited()) end.distrust();
}
