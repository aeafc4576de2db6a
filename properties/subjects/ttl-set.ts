import * as fc from "fast-check";
import type { BodyContext } from "heddle";
import { linearizable, raceProperty } from "heddle/fast-check";
import { canBeGone, canBeThere, type TimedCall } from "./timed-calls.ts";
import { subject, type Subject } from "./subject.ts";

const TTL_MS = 100;

/** A set in a store, whose members expire. What is one request is atomic. */
class TtlSet {
  protected readonly ask: <Result>(request: (expiries: Map<string, number>) => Result) => Promise<Result>;

  constructor({ io }: BodyContext) {
    const expiries = new Map<string, number>();
    this.ask = io("set", (request: (expiries: Map<string, number>) => unknown) => request(expiries)) as typeof this.ask;
  }

  async add(key: string): Promise<void> {
    await this.ask((expiries) => expiries.set(key, Date.now() + TTL_MS));
  }

  /** Refreshes a member. @returns whether it was one. */
  touch(key: string): Promise<boolean> {
    return this.ask((expiries) => {
      if (!this.isAlive(expiries.get(key))) return false;
      expiries.set(key, Date.now() + TTL_MS);
      return true;
    });
  }

  has(key: string): Promise<boolean> {
    return this.ask((expiries) => this.isAlive(expiries.get(key)));
  }

  async remove(key: string): Promise<void> {
    await this.ask((expiries) => expiries.delete(key));
  }

  /** Forgets what has expired. */
  async sweep(): Promise<void> {
    const expired = await this.ask((expiries) => [...expiries].filter(([, expiry]) => !this.isAlive(expiry)).map(([key]) => key));
    for (const key of expired) {
      await this.ask((expiries) => {
        if (!this.isAlive(expiries.get(key))) expiries.delete(key);
      });
    }
  }

  protected isAlive(expiry: number | undefined): boolean {
    return expiry !== undefined && Date.now() < expiry;
  }
}

class SweepsWithoutLookingAgain extends TtlSet {
  override async sweep(): Promise<void> {
    const expired = await this.ask((expiries) => [...expiries].filter(([, expiry]) => !this.isAlive(expiry)).map(([key]) => key));
    for (const key of expired) await this.remove(key);
  }
}

class DoesNotRefresh extends TtlSet {
  override async add(key: string): Promise<void> {
    await this.ask((expiries) => {
      if (!this.isAlive(expiries.get(key))) expiries.set(key, Date.now() + TTL_MS);
    });
  }
}

class EvictsWhileItReads extends TtlSet {
  override async has(key: string): Promise<boolean> {
    const expiry = await this.ask((expiries) => expiries.get(key));
    if (this.isAlive(expiry)) return true;
    if (expiry !== undefined) await this.remove(key);
    return false;
  }
}

class TouchesWhatIsGone extends TtlSet {
  override async touch(key: string): Promise<boolean> {
    const isThere = await this.has(key);
    if (isThere) await this.add(key);
    return isThere;
  }
}

/** Each addition sets a timer of its own, that the next does not clear. */
class LeavesTheOldTimer extends TtlSet {
  override async add(key: string): Promise<void> {
    await super.add(key);
    setTimeout(() => void this.remove(key), TTL_MS);
  }
}

class ExpiresLate extends TtlSet {
  protected override isAlive(expiry: number | undefined): boolean {
    return expiry !== undefined && Date.now() <= expiry + 10;
  }
}

interface Step {
  readonly waitMs: number;
  readonly operation: TimedCall["operation"];
}

const step: fc.Arbitrary<Step> = fc.record(
  { waitMs: fc.constantFrom(0, 0, TTL_MS / 2, TTL_MS, TTL_MS + 5), operation: fc.constantFrom("add", "has", "sweep") },
  { noNullPrototype: true },
);

export const ttlSet: Subject = subject<TtlSet>({
  name: "set with time to live",
  specified: "an invariant",
  property: (create, options) =>
    raceProperty(
      fc.array(fc.array(step, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }),
      async (context, tasks) => {
        const { spawn, sleep, now } = context;
        const own = create(context);
        const calls: TimedCall[] = [];
        let tick = 0;
        const call = async (operation: Step["operation"]): Promise<void> => {
          const recorded: TimedCall = { operation, calledTick: tick++, calledAt: now(), returnedTick: Number.POSITIVE_INFINITY, returnedAt: Number.POSITIVE_INFINITY, answer: undefined };
          if (operation !== "sweep") calls.push(recorded);
          recorded.answer = (await own[operation]("key")) ?? undefined;
          recorded.returnedTick = tick++;
          recorded.returnedAt = now();
        };
        await call("add");
        await Promise.all(
          tasks.map((steps, index) =>
            spawn(`task ${index + 1}`, async () => {
              for (const { waitMs, operation } of steps) {
                await sleep(waitMs);
                await call(operation);
              }
            }),
          ),
        );
        await call("has");
        for (const one of calls) {
          if (one.answer === true && !canBeThere(one, calls, TTL_MS)) throw new Error(`${one.operation} says that the key is there, and it cannot be`);
          if (one.answer === false && !canBeGone(one, calls, TTL_MS)) throw new Error(`${one.operation} says that the key is not there, and it must be`);
        }
      },
      options,
    ),
  correct: (context) => new TtlSet(context),
  mutants: {
    "sweep deletes what has been refreshed since it looked": (context) => new SweepsWithoutLookingAgain(context),
    "add does not refresh": (context) => new DoesNotRefresh(context),
    "has evicts what has been refreshed since it looked": (context) => new EvictsWhileItReads(context),
    "the timer of an earlier addition evicts": (context) => new LeavesTheOldTimer(context),
    "it expires late": (context) => new ExpiresLate(context),
  },
});

const key = fc.constant("a");

export const touchedSet: Subject = subject<TtlSet>({
  name: "set with time to live, before anything expires",
  specified: "itself, called alone",
  property: (create, options) => linearizable({ create, operations: { add: [key], touch: [key], has: [key], remove: [key] } }, options),
  correct: (context) => new TtlSet(context),
  mutants: {
    "touch brings back what has been removed": (context) => new TouchesWhatIsGone(context),
  },
});
