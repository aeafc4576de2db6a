/** Cache, store, batching loader, emitter. */
import DataLoader from "dataloader";
import Emittery from "emittery";
import * as fc from "fast-check";
import { LRUCache } from "lru-cache";
import { createStore } from "zustand/vanilla";
import { kind, type Kind } from "./kind.ts";

const TTL_MS = 100;

interface Asked {
  readonly key: string;
  readonly atMs: number;
}

type Get = (key: string, load: (key: string) => Promise<number>) => Promise<number>;

const cache = kind<Get, readonly Asked[]>({
  name: "cache with in-flight dedupe and time to live",
  package: "lru-cache",
  law: "one load of a key at a time, and no value that is older than its time",
  inputs: fc.array(fc.record<Asked>({ key: fc.constantFrom("a", "b"), atMs: fc.constantFrom(0, 20, TTL_MS, TTL_MS + 30) }, { noNullPrototype: true }), { minLength: 2, maxLength: 5 }),
  small: [{ key: "a", atMs: 0 }, { key: "a", atMs: 20 }],
  use: async ({ io, spawn, sleep, now, invariant }, get, asked) => {
    const loading = new Map<string, number>();
    invariant("one load of a key at a time", () => [...loading.values()].every((count) => count <= 1));
    const select = io("db.select", (_key: string) => undefined);
    // A value is the time at which its load was over.
    const load = async (key: string): Promise<number> => {
      loading.set(key, (loading.get(key) ?? 0) + 1);
      await select(key);
      loading.set(key, loading.get(key)! - 1);
      return now();
    };
    await Promise.all(
      asked.map(({ key, atMs }, index) =>
        spawn(`reader ${index + 1}`, async () => {
          await sleep(atMs);
          const askedAt = now();
          const loadedAt = await get(key, load);
          if (loadedAt < askedAt - TTL_MS) throw new Error(`asked at ${askedAt}, and told what was loaded at ${loadedAt}`);
        }),
      ),
    );
  },
  published: () => {
    const own = new LRUCache<string, number, (key: string) => Promise<number>>({ max: 10, ttl: TTL_MS, ttlResolution: 0, fetchMethod: (key, _stale, { context }) => context(key) });
    return async (key, load) => (await own.fetch(key, { context: load }))!;
  },
  mistake: "it writes a log between looking and loading",
  planted: ({ io, now }) => {
    const log = io("log");
    const kept = new Map<string, { readonly value: Promise<number>; readonly until: number }>();
    return async (key, load) => {
      const found = kept.get(key);
      if (found !== undefined && now() < found.until) return found.value;
      await log();
      const value = load(key);
      kept.set(key, { value, until: now() + TTL_MS });
      return value;
    };
  },
  runs: 1000,
});

interface Account {
  add(amount: number): Promise<void>;
  total(): number;
  subscribe(listener: (total: number) => void): unknown;
}

const store = kind<Account, readonly number[]>({
  name: "store",
  package: "zustand",
  law: "no update is lost, and subscribers are told of each state in its order",
  inputs: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 4 }),
  small: [1, 2],
  use: async ({ spawn }, account, amounts) => {
    const told: number[] = [];
    account.subscribe((total) => told.push(total));
    await Promise.all(amounts.map((amount, index) => spawn(`task ${index + 1}`, () => account.add(amount))));
    const sum = amounts.reduce((total, amount) => total + amount, 0);
    if (account.total() !== sum || told.at(-1) !== sum) throw new Error(`the total is ${account.total()}, told were ${told.join()}`);
    if (told.length !== amounts.length || told.some((total, at) => total <= (told[at - 1] ?? 0))) throw new Error(`told were ${told.join()}`);
  },
  published: ({ io }) => {
    const own = createStore<{ readonly total: number }>(() => ({ total: 0 }));
    const rate = io("rate.load");
    return {
      add: async (amount) => {
        await rate();
        own.setState(({ total }) => ({ total: total + amount }));
      },
      total: () => own.getState().total,
      subscribe: (listener) => own.subscribe(({ total }) => listener(total)),
    };
  },
  mistake: "the state is read before an await, and set behind it",
  planted: ({ io, sleep }) => {
    const own = createStore<{ readonly total: number }>(() => ({ total: 0 }));
    const rate = io("rate.load");
    let calls = 0;
    return {
      add: async (amount) => {
        calls += 1;
        await sleep(calls * 20);
        const { total } = own.getState();
        await rate();
        own.setState({ total: total + amount });
      },
      total: () => own.getState().total,
      subscribe: (listener) => own.subscribe(({ total }) => listener(total)),
    };
  },
  runs: 1000,
});

type Loader = (key: number) => Promise<number>;

const loader = kind<(select: (keys: readonly number[]) => Promise<number[]>) => Loader, readonly (readonly number[])[]>({
  name: "batching loader",
  package: "dataloader",
  law: "each caller is told the value of its own key, and no key is loaded twice",
  inputs: fc.array(fc.array(fc.nat(3), { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 3 }),
  small: [[1, 2], [2, 3]],
  use: async ({ io, spawn }, create, lists) => {
    const loaded: number[] = [];
    const arrive = io("arrive");
    const load = create(
      io("db.select", (keys: readonly number[]) => {
        loaded.push(...keys);
        return keys.map((key) => key * 10);
      }),
    );
    await Promise.all(
      lists.map((keys, index) =>
        spawn(`resolver ${index + 1}`, async () => {
          await arrive();
          await Promise.all(keys.map(async (key) => {
            const value = await load(key);
            if (value !== key * 10) throw new Error(`asked for ${key}, told ${value}`);
          }));
        }),
      ),
    );
    if (new Set(loaded).size !== loaded.length) throw new Error(`loaded ${loaded.join()}`);
  },
  published: () => (select) => {
    const own = new DataLoader<number, number>((keys) => select(keys));
    return (key) => own.load(key);
  },
  mistake: "the batch is emptied when its answer is there, with all that has come since",
  planted: ({ sleep }) => (select) => {
    let batch: { readonly key: number; readonly tell: (value: number) => void }[] = [];
    const known = new Map<number, Promise<number>>();
    const dispatch = async (): Promise<void> => {
      await sleep(0);
      const values = await select(batch.map(({ key }) => key));
      for (const [at, value] of values.entries()) batch[at]!.tell(value);
      batch = [];
    };
    return (key) => {
      const value = known.get(key) ?? new Promise<number>((tell) => {
        batch.push({ key, tell });
        if (batch.length === 1) void dispatch();
      });
      known.set(key, value);
      return value;
    };
  },
  runs: 1000,
});

interface Emitter {
  on(listener: (event: number) => Promise<void>): () => void;
  emit(event: number): Promise<unknown>;
}

interface Listening {
  readonly events: number;
  /** How many listen all the time; one more leaves with its first event. */
  readonly faithful: number;
}

const emitter = kind<Emitter, Listening>({
  name: "emitter",
  package: "emittery",
  law: "who listens is told each event once, in order; who has left is told nothing; an emission is over when all have dealt with it",
  inputs: fc.record<Listening>({ events: fc.integer({ min: 1, max: 3 }), faithful: fc.integer({ min: 1, max: 2 }) }, { noNullPrototype: true }),
  small: { events: 2, faithful: 1 },
  use: async ({ io, spawn, sleep }, own, { events, faithful }) => {
    const handle = io("handle");
    const told = Array.from({ length: faithful }, (): number[] => []);
    let dealtWith = 0;
    let hasLeft = false;
    const leave = own.on(async () => {
      if (hasLeft) throw new Error("told after it had left");
      await handle();
    });
    const leaver = spawn("leaver", async () => {
      await sleep(30);
      hasLeft = true;
      leave();
    });
    for (const events of told) {
      own.on(async (event) => {
        events.push(event);
        await handle();
        dealtWith += 1;
      });
    }
    await spawn("producer", async () => {
      for (let event = 1; event <= events; event++) {
        await sleep(20);
        await own.emit(event);
        if (dealtWith !== event * faithful) throw new Error(`event ${event} was dealt with ${dealtWith} times in all`);
      }
    });
    await leaver;
    const all = Array.from({ length: events }, (_none, index) => index + 1).join();
    if (told.some((list) => list.join() !== all)) throw new Error(`told were ${told.map((list) => list.join()).join("; ")}`);
  },
  published: () => {
    const own = new Emittery<{ event: number }>();
    return { on: (listener) => own.on("event", listener), emit: (event) => own.emit("event", event) };
  },
  mistake: "who leaves while an event is being told has the next one passed over",
  planted: () => {
    const listeners: ((event: number) => Promise<void>)[] = [];
    return {
      on: (listener) => {
        listeners.push(listener);
        return () => void listeners.splice(listeners.indexOf(listener), 1);
      },
      emit: async (event) => {
        for (let at = 0; at < listeners.length; at++) await listeners[at]!(event);
      },
    };
  },
  runs: 1000,
});

export const state: readonly Kind[] = [cache, store, loader, emitter];
