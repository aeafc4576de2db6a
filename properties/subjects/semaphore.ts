import * as fc from "fast-check";
import type { BodyContext } from "heddle";
import { raceProperty } from "heddle/fast-check";
import { subject, type Subject } from "./subject.ts";

type Release = () => void;

interface Waiter {
  readonly wake: () => void;
  readonly fail: (reason: unknown) => void;
}

/** A fair semaphore, whose waiters can be aborted. */
class Semaphore {
  protected free: number;
  protected readonly waiting: Waiter[] = [];
  protected readonly audit: () => Promise<void>;

  constructor({ io }: BodyContext, permits: number) {
    this.free = permits;
    this.audit = io("audit");
  }

  async acquire(signal?: AbortSignal): Promise<Release> {
    signal?.throwIfAborted();
    if (this.free > 0) this.free -= 1;
    else await this.turn(signal);
    return this.release();
  }

  /** Who is woken has the permit already: it went from hand to hand. */
  protected turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { wake: resolve, fail: reject };
      this.waiting.push(waiter);
      signal?.addEventListener("abort", () => this.leave(waiter, signal), { once: true });
    });
  }

  protected leave(waiter: Waiter, signal: AbortSignal): void {
    const at = this.waiting.indexOf(waiter);
    if (at < 0) return;
    this.waiting.splice(at, 1);
    waiter.fail(signal.reason);
  }

  protected release(): Release {
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      this.giveBack();
    };
  }

  protected giveBack(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.free += 1;
    else next.wake();
  }
}

class ChecksThenTakes extends Semaphore {
  override async acquire(signal?: AbortSignal): Promise<Release> {
    signal?.throwIfAborted();
    if (this.free > 0) {
      await this.audit();
      this.free -= 1;
    } else await this.turn(signal);
    return this.release();
  }
}

class ReleasesTwice extends Semaphore {
  protected override release(): Release {
    return () => this.giveBack();
  }
}

class LosesWakeUps extends Semaphore {
  override async acquire(signal?: AbortSignal): Promise<Release> {
    signal?.throwIfAborted();
    if (this.free > 0) this.free -= 1;
    else {
      await this.audit();
      await this.turn(signal);
    }
    return this.release();
  }
}

/** It frees a permit and wakes a waiter, who takes it later: whoever comes in between has taken it first. */
class LetsOthersBargeIn extends Semaphore {
  override async acquire(signal?: AbortSignal): Promise<Release> {
    signal?.throwIfAborted();
    while (this.free === 0) await this.turn(signal);
    this.free -= 1;
    return this.release();
  }

  protected override giveBack(): void {
    this.free += 1;
    this.waiting.shift()?.wake();
  }
}

class TakesWithoutLookingAgain extends LetsOthersBargeIn {
  override async acquire(signal?: AbortSignal): Promise<Release> {
    signal?.throwIfAborted();
    if (this.free === 0) await this.turn(signal);
    this.free -= 1;
    return this.release();
  }
}

class WakesTheLast extends Semaphore {
  protected override giveBack(): void {
    const next = this.waiting.length > 2 ? this.waiting.splice(1, 1)[0] : this.waiting.shift();
    if (next === undefined) this.free += 1;
    else next.wake();
  }
}

class GivesToTheAborted extends Semaphore {
  protected override leave(waiter: Waiter, signal: AbortSignal): void {
    waiter.fail(signal.reason);
  }
}

class CountsTheAborted extends Semaphore {
  protected override leave(waiter: Waiter, signal: AbortSignal): void {
    super.leave(waiter, signal);
    // As if who gives up had held a permit.
    this.free += 1;
  }
}

interface Client {
  readonly rounds: number;
  /** It asks for the next permit in the very moment in which it gives the last one back. */
  readonly isEager: boolean;
  readonly abortAtMs: number | undefined;
}

const PERMITS = 2;
const client: fc.Arbitrary<Client> = fc.record(
  { rounds: fc.integer({ min: 1, max: 3 }), isEager: fc.boolean(), abortAtMs: fc.option(fc.nat(20), { nil: undefined, freq: 2 }) },
  { noNullPrototype: true },
);

async function useOf(context: BodyContext, permits: Semaphore, clients: readonly Client[]): Promise<void> {
  const { io, spawn, sleep, invariant } = context;
  const arrive = io("arrive");
  const work = io("work");
  const line: string[] = [];
  let inside = 0;
  invariant("at most two inside", () => inside <= PERMITS);

  const enter = async (name: string, signal: AbortSignal): Promise<Release> => {
    const isWaiting = inside >= PERMITS || line.length > 0;
    if (isWaiting) line.push(name);
    const release = await permits.acquire(signal).catch((error: unknown) => {
      const at = line.indexOf(name);
      if (at >= 0) line.splice(at, 1);
      throw error;
    });
    if (isWaiting && line.shift() !== name) throw new Error(`${name} did not wait for its turn`);
    inside += 1;
    return release;
  };
  const visit = async (name: string, { rounds, isEager, abortAtMs }: Client): Promise<void> => {
    const controller = new AbortController();
    if (abortAtMs !== undefined) void sleep(abortAtMs).then(() => controller.abort());
    for (let round = 0; round < rounds; round++) {
      if (round === 0 || !isEager) await arrive();
      const release = await enter(name, controller.signal).catch((error: unknown) => {
        if (!controller.signal.aborted || error !== controller.signal.reason) throw error;
      });
      if (release === undefined) return;
      await work();
      inside -= 1;
      release();
      // As a caller does who has released in the block, and in `finally`.
      release();
    }
  };
  await Promise.all(clients.map((client, index) => spawn(`client ${index + 1}`, () => visit(`client ${index + 1}`, client))));
  // All permits are there again: that many get in at once.
  await Promise.all(Array.from({ length: PERMITS }, () => permits.acquire()));
}

export const semaphore: Subject = subject<Semaphore>({
  name: "semaphore",
  specified: "an invariant",
  // Under `latency` who was woken may go on later than who came after it: who is first can only be told by when they go on.
  orders: ["production"],
  property: (create, options) =>
    raceProperty(fc.array(client, { minLength: 2, maxLength: 5 }), (context, clients) => useOf(context, create(context), clients), options),
  correct: (context) => new Semaphore(context, PERMITS),
  mutants: {
    "check-then-act: it awaits before it takes the permit": (context) => new ChecksThenTakes(context, PERMITS),
    "double release: a release counts each time": (context) => new ReleasesTwice(context, PERMITS),
    "lost wake-up: it awaits before it waits": (context) => new LosesWakeUps(context, PERMITS),
    "who comes takes the permit of who has been woken": (context) => new LetsOthersBargeIn(context, PERMITS),
    "who is woken takes a permit that is gone": (context) => new TakesWithoutLookingAgain(context, PERMITS),
    "fairness off by one: where three wait, the second is woken": (context) => new WakesTheLast(context, PERMITS),
    "a permit is given to who has been aborted": (context) => new GivesToTheAborted(context, PERMITS),
    "who is aborted gives a permit back that it never had": (context) => new CountsTheAborted(context, PERMITS),
    "one permit too many": (context) => new Semaphore(context, PERMITS + 1),
  },
});
