import * as fc from "fast-check";
import type { BodyContext } from "heddle";
import { raceProperty, type RaceProperty, type RacePropertyOptions } from "heddle/fast-check";
import { subject, type Subject } from "./subject.ts";

interface Connection {
  readonly id: number;
  isBusy: boolean;
}

const MOST = 2;
/** As many attempts to connect fail at first. */
const REFUSED = 2;

/** Connections, opened when they are needed, and handed from one borrower to the next. */
class Pool {
  protected readonly idle: Connection[] = [];
  protected open = 0;
  protected readonly waiting: { readonly give: (connection: Connection) => void; readonly fail: (reason: unknown) => void }[] = [];
  protected readonly connect: () => Promise<Connection>;
  protected readonly ping: (connection: Connection) => Promise<void>;

  /** @param refused - the first attempts to connect that fail. */
  constructor({ io }: BodyContext, refused: number = REFUSED) {
    let connections = 0;
    let attempts = 0;
    this.connect = io("connect", () => {
      attempts += 1;
      if (attempts <= refused) throw new Error("refused");
      connections += 1;
      return { id: connections, isBusy: false };
    });
    this.ping = io("ping", (_connection: Connection) => undefined);
  }

  async acquire(signal: AbortSignal): Promise<Connection> {
    signal.throwIfAborted();
    const idle = this.idle.pop();
    if (idle !== undefined) return this.checked(idle, signal);
    if (this.open < MOST) return this.checked(await this.opened(), signal);
    return this.checked(await this.next(signal), signal);
  }

  release(connection: Connection): void {
    const next = this.waiting.shift();
    if (next === undefined) this.idle.push(connection);
    else next.give(connection);
  }

  protected async opened(): Promise<Connection> {
    this.open += 1;
    try {
      return await this.connect();
    } catch (error) {
      this.open -= 1;
      await this.replace();
      throw error;
    }
  }

  /** There is room for a connection again, and somebody may be waiting for one. */
  protected async replace(): Promise<void> {
    const next = this.waiting.shift();
    if (next === undefined) return;
    await this.opened().then(next.give, next.fail);
  }

  /** @throws the reason of the signal; the connection is given back then. */
  protected async checked(connection: Connection, signal: AbortSignal): Promise<Connection> {
    await this.ping(connection);
    if (signal.aborted) {
      this.release(connection);
      signal.throwIfAborted();
    }
    return connection;
  }

  protected next(signal: AbortSignal): Promise<Connection> {
    return new Promise((give, fail) => {
      const waiter = { give, fail };
      this.waiting.push(waiter);
      signal.addEventListener("abort", () => this.leave(waiter, signal), { once: true });
    });
  }

  protected leave(waiter: (typeof this.waiting)[number], signal: AbortSignal): void {
    const at = this.waiting.indexOf(waiter);
    if (at < 0) return;
    this.waiting.splice(at, 1);
    waiter.fail(signal.reason);
  }
}

class LeaksOnAbortWhileWaiting extends Pool {
  protected override leave(waiter: (typeof this.waiting)[number], signal: AbortSignal): void {
    waiter.fail(signal.reason);
  }
}

class LeaksOnAbortBehindThePing extends Pool {
  protected override async checked(connection: Connection, signal: AbortSignal): Promise<Connection> {
    await this.ping(connection);
    signal.throwIfAborted();
    return connection;
  }
}

class HandsOutTwice extends Pool {
  override async acquire(signal: AbortSignal): Promise<Connection> {
    const idle = this.idle.at(-1);
    if (idle === undefined) return super.acquire(signal);
    signal.throwIfAborted();
    await this.ping(idle);
    this.idle.pop();
    return idle;
  }
}

class OpensTooMany extends Pool {
  protected override async opened(): Promise<Connection> {
    const connection = await this.connect();
    this.open += 1;
    return connection;
  }
}

class CountsWhatWasRefused extends Pool {
  protected override async opened(): Promise<Connection> {
    this.open += 1;
    return this.connect();
  }
}

class GivesAndKeeps extends Pool {
  override release(connection: Connection): void {
    this.idle.push(connection);
    this.waiting.shift()?.give(connection);
  }
}

class ForgetsWhoWaitsForARefusedOne extends Pool {
  protected override async replace(): Promise<void> {
    // Nobody is told that there is room again.
  }
}

interface Borrower {
  /** How long it waits before each query. */
  readonly waitsMs: readonly number[];
  readonly abortAtMs: number | undefined;
}

const borrower: fc.Arbitrary<Borrower> = fc.record(
  { waitsMs: fc.array(fc.constantFrom(0, 0, 3), { minLength: 1, maxLength: 3 }), abortAtMs: fc.option(fc.nat(20), { nil: undefined, freq: 2 }) },
  { noNullPrototype: true },
);

async function useOf(context: BodyContext, own: Pool, borrowers: readonly Borrower[]): Promise<void> {
  const { io, spawn, sleep, invariant } = context;
  const query = io("query");
  const known = new Set<Connection>();
  invariant("at most two connections", () => known.size <= MOST);

  const borrow = async (signal: AbortSignal): Promise<void> => {
    const connection = await own.acquire(signal);
    if (connection.isBusy) throw new Error(`connection ${connection.id} was handed out twice`);
    known.add(connection);
    connection.isBusy = true;
    await query();
    connection.isBusy = false;
    own.release(connection);
  };
  const borrowSome = async ({ waitsMs, abortAtMs }: Borrower): Promise<void> => {
    const controller = new AbortController();
    if (abortAtMs !== undefined) void sleep(abortAtMs).then(() => controller.abort());
    for (const waitMs of waitsMs) {
      if (waitMs > 0) await sleep(waitMs);
      await borrow(controller.signal).catch((error: unknown) => {
        if (error !== controller.signal.reason && !String(error).endsWith("refused")) throw error;
      });
    }
  };
  await Promise.all(borrowers.map((borrower, index) => spawn(`borrower ${index + 1}`, () => borrowSome(borrower))));
  // Nothing has leaked: as many as there may be can be had at once.
  const never = new AbortController().signal;
  const last = async (): Promise<Connection> => {
    for (let attempt = 0; attempt < REFUSED; attempt++) {
      const connection = await own.acquire(never).catch(() => undefined);
      if (connection !== undefined) return connection;
    }
    return own.acquire(never);
  };
  await Promise.all(Array.from({ length: MOST }, last));
}

export const pool: Subject = subject<Pool>({
  name: "pool",
  specified: "an invariant",
  property: (create, options) =>
    raceProperty(fc.array(borrower, { minLength: 1, maxLength: 5 }), (context, borrowers) => useOf(context, create(context), borrowers), options),
  correct: (context) => new Pool(context),
  mutants: {
    "leak: who is aborted while it waits is given a connection": (context) => new LeaksOnAbortWhileWaiting(context, 0),
    "leak: who is aborted behind the ping keeps its connection": (context) => new LeaksOnAbortBehindThePing(context),
    "a connection is looked at, and taken behind an await": (context) => new HandsOutTwice(context),
    "connections are counted when they are open": (context) => new OpensTooMany(context),
    "a refused connection is counted for ever": (context) => new CountsWhatWasRefused(context),
    "a connection that is given to who waits is idle, too": (context) => new GivesAndKeeps(context),
    "lost wake-up: nobody hears that a connection was refused": (context) => new ForgetsWhoWaitsForARefusedOne(context),
  },
});

/** Borrowers of one query each, and who of them is aborted, when. */
export function leakOnAbort(options: RacePropertyOptions): RaceProperty<[number, { readonly who: number; readonly atMs: number }[]]> {
  const aborts = fc.array(fc.record({ who: fc.nat(3), atMs: fc.nat(20) }, { noNullPrototype: true }), { maxLength: 4 });
  return raceProperty(
    fc.integer({ min: 1, max: 4 }),
    aborts,
    (context, count, given) => {
      const borrowers = Array.from({ length: count }, (_none, index): Borrower => ({ waitsMs: [0], abortAtMs: given.find(({ who }) => who === index)?.atMs }));
      return useOf(context, new LeaksOnAbortWhileWaiting(context, 0), borrowers);
    },
    options,
  );
}
