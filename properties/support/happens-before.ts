/**
 * The rules of Node's event loop, held against the log of a program of `loop-program.ts`. They are written down from
 * what Node documents and knows nothing of heddle: native logs keep them too.
 */
import type { Entry, Operation } from "./loop-program.ts";

type Timer = Operation & { readonly type: "timer" | "interval" };

/** Something that was set and has not run. */
interface Pending {
  readonly id: string;
  readonly operation: Operation;
  /** The step in which it was set: what the event loop runs at one go, with its ticks and microtasks. */
  readonly step: number;
  /** A tick that a microtask has set waits for those that microtasks have set. */
  readonly fromMicrotask: boolean;
  readonly firings: number;
  /** A message that was posted where the event loop tells I/O: whether it is told there too, or next time, is open. */
  isFromPoll: boolean;
}

/** What the rules forbid and the log shows; nothing for a lawful log. */
export function violations(entries: readonly Entry[]): readonly string[] {
  const judge = new Judge();
  for (const entry of entries) judge.hear(entry);
  return [...judge.found, ...judge.leftOver()];
}

function isTimer(operation: Operation): operation is Timer {
  return operation.type === "timer" || operation.type === "interval";
}

/** What is told when a step begins; everything else runs within the step that caused it. */
function beginsStep({ type }: Operation): boolean {
  return ["io", "file", "fileCallback", "message", "immediate", "timer", "interval"].includes(type);
}

class Judge {
  readonly found: string[] = [];
  /** In the order in which they were set. */
  private readonly pending: Map<string, Pending> = new Map();
  private readonly ran: Set<string> = new Set();
  private readonly acted: Set<string> = new Set();
  private step = 0;
  private isInMicrotask = true;
  /** What is left of the immediates that were pending when the first of them ran. */
  private batch: string[] = [];
  /** Immediates that were pending when I/O was told: they run before any timer. */
  private beforeTimers: string[] = [];

  hear(entry: Entry): void {
    const { what, id, operation } = entry;
    switch (what) {
      case "set":
        return this.set(id, operation);
      case "act":
        if (!this.pending.has(id)) this.object(`${id} acts and was not asked for`);
        this.acted.add(id);
        return;
      case "run":
        return this.run(id, operation);
      case "go":
      case "react":
        if (!this.ran.has(id)) this.object(`${what} of ${id} before it is settled`);
        this.isInMicrotask = true;
        return;
      case "clear":
        this.pending.delete(id);
    }
  }

  leftOver(): readonly string[] {
    return [...this.pending.keys()].map((id) => `${id} never ran`);
  }

  private object(rule: string): void {
    this.found.push(rule);
  }

  private set(id: string, operation: Operation, firings = 0): void {
    this.pending.delete(id);
    this.pending.set(id, { id, operation, step: this.step, fromMicrotask: this.isInMicrotask, firings, isFromPoll: this.isPolling });
    if (operation.type === "immediate" && this.isPolling) this.beforeTimers.push(id);
  }

  private isPolling = false;

  private run(id: string, operation: Operation): void {
    const own = this.pending.get(id);
    if (own === undefined) return this.object(`${id} runs and was not set, or has run`);
    if (beginsStep(operation)) this.begin(own);
    else this.within(own);
    this.ran.add(id);
    this.pending.delete(id);
    if (operation.type === "interval") this.set(id, operation, own.firings + 1);
  }

  private others(type: Operation["type"]): Pending[] {
    return [...this.pending.values()].filter(({ operation }) => operation.type === type);
  }

  /** The event loop takes something up: nothing that runs at once is left behind. */
  private begin(own: Pending): void {
    for (const type of ["tick", "microtask", "settled"] as const) {
      for (const { id } of this.others(type)) this.object(`${own.id} runs before the ${type} ${id} that was set before`);
    }
    this.step += 1;
    const { type } = own.operation;
    this.isInMicrotask = type === "io" || type === "file";
    if (type === "immediate") this.immediate(own);
    else if (this.batch.length > 0) this.object(`${own.id} runs between immediates that were set before they ran: ${this.batch.join()} are left`);
    if (isTimer(own.operation)) this.timer(own, own.operation);
    this.isPolling = type === "io" || type.startsWith("file") || type === "message";
    if (this.isPolling) this.beforeTimers = this.others("immediate").map(({ id }) => id);
    if (type === "io" && !this.acted.has(own.id)) this.object(`${own.id} is answered before it has acted`);
  }

  private immediate(own: Pending): void {
    const [first] = this.others("immediate");
    if (first!.id !== own.id) this.object(`immediate ${own.id} runs before ${first!.id}`);
    if (this.batch.length === 0) this.turn(own);
    if (this.batch.length === 0) this.batch = this.others("immediate").map(({ id }) => id);
    this.batch = this.batch.filter((id) => id !== own.id);
    this.beforeTimers = this.beforeTimers.filter((id) => id !== own.id);
  }

  /** The event loop has polled and comes to the immediates: what had been posted before it polled is told. */
  private turn(own: Pending): void {
    for (const message of this.others("message")) {
      if (!message.isFromPoll) this.object(`immediate ${own.id} runs before the message ${message.id} that was posted before the event loop polled`);
      message.isFromPoll = false;
    }
  }

  private timer(own: Pending, { delayMs }: Timer): void {
    if (this.beforeTimers.length > 0) this.object(`timer ${own.id} fires before immediates that were pending when I/O was told: ${this.beforeTimers.join()}`);
    for (const other of this.pending.values()) {
      if (other.id === own.id) break;
      if (isTimer(other.operation) && other.step === own.step && other.operation.delayMs <= delayMs) this.object(`timer ${own.id} fires before ${other.id}, which was set first and is due first`);
    }
    for (const other of this.pending.values()) {
      if (isTimer(other.operation) && other.step === own.step && other.operation.delayMs < delayMs) this.object(`timer ${own.id} fires before ${other.id}, which is due first`);
    }
  }

  /** Ticks, microtasks and reactions, within a step. */
  private within(own: Pending): void {
    const { type } = own.operation;
    if (type === "tick") {
      const [first] = this.others("tick");
      if (first!.id !== own.id) this.object(`tick ${own.id} runs before ${first!.id}`);
      for (const { id, fromMicrotask } of this.others("microtask")) {
        if (own.fromMicrotask && fromMicrotask) this.object(`tick ${own.id}, set by a microtask, runs before microtask ${id}`);
      }
      this.isInMicrotask = false;
      return;
    }
    for (const { id, fromMicrotask } of this.others("tick")) {
      if (!fromMicrotask) this.object(`${type} ${own.id} runs before the tick ${id}`);
    }
    if (type === "microtask") {
      const [first] = this.others("microtask");
      if (first!.id !== own.id) this.object(`microtask ${own.id} runs before ${first!.id}`);
    }
    if (own.operation.type === "combinator") this.combinator(own.id, own.operation);
    this.isInMicrotask = true;
  }

  private combinator(id: string, { name, parts }: Operation & { type: "combinator" }): void {
    const settled = parts.filter((_part, index) => this.ran.has(`${id}/${index}`)).length;
    const needed = name === "race" || name === "any" ? 1 : parts.length;
    if (settled < needed) this.object(`${name} ${id} is settled with ${settled} of ${parts.length} parts`);
  }
}
