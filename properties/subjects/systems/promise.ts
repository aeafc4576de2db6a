/** One promise of many waiters: generated ways to wait for it, at generated times, and who of them leaves. */
import * as fc from "fast-check";
import type { BodyContext } from "heddle";
import { raceProperty } from "heddle/fast-check";
import { subject, type Subject } from "../subject.ts";

type Way = "await" | "then" | "all" | "race" | "finally";

interface Waiter {
  readonly way: Way;
  readonly atMs: number;
  readonly leavesAtMs: number | undefined;
}

/** Makes of a load what everybody asks for its value; a signal is one caller's own. */
type Share = (load: (signal: AbortSignal) => Promise<object>, context: BodyContext) => (signal: AbortSignal) => PromiseLike<object>;

const waiter: fc.Arbitrary<Waiter> = fc.record(
  { way: fc.constantFrom<Way>("await", "then", "all", "race", "finally"), atMs: fc.constantFrom(0, 20, 60, 150), leavesAtMs: fc.option(fc.constantFrom(10, 30, 70), { nil: undefined, freq: 3 }) },
  { noNullPrototype: true },
);

function waitBy(way: Way, value: PromiseLike<object>): PromiseLike<object> {
  switch (way) {
    case "await":
      return (async () => await value)();
    case "then":
      return new Promise((resolve, reject) => void value.then(resolve, reject));
    case "all":
      return Promise.all([value, 1]).then(([first]) => first);
    case "race":
      return Promise.race([value, new Promise<never>(() => undefined)]);
    case "finally":
      return Promise.resolve(value).finally(() => undefined);
  }
}

const never = new AbortController().signal;

export const promise: Subject = subject<Share>({
  name: "a promise of many waiters",
  specified: "an invariant",
  property: (create, options) =>
    raceProperty(
      fc.array(waiter, { minLength: 2, maxLength: 4 }),
      async (context, waiters) => {
        const { spawn, io, sleep } = context;
        const select = io("config.load", () => ({}));
        const ask = create(context)(async (signal) => {
          const value = await select();
          signal.throwIfAborted();
          return value;
        }, context);
        const told: object[] = [];
        await Promise.all(
          waiters.map(({ way, atMs, leavesAtMs }, index) =>
            spawn(`waiter ${index + 1}`, async () => {
              await sleep(atMs);
              const controller = new AbortController();
              if (leavesAtMs !== undefined) void sleep(leavesAtMs).then(() => controller.abort());
              try {
                told.push(await waitBy(way, ask(controller.signal)));
              } catch (error) {
                if (error !== controller.signal.reason) throw error;
              }
            }),
          ),
        );
        if (told.some((value) => value !== told[0])) throw new Error("two waiters were told different values");
      },
      options,
    ),
  correct: () => (load) => {
    let value: Promise<object> | undefined;
    return () => (value ??= load(never));
  },
  mutants: {
    "it takes the signal of whoever came first": () => (load) => {
      let value: Promise<object> | undefined;
      return (signal) => (value ??= load(signal));
    },
    "who comes while the others are being told waits for ever": () => (load, { io }) => {
      const waiting: ((value: object) => void)[] = [];
      let value: object | undefined;
      const notify = io("notify");
      const settle = async (): Promise<void> => {
        const loaded = await load(never);
        for (const tell of waiting.splice(0)) tell(loaded);
        await notify();
        value = loaded;
      };
      let isLoading = false;
      return () => {
        if (value !== undefined) return Promise.resolve(value);
        const mine = new Promise<object>((tell) => waiting.push(tell));
        if (!isLoading) void settle();
        isLoading = true;
        return mine;
      };
    },
    "it is loaded again while it is being loaded": () => (load) => {
      let value: object | undefined;
      return async () => (value ??= await load(never));
    },
  },
});
