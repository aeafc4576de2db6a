import { emptyList } from "../../engine/lists.ts";
import { takeMessage, type RealPort, type TakenMessage } from "./real-ports.ts";

/** A message, and the ports that were transferred with it. */
interface TakenMail<Port> {
  readonly message: TakenMessage;
  readonly ports: readonly Port[] | undefined;
}

/** What was posted to a port and not told yet, as far as it comes from this thread. */
export class Mailbox<Port> {
  /** Invariant: one for each message in the runtime's queue, the ports that were transferred with it. */
  readonly cloned: (readonly Port[] | undefined)[] = emptyList();
  /**
   * Messages that are not in the runtime's queue, as they need not be cloned.
   * Invariant: empty if the other list is not, and empty if any other thread may hear of it.
   */
  readonly plain: unknown[] = emptyList();

  /** Messages that were taken out of the runtime's queue before the port was closed: they are told all the same. */
  readonly taken: TakenMail<Port>[] = emptyList();

  get isEmpty(): boolean {
    return this.plain.length === 0 && this.cloned.length === 0 && this.taken.length === 0;
  }

  /** Whether a message need not go through the runtime's queue. */
  takes(values: readonly unknown[]): boolean {
    if (values.length !== 1 || this.cloned.length > 0) return false;
    const type = typeof values[0];
    return type === "number" || type === "string" || type === "boolean" || type === "undefined" || values[0] === null;
  }

  /** Puts all into the runtime's queue, for others than the scheduler to read. */
  flush(post: (value: unknown) => void): void {
    for (const value of this.plain) {
      post(value);
      this.cloned.push(undefined);
    }
    this.plain.length = 0;
  }

  /** Takes all out of the runtime's queue, as the port is about to be closed. */
  unflush(port: RealPort): void {
    for (const ports of this.cloned) {
      const message = takeMessage(port);
      if (message !== undefined) this.taken.push({ message, ports });
    }
    this.cloned.length = 0;
  }

  /** Forgets all. Returns the ports that were transferred with it. */
  lose(): Port[] {
    const ports = this.cloned.flatMap((transferred) => transferred ?? []);
    this.clear();
    return ports;
  }

  /** Forgets all, in the runtime's queue as well. */
  empty(port: RealPort): void {
    this.unflush(port);
    this.clear();
  }

  clear(): void {
    this.cloned.length = 0;
    this.plain.length = 0;
    this.taken.length = 0;
  }
}
