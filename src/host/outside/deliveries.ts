import type { Task } from "../../engine/event.ts";
import type { Execution } from "../../engine/execution.ts";
import { captureContext } from "../context.ts";
import { control } from "../control.ts";
import { natives, nextTurn } from "../natives.ts";
import { OutsideEvent } from "./outside-event.ts";
import { deliverTo } from "./under-way.ts";

/** What may go wrong with a delivery: told when it may come, and when it does. */
export interface DeliveryFaults {
  offer(event: OutsideEvent, label: string): void;
  withdraw(event: OutsideEvent): void;
}

/** What one native callback wants to do: it is one event. */
interface Delivery {
  readonly label: string;
  readonly actions: (() => unknown)[];
}

/**
 * What something outside has to tell the body, one after the other: each delivery is an event, legal once those before
 * it have run. Deliveries of two of them may come in either order.
 */
export class Deliveries {
  private readonly execution: Execution = control.execution!;
  private readonly context = captureContext("heddle.outside");
  private readonly registration: number;
  private readonly origin: unknown;
  private task: Task;
  private readonly queue: Delivery[] = [];
  /** The delivery to which the native callback that runs now still adds. */
  private current: Delivery | undefined;
  private isHeld = false;
  faults: DeliveryFaults | undefined;
  /** The execution ended in its midst: nobody is told anything any more. */
  isAbandoned: boolean = false;

  /** @param above - the function whose caller is named as the origin. */
  constructor(above: Function) {
    this.task = this.execution.task;
    this.origin = control.recorder?.origin(above);
    const numbered = new OutsideEvent("outside", this.task);
    this.execution.register(numbered);
    this.registration = numbered.registration;
  }

  /** Whether what happens now is to be an event: it is the machine's doing, and the execution goes on. */
  get isDue(): boolean {
    return !control.inside && this.isOfNow;
  }

  get isOfNow(): boolean {
    return this.execution === control.execution && !this.execution.over;
  }

  deliver(label: string, action: () => unknown): void {
    if (this.current !== undefined) {
      this.current.actions.push(action);
      return;
    }
    const delivery: Delivery = { label, actions: [action] };
    this.current = delivery;
    // The runtime runs its microtasks after each native callback.
    natives.queueMicrotask.call(globalThis, () => {
      this.current = undefined;
    });
    this.queue.push(delivery);
    if (this.queue.length === 1) this.submit();
  }

  /** Nothing is delivered before `release`. */
  hold(): void {
    this.isHeld = true;
  }

  /** What is delivered follows from the event that runs now. */
  release(): void {
    this.isHeld = false;
    this.task = this.execution.task;
    this.submit();
  }

  private submit(): void {
    const delivery = this.queue[0];
    if (delivery === undefined || this.isHeld) return;
    const event = new OutsideEvent("outside", this.task);
    event.label = delivery.label;
    event.origin = this.origin;
    event.registration = this.registration;
    event.context = this.context;
    const { faults } = this;
    if (faults !== undefined) event.whenReady = () => faults.offer(event, delivery.label);
    event.finish = () => {
      faults?.withdraw(event);
      this.task = event.task;
      this.queue.shift();
      for (const action of delivery.actions) action();
      this.submit();
    };
    deliverTo(this.execution, event);
  }

  /** What has come is lost; what comes from now on is told. */
  drop(): void {
    this.queue.length = 0;
    this.current = undefined;
  }

  /** The execution is over: what is left is told without anybody's order. */
  flush(): void {
    for (const { actions } of this.queue.splice(0)) {
      for (const action of actions) attempt(action);
    }
  }

  /** The execution is over before its body is. */
  abandon(): void {
    this.isAbandoned = true;
    this.queue.length = 0;
  }
}

/** An error is as uncaught as it would have been natively, and takes nothing else with it. */
function attempt(action: () => unknown): void {
  try {
    action();
  } catch (error) {
    nextTurn(() => {
      throw error;
    });
  }
}
