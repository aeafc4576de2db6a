/** Published packages, by `linearizable` without a model: what is built on them does what it would do alone. */
import { Mutex } from "async-mutex";
import DataLoader from "dataloader";
import * as fc from "fast-check";
import { createPool } from "generic-pool";
import type { BodyContext } from "heddle";
import { linearizable, type RacePropertyOptions } from "heddle/fast-check";
import { Keyv } from "keyv";
import { LRUCache } from "lru-cache";
import pLimit from "p-limit";
import PQueue from "p-queue";
import { subject, type Create, type Subject } from "./subject.ts";

/** Runs what it is given alone. */
type Exclusively = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** A counter in a store, whose changes go through what makes them exclusive. */
interface GuardedCounter {
  read(): Promise<number>;
  increment(by: number): Promise<number>;
}

function guarded({ io }: BodyContext, exclusively: Exclusively): GuardedCounter {
  let stored = 0;
  const load = io("load", () => stored);
  const save = io("save", (value: number) => {
    stored = value;
  });
  return {
    read: () => exclusively(load),
    increment: (by) =>
      exclusively(async () => {
        const next = (await load()) + by;
        await save(next);
        return next;
      }),
  };
}

const by = fc.integer({ min: 1, max: 5 });
const key = fc.constantFrom("a", "b");
const value = fc.integer({ min: 1, max: 3 });

function lock(name: string, exclusively: (most: number) => Exclusively): Subject {
  const create = (most: number): Create<GuardedCounter> => (context) => guarded(context, exclusively(most));
  return subject<GuardedCounter>({
    name,
    specified: "itself, called alone",
    orders: ["production"],
    property: (own, options) => linearizable({ create: own, operations: { read: [], increment: [by] } }, options),
    correct: create(1),
    mutants: { "two at a time": create(2) },
  });
}

const mutex = lock("async-mutex: Mutex", (most) => {
  const mutexes = Array.from({ length: most }, () => new Mutex());
  let calls = 0;
  return (work) => mutexes[calls++ % most]!.runExclusive(work);
});
const limit = lock("p-limit", (most) => pLimit(most));
const queue = lock("p-queue", (concurrency) => {
  const own = new PQueue({ concurrency });
  return <Result>(work: () => Promise<Result>) => own.add(work) as Promise<Result>;
});
const pool = lock("generic-pool", (max) => {
  const own = createPool({ create: async () => ({}), destroy: async () => undefined }, { max });
  return <Result>(work: () => Promise<Result>) => own.use(work) as Promise<Result>;
});

/** Rows behind a cache: what is read goes through it, what is written is removed from it. */
interface CachedRows {
  get(key: string): Promise<number>;
  write(key: string, value: number): Promise<void>;
}

function database({ io }: BodyContext): { select: (key: string) => Promise<number>; selectAll: (keys: readonly string[]) => Promise<number[]>; update: (key: string, value: number) => Promise<unknown> } {
  const rows = new Map<string, number>();
  return {
    select: io("db.select", (own: string) => rows.get(own) ?? 0),
    selectAll: io("db.selectAll", (keys: readonly string[]) => keys.map((own) => rows.get(own) ?? 0)),
    update: io("db.update", (own: string, next: number) => rows.set(own, next)),
  };
}

function cachedRows(name: string, create: (clears: boolean) => Create<CachedRows>): Subject {
  return subject<CachedRows>({
    name,
    specified: "itself, called alone",
    orders: ["production"],
    property: (own, options: RacePropertyOptions) => linearizable({ create: own, operations: { get: [key], write: [key, value] } }, options),
    correct: create(true),
    mutants: { "it clears before it writes": create(false) },
  });
}

const lru = cachedRows("lru-cache: fetch", (clearsBehind) => (context) => {
  const { select, update } = database(context);
  const cache = new LRUCache<string, number>({ max: 10, fetchMethod: (own) => select(own) });
  return {
    get: async (own) => {
      for (;;) {
        // A fetch that is under way when its key is deleted is aborted, and says so.
        const found = await cache.fetch(own).catch(() => undefined);
        if (found !== undefined) return found;
      }
    },
    write: async (own, next) => {
      if (!clearsBehind) cache.delete(own);
      await update(own, next);
      if (clearsBehind) cache.delete(own);
    },
  };
});

const loader = cachedRows("dataloader", (clearsBehind) => (context) => {
  const { selectAll, update } = database(context);
  const own = new DataLoader<string, number>((keys) => selectAll(keys));
  let clears = 0;
  const clear = (name: string): void => {
    clears += 1;
    own.clear(name);
  };
  return {
    get: async (name) => {
      for (;;) {
        const before = clears;
        const value = await own.load(name);
        // A load that was under way at a clear() is answered all the same. It may be newer than what another reader has
        // cached since, and who asks once more would see the older value then: two writes make that possible.
        if (clears === before) return value;
      }
    },
    write: async (name, next) => {
      if (!clearsBehind) clear(name);
      await update(name, next);
      if (clearsBehind) clear(name);
    },
  };
});

/** Keyv over a store each of whose operations is I/O. */
function store({ io }: BodyContext, namespace?: string): Keyv<number> {
  const rows = new Map<string, unknown>();
  const remote = {
    get: io("store.get", (own: string) => rows.get(own)),
    set: io("store.set", (own: string, next: unknown) => rows.set(own, next)),
    delete: io("store.delete", (own: string) => rows.delete(own)),
    clear: io("store.clear", () => rows.clear()),
    has: io("store.has", (own: string) => rows.has(own)),
  };
  return new Keyv<number>({ store: remote as unknown as Map<string, unknown>, ...(namespace === undefined ? {} : { namespace }) });
}

interface Values {
  get(key: string): Promise<number | undefined>;
  set(key: string, value: number): Promise<unknown>;
  delete(key: string): Promise<boolean>;
  has(key: string): Promise<boolean>;
}

const values = subject<Values>({
  name: "keyv",
  specified: "itself, called alone",
  orders: ["production"],
  property: (create, options) => linearizable({ create, operations: { get: [key], set: [key, value], delete: [key], has: [key] } }, options),
  correct: (context) => store(context),
  mutants: {
    "set deletes first": (context) => {
      const own = store(context);
      return {
        get: (name) => own.get(name),
        has: (name) => own.has(name),
        delete: (name) => own.delete(name),
        set: async (name, next) => {
          await own.delete(name);
          await own.set(name, next);
        },
      };
    },
  },
});

export const packages: readonly Subject[] = [mutex, loader, pool, values, lru, limit, queue];
