import * as fc from "fast-check";
import type { BodyContext } from "heddle";
import { linearizable } from "heddle/fast-check";
import { InTurn } from "./in-turn.ts";
import { subject, type Subject } from "./subject.ts";

/** A counter whose value is in a store. */
class Counter {
  protected readonly load: () => Promise<number>;
  protected readonly save: (value: number) => Promise<void>;
  protected readonly turns = new InTurn();

  constructor({ io }: BodyContext) {
    let stored = 0;
    this.load = io("counter.load", () => stored);
    this.save = io("counter.save", (value: number) => {
      stored = value;
    });
  }

  read(): Promise<number> {
    return this.load();
  }

  increment(by: number): Promise<number> {
    return this.turns.run(() => this.change(by));
  }

  protected async change(by: number): Promise<number> {
    const next = (await this.load()) + by;
    await this.save(next);
    return next;
  }
}

class Unlocked extends Counter {
  override increment(by: number): Promise<number> {
    return this.change(by);
  }
}

class ReadsBeforeItsTurn extends Counter {
  override async increment(by: number): Promise<number> {
    const next = (await this.load()) + by;
    await this.turns.run(() => this.save(next));
    return next;
  }
}

class AnswersBehindItsTurn extends Counter {
  override async increment(by: number): Promise<number> {
    await super.increment(by);
    return this.load();
  }
}

class SavesLater extends Counter {
  protected override async change(by: number): Promise<number> {
    const next = (await this.load()) + by;
    void this.save(next);
    return next;
  }
}

const by = fc.integer({ min: 1, max: 5 });

export const counter: Subject = subject<Counter>({
  name: "counter",
  specified: "itself, called alone",
  property: (create, options) => linearizable({ create, operations: { read: [], increment: [by] } }, options),
  correct: (context) => new Counter(context),
  mutants: {
    "lost update: it reads and writes without a lock": (context) => new Unlocked(context),
    "it reads before it has the lock": (context) => new ReadsBeforeItsTurn(context),
    "it answers with what it reads behind the lock": (context) => new AnswersBehindItsTurn(context),
    "it does not wait for its write": (context) => new SavesLater(context),
  },
});
