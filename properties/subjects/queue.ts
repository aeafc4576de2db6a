import * as fc from "fast-check";
import type { BodyContext } from "heddle";
import { linearizable } from "heddle/fast-check";
import { subject, type Subject } from "./subject.ts";

/** A queue in memory, that notifies a broker of each item. `take` waits for one. */
class Queue {
  protected readonly items: number[] = [];
  protected readonly waiting: (() => void)[] = [];
  protected readonly notify: () => Promise<void>;

  constructor({ io }: BodyContext) {
    this.notify = io("broker.notify");
  }

  async put(item: number): Promise<void> {
    this.items.push(item);
    this.waiting.shift()?.();
    await this.notify();
  }

  async take(): Promise<number | undefined> {
    while (this.items.length === 0) await this.untilWoken();
    const item = this.items.shift();
    await this.notify();
    return item;
  }

  async size(): Promise<number> {
    return this.items.length;
  }

  protected untilWoken(): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
    });
  }
}

class DeliversTwice extends Queue {
  override async take(): Promise<number | undefined> {
    while (this.items.length === 0) await this.untilWoken();
    const [item] = this.items;
    await this.notify();
    this.items.shift();
    return item;
  }
}

class LosesWakeUps extends Queue {
  override async take(): Promise<number | undefined> {
    while (this.items.length === 0) {
      await this.notify();
      await this.untilWoken();
    }
    return this.items.shift();
  }
}

class WakesBeforeItPuts extends Queue {
  override async put(item: number): Promise<void> {
    this.waiting.shift()?.();
    await this.notify();
    this.items.push(item);
  }
}

class CountsLate extends Queue {
  private count = 0;

  override async put(item: number): Promise<void> {
    const count = this.count + 1;
    await super.put(item);
    this.count = count;
  }

  override async take(): Promise<number | undefined> {
    const item = await super.take();
    this.count -= 1;
    return item;
  }

  override async size(): Promise<number> {
    return this.count;
  }
}

class OverwritesTheTail extends Queue {
  private tail = 0;
  private head = 0;

  override async put(item: number): Promise<void> {
    const { tail } = this;
    await this.notify();
    this.items[tail] = item;
    this.tail = tail + 1;
    this.waiting.shift()?.();
  }

  override async take(): Promise<number | undefined> {
    while (this.head === this.tail) await this.untilWoken();
    this.head += 1;
    return this.items[this.head - 1];
  }

  override async size(): Promise<number> {
    return this.tail - this.head;
  }
}

const item = fc.integer({ min: 1, max: 9 });

export const queue: Subject = subject<Queue>({
  name: "queue",
  specified: "itself, called alone",
  property: (create, options) => linearizable({ create, operations: { put: [item], take: [] }, observe: (own) => own.size() }, options),
  correct: (context) => new Queue(context),
  mutants: {
    "it delivers twice: the item is looked at, and removed behind an await": (context) => new DeliversTwice(context),
    "lost wake-up: it awaits between looking and waiting": (context) => new LosesWakeUps(context),
    "lost wake-up: it wakes before it puts": (context) => new WakesBeforeItPuts(context),
    "its size is counted behind an await": (context) => new CountsLate(context),
    "two that put at once write into the same place": (context) => new OverwritesTheTail(context),
  },
});
