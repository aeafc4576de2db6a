/** Semaphore, pool, store once more, by what they are: however operations overlap, they come to what they come to one after another. */
import { Semaphore } from "async-mutex";
import * as fc from "fast-check";
import { linearizable } from "heddle/fast-check";
import { Pool } from "tarn";
import { createStore } from "zustand/vanilla";
import { subject, type Create, type Subject } from "../subject.ts";

/** Something of which there are two: who comes third waits. */
interface Permits {
  acquire(): Promise<void>;
  /** @returns whether anybody had one. */
  release(): Promise<boolean>;
}

/** @param take - takes one, and says how it is given back. */
function permits(take: () => Promise<() => void>): Permits {
  const held: (() => void)[] = [];
  return {
    acquire: async () => void held.push(await take()),
    release: async () => {
      const release = held.shift();
      release?.();
      return release !== undefined;
    },
  };
}

function ofTwo(name: string, correct: Create<Permits>, wrong: string, mutant: Create<Permits>): Subject {
  return subject<Permits>({
    name,
    specified: "itself, called alone",
    orders: ["production"],
    property: (create, options) => linearizable({ create, operations: { acquire: [], release: [] } }, options),
    correct,
    mutants: { [wrong]: mutant },
  });
}

const semaphore = ofTwo(
  "semaphore (async-mutex)",
  () => {
    const own = new Semaphore(2);
    return permits(async () => (await own.acquire())[1]);
  },
  "it awaits between looking and taking",
  ({ io }) => {
    const audit = io("audit");
    const waiting: (() => void)[] = [];
    let free = 2;
    return permits(async () => {
      if (free > 0) {
        await audit();
        free -= 1;
      } else await new Promise<void>((wake) => waiting.push(wake));
      return () => {
        const next = waiting.shift();
        if (next === undefined) free += 1;
        else next();
      };
    });
  },
);

const pool = ofTwo(
  "pool (tarn)",
  ({ io }) => {
    const own = new Pool<object>({ create: io("connect", () => ({})), destroy: () => undefined, min: 0, max: 2 });
    return permits(async () => {
      const connection = await own.acquire().promise;
      return () => void own.release(connection);
    });
  },
  "connections are counted when they are open",
  ({ io }) => {
    const connect = io("connect");
    const waiting: (() => void)[] = [];
    let [open, idle] = [0, 0];
    return permits(async () => {
      if (idle > 0) idle -= 1;
      else if (open < 2) {
        await connect();
        open += 1;
      } else await new Promise<void>((wake) => waiting.push(wake));
      return () => {
        const next = waiting.shift();
        if (next === undefined) idle += 1;
        else next();
      };
    });
  },
);

interface Account {
  add(amount: number): Promise<void>;
  total(): Promise<number>;
}

const accountOf =
  (add: (rate: () => Promise<number>, total: { get(): number; set(change: (total: number) => number): void }, amount: number) => Promise<void>): Create<Account> =>
  ({ io }) => {
    const own = createStore<{ readonly total: number }>(() => ({ total: 0 }));
    const rate = io("rate.load", () => 1);
    const total = { get: () => own.getState().total, set: (change: (total: number) => number) => own.setState((state) => ({ total: change(state.total) })) };
    return { add: (amount) => add(rate, total, amount), total: async () => total.get() };
  };

const store = subject<Account>({
  name: "store (zustand)",
  specified: "a model",
  orders: ["production"],
  property: (create, options) =>
    linearizable(
      {
        create,
        model: { initial: (): number => 0 },
        operations: {
          add: { arguments: [fc.integer({ min: 1, max: 9 })], model: (total, amount) => [total + amount, undefined] },
          total: { arguments: [], model: (total) => [total, total] },
        },
      },
      options,
    ),
  correct: accountOf(async (rate, total, amount) => {
    const factor = await rate();
    total.set((before) => before + factor * amount);
  }),
  mutants: {
    "the state is read before an await, and set behind it": accountOf(async (rate, total, amount) => {
      const before = total.get();
      const factor = await rate();
      total.set(() => before + factor * amount);
    }),
  },
});

export const specified: readonly Subject[] = [semaphore, pool, store];
