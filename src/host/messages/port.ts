import type { Execution } from "../../engine/execution.ts";
import { EVERYTHING } from "../../engine/provenance.ts";
import { captureContext, type AsyncContext } from "../context.ts";
import { control } from "../control.ts";
import { isCalledByLoader } from "../stack.ts";
import { noteAnswered, noteAsked, noteReach } from "../outside/under-way.ts";
import { own, tell as tellOf } from "../io/sockets/sockets.ts";
import { agedPorts, touchedPorts, type LeftPort } from "./generations.ts";
import { Mailbox } from "./mailbox.ts";
import { PortEvent } from "./port-event.ts";
import { collecting, real, standFor, stopNatively, takeMessage, watchListeners, watchOf, type ListenerWatch, type RealPort, type TakenMessage } from "./real-ports.ts";

/** The ports that were transferred with a message; for most there are none. */
type Transferred = readonly Port[] | undefined;

/**
 * What heddle knows of a real port. Its messages stay in the runtime's own queue until the scheduler picks their
 * delivery: natively the port is stopped meanwhile. So a port that is transferred takes them along.
 */
export class Port implements LeftPort, ListenerWatch {
  real: RealPort;
  /** The other end of a channel, where it is in this thread. */
  private peer: Port | undefined = undefined;
  /** The members of a broadcast channel, itself included. */
  private group: Set<Port> | undefined = undefined;
  /** In another thread is who hears it, and whom it hears. Messages then come when the machine brings them. */
  private isRemote: boolean;
  /** The worker to which the other end was handed. */
  private worker: object | undefined = undefined;
  private readonly mail: Mailbox<Port> = new Mailbox();
  private execution: Execution | undefined;
  private readonly isPassing: boolean;
  context: AsyncContext;
  private event: PortEvent<Port> | undefined = undefined;
  /** It was transferred and has not arrived. WARNING: Node ends the process where a transferred port is read. */
  isAway: boolean = false;
  /** What other threads tell a broadcast channel. */
  private foreign: ReturnType<typeof own> | undefined = undefined;
  private isTelling = false;
  private isListening = false;
  private isStartedNatively = false;
  private isClosed = false;
  /** It is closed, or will be once it has told what is in its queue. */
  private isEnding = false;
  /** That it is closed is told by heddle, or by nobody. */
  private isTold = false;
  /** Several executions have used it: it belongs to a module. */
  private isKept = false;
  private stop: (this: unknown, ...values: unknown[]) => unknown;

  private constructor(port: RealPort, isRemote: boolean, context: AsyncContext) {
    this.real = port;
    this.isRemote = isRemote;
    this.context = context;
    this.stop = watchListeners(port, this);
    this.execution = control.inside ? control.execution : undefined;
    this.isPassing = this.execution !== undefined;
    if (this.isPassing) touchedPorts.push(this);
  }

  /** The two ends of a channel. */
  static pair(one: RealPort, other: RealPort): void {
    const context = captureContext("heddle.port");
    const first = new Port(one, false, context);
    const second = new Port(other, false, context);
    first.peer = second;
    second.peer = first;
  }

  /** A member of a broadcast channel, which listens from the start. The object that code has stands for it. */
  static member(port: RealPort, group: Set<Port>, channel: object): void {
    const member = new Port(port, false, captureContext("heddle.port"));
    standFor(channel, member);
    member.group = group.add(member);
    member.isListening = true;
    member.isStartedNatively = true;
    if (member.isManaged) member.stopsNatively();
  }

  /** A port that came from another thread. */
  static stranger(port: RealPort): void {
    if (portOf(port) === undefined) void new Port(port, true, captureContext("heddle.port"));
  }

  /** Whether its messages are events of the execution that runs. */
  private get isManaged(): boolean {
    const { execution } = this;
    return execution !== undefined && execution === control.execution && !execution.over;
  }

  get isOnlyLocal(): boolean {
    return !this.isRemote && !this.isClosed && this.isManaged && this.real.hasRef() === true;
  }

  /** The body does something to it. From then on it is the execution's. */
  use(above: Function): void {
    if (!control.inside) return;
    control.execution!.tracer?.touch(EVERYTHING, true);
    if (this.isManaged) return;
    this.execution = control.execution;
    touchedPorts.push(this);
    this.isKept = true;
    agedPorts.delete(this);
    if (this.isRemote) return void own(this.real, above);
    this.stopsNatively();
    this.announce(above);
    this.peer?.use(above);
    if (this.group !== undefined) for (const member of this.group) member.use(above);
  }

  starts(): void {
    real.ref(this.real);
    this.start(this.starts);
  }

  start(above: Function): void {
    this.use(above);
    this.isListening = true;
    if (this.isManaged && !this.isRemote) this.announce(above);
    else this.startsNatively();
  }

  stops(): void {
    this.use(this.stops);
    real.unref(this.real);
    this.isListening = false;
    if (this.isStartedNatively) this.stopsNatively();
    this.withdraw();
    this.announce(this.stops);
  }

  private startsNatively(): void {
    this.isStartedNatively = true;
    real.start(this.real);
  }

  private stopsNatively(): void {
    if (!this.isStartedNatively) return;
    this.isStartedNatively = false;
    const isAlive = this.real.hasRef();
    stopNatively(this.real, this.stop);
    if (isAlive && this.isListening) real.ref(this.real);
  }

  /** One event at a time for each port: the next is announced when this one is delivered. */
  private announce(above: Function): void {
    if (this.event !== undefined || this.isRemote || this.isAway || !this.isManaged) return;
    const execution = this.execution!;
    const hasMail = !this.mail.isEmpty;
    if (hasMail && this.isListening) {
      this.event = new PortEvent<Port>(this, execution, this.deliver, above);
    } else if (this.isEnding && !this.isTold && (this.isClosed || !hasMail)) {
      this.event = new PortEvent<Port>(this, execution, this.tellClosed, above);
      this.event.label = "close";
    }
    if (this.event !== undefined) execution.readyCompletion(this.event);
  }

  /** What was announced no longer holds. */
  private withdraw(): void {
    if (this.event !== undefined && this.isManaged) this.execution!.cancel(this.event);
    this.event = undefined;
  }

  private deliver(): void {
    this.event = undefined;
    if (this.mail.plain.length > 0) return this.tell(this.mail.plain.shift(), "message", undefined);
    const kept = this.mail.taken.shift();
    if (kept !== undefined) return this.tellTaken(kept.message, kept.ports);
    const taken = takeMessage(this.real);
    if (taken === undefined) this.mail.cloned.length = 0;
    if (taken === undefined || this.mail.cloned.length === 0) return this.announce(this.deliver);
    this.tellTaken(taken, this.mail.cloned.shift());
  }

  private tellTaken({ type, data, made }: TakenMessage, ports: Transferred): void {
    Port.arrive(ports, made);
    this.tell(data, type, made.length > 0 ? made : undefined);
  }

  private tell(data: unknown, type: string, ports: unknown): void {
    this.announce(this.deliver);
    this.isTelling = true;
    real.dispatch(this.real, data, type, undefined, ports);
    this.isTelling = false;
  }

  /** A broadcast channel hears other threads too. As it is stopped natively, what they post is found in its queue. */
  poll(): void {
    if (this.group === undefined || !this.isManaged || this.isClosed || !this.isListening || !this.mail.isEmpty) return;
    const taken = takeMessage(this.real);
    if (taken === undefined) return;
    if (this.foreign?.isOfNow !== true) this.foreign = own(this.real, this.poll);
    this.foreign.deliver(taken.type, () => {
      if (!this.isClosed) real.dispatch(this.real, taken.data, taken.type, undefined, undefined);
    });
  }

  private tellClosed(): void {
    this.event = undefined;
    this.isTold = true;
    if (!this.isClosed) this.closeNatively([]);
    this.peer?.ends(this.tellClosed);
    real.tellClosed(this.real);
  }

  /** The other end is closed: so will this one be, behind the messages that are still to be told. */
  private ends(above: Function): void {
    if (this.isEnding) return;
    this.isEnding = true;
    this.announce(above);
  }

  close(values: readonly unknown[], above: Function): unknown {
    this.use(above);
    if (this.group !== undefined) this.leaveGroup(this.group);
    if (this.isClosed || this.isRemote || !this.isManaged) {
      this.isClosed ||= !this.isRemote;
      return real.close(this.real, values);
    }
    this.withdraw();
    const result = this.closeNatively(values);
    this.isEnding = true;
    this.announce(above);
    return result;
  }

  private closeNatively(values: readonly unknown[]): unknown {
    this.peer?.flush();
    this.isClosed = true;
    // Node goes on with what is in the queue where the port is closed by the handler of a message.
    if (this.isTelling) this.mail.unflush(this.real);
    else for (const port of this.mail.lose()) port.isLost(this.close);
    return real.close(this.real, values);
  }

  /** Members of a broadcast channel come and go without the others' being told. */
  private leaveGroup(group: Set<Port>): void {
    group.delete(this);
    this.group = undefined;
    this.isTold = true;
  }

  post(values: readonly unknown[], ports: Transferred, above: Function): unknown {
    this.use(above);
    const { peer } = this;
    if (peer !== undefined && peer.isManaged && peer.mail.takes(values)) {
      if (this.isClosed || peer.isClosed) return undefined;
      peer.mail.plain.push(values[0]);
      peer.announce(above);
      return undefined;
    }
    peer?.flush();
    const result = real.post(this.real, values);
    if (ports !== undefined) for (const port of ports) port.depart();
    if (this.isRemote) {
      if ((control.inside || control.waiting) && !isCalledByLoader(above)) noteReach("beside", "messages of workers");
      if (control.inside) noteAsked(this.worker ?? this.real);
      Port.handOver(ports, this.worker);
      return result;
    }
    const isDoomed = ports !== undefined && (ports.includes(this) || (peer !== undefined && ports.includes(peer)));
    const isHeard = !this.isClosed && (this.group === undefined ? peer?.hear(ports, above) : this.spread(ports, above));
    if (ports !== undefined && (isDoomed || isHeard !== true)) for (const port of ports) port.isLost(above);
    return result;
  }

  /** Puts all into the runtime's queue, for others than the scheduler to read. */
  private flush(): void {
    if (this.mail.plain.length > 0) this.mail.flush((value) => real.post(this.peer!.real, [value]));
  }

  /** Something has been posted to it. False if it is closed. */
  private hear(ports: Transferred, above: Function): boolean {
    if (this.isClosed) return false;
    this.mail.cloned.push(ports);
    if (this.isManaged) this.announce(above);
    else if (this.isListening && !this.isStartedNatively) this.startsNatively();
    return true;
  }

  private spread(ports: Transferred, above: Function): boolean {
    let isHeard = false;
    for (const member of this.group!) if (member !== this && member.hear(ports, above)) isHeard = true;
    return isHeard;
  }

  /** Called before it is transferred: its messages go with it, and those for the other end stay with that one. */
  prepare(): void {
    this.flush();
    this.peer?.flush();
  }

  /** It has been transferred. */
  depart(): void {
    this.withdraw();
    this.isAway = true;
  }

  /** It was transferred to where nobody receives it. */
  private isLost(above: Function): void {
    this.isClosed = true;
    this.isTold = true;
    this.peer?.ends(above);
  }

  /** Received by a call, without waiting for the scheduler. */
  receive(value: unknown, above: Function): unknown {
    this.use(above);
    if (this.isAway) return undefined;
    if (this.mail.plain.length > 0) {
      const message = this.mail.plain.shift();
      if (this.mail.plain.length === 0) this.withdraw();
      this.announce(above);
      return { message };
    }
    const made: RealPort[] = [];
    let isReceived = true;
    try {
      const received = collecting(() => real.receive(value), made);
      isReceived = received !== undefined;
      return received;
    } finally {
      if (isReceived) Port.arrive(this.mail.cloned.shift(), made);
      else this.mail.cloned.length = 0;
      if (this.mail.cloned.length === 0 && !this.isEnding) this.withdraw();
      this.announce(above);
    }
  }

  /** The runtime tells something by itself. */
  tellNatively(value: unknown, type: string, event: unknown, ports: unknown): unknown {
    const tellNow = (): unknown => real.dispatch(this.real, value, type, event, ports);
    if (type === "close") {
      if (this.isTold || (this.isManaged && !this.isRemote)) return undefined;
      this.isTold = true;
      this.isClosed = true;
    } else if (type === "message" || type === "messageerror") {
      Port.arrive(this.mail.cloned.shift(), (ports as RealPort[] | undefined) ?? []);
    } else {
      return tellNow();
    }
    if (!this.isRemote) return control.asNobody(tellNow);
    noteAnswered(this.worker ?? this.real);
    return tellOf(this.real, tellNow, (deliveries) => deliveries.deliver(type, tellNow), undefined);
  }

  /** Ports that were transferred with a message are there again, as other objects. */
  static arrive(ports: Transferred, made: readonly RealPort[]): void {
    if (made.length === 0) return;
    made.forEach((port, index) => {
      const moved = ports?.[index];
      if (moved === undefined) Port.stranger(port);
      else moved.moveTo(port);
    });
  }

  private moveTo(port: RealPort): void {
    this.real = port;
    this.isAway = false;
    this.isListening = false;
    this.isStartedNatively = false;
    this.context = captureContext("heddle.port");
    this.stop = watchListeners(port, this);
    if (this.isManaged) this.announce(this.moveTo);
    else this.use(this.moveTo);
  }

  /** Ports that are in another thread from now on, and the other ends of which hear it. */
  static handOver(ports: Transferred, worker: object | undefined): void {
    if (ports === undefined) return;
    for (const port of ports) {
      port.isClosed = true;
      port.isTold = true;
      port.peer?.becomeRemote(worker);
      for (const carried of port.mail.cloned.splice(0)) Port.handOver(carried, worker);
    }
  }

  private becomeRemote(worker: object | undefined): void {
    if (this.isRemote) return;
    this.use(this.becomeRemote);
    this.withdraw();
    this.isRemote = true;
    this.worker = worker;
    this.peer = undefined;
    if (this.isManaged) own(this.real, this.becomeRemote);
    if (this.isListening) this.startsNatively();
  }

  /** The execution is over. What it has left in the queue is nobody's. */
  leave(isFinished: boolean): void {
    this.withdraw();
    this.execution = undefined;
    if (this.isRemote) {
      if (!isFinished && this.isPassing && !this.isKept) this.end();
      return;
    }
    if (this.isEnding || this.isClosed) this.isTold = true;
    if (this.isClosed || this.isAway) return;
    this.mail.empty(this.real);
    if (this.isPassing && this.real.hasRef()) real.unref(this.real);
    if (this.isPassing && !this.isKept) agedPorts.add(this);
  }

  /** No execution has used it since that in which it was made. */
  end(): void {
    if (this.isClosed) return;
    if (this.group !== undefined) this.leaveGroup(this.group);
    this.isTold = true;
    this.isClosed = true;
    real.close(this.real);
  }
}

export function portOf(port: unknown): Port | undefined {
  return watchOf(port) as Port | undefined;
}
