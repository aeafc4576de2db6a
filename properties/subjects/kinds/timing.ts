/** Rate limiter, debounce, retry, circuit breaker. */
import { ConsecutiveBreaker, circuitBreaker, handleAll, isBrokenCircuitError } from "cockatiel";
import * as fc from "fast-check";
import pRetry from "p-retry";
import pThrottle from "p-throttle";
import { debounce as perfectDebounce } from "perfect-debounce";
import { kind, type Kind } from "./kind.ts";

const [LIMIT, INTERVAL_MS] = [2, 100];

type Limited = (call: () => void) => Promise<unknown>;

const limiter = kind<Limited, readonly number[]>({
  name: "rate limiter",
  package: "p-throttle",
  law: "two calls in any 100 ms, and each call is made",
  inputs: fc.array(fc.constantFrom(0, 0, 30, 90, 110), { minLength: 3, maxLength: 6 }),
  small: [0, 0, 30],
  use: async ({ io, spawn, sleep, now }, limited, calls) => {
    const arrive = io("arrive");
    const made: number[] = [];
    await Promise.all(
      calls.map((atMs, index) =>
        spawn(`caller ${index + 1}`, async () => {
          await sleep(atMs);
          await arrive();
          await limited(() => made.push(now()));
        }),
      ),
    );
    if (made.length !== calls.length) throw new Error(`${made.length} calls were made`);
    const early = made.find((at, index) => index >= LIMIT && at - made[index - LIMIT]! < INTERVAL_MS);
    if (early !== undefined) throw new Error(`three calls within 100 ms: at ${made.join()}`);
  },
  published: () => {
    const own = pThrottle({ limit: LIMIT, interval: INTERVAL_MS, strict: true })(async (call: () => void) => call());
    return (call) => own(call);
  },
  mistake: "the times of the last calls are in a store, read before a call and written behind it",
  planted: ({ io, sleep, now }) => {
    let stored: readonly number[] = [];
    const [load, save] = [io("redis.get", () => stored), io("redis.set", (times: readonly number[]) => (stored = times))];
    return async (call) => {
      for (;;) {
        const times = await load();
        const waitMs = times.length < LIMIT ? 0 : times.at(-LIMIT)! + INTERVAL_MS - now();
        if (waitMs <= 0) {
          const at = now();
          call();
          await save([...times, at]);
          return;
        }
        await sleep(waitMs);
      }
    };
  },
  runs: 1000,
});

/** Makes of a search and of what shows its answer a function to call at each key. */
type Typing = (search: (text: string) => Promise<string>, show: (found: string) => void) => (text: string) => unknown;

const debounce = kind<Typing, readonly number[]>({
  name: "debounce",
  package: "perfect-debounce",
  law: "what is shown in the end is the answer to what was typed last",
  inputs: fc.array(fc.constantFrom(5, 30, 40), { minLength: 2, maxLength: 4 }),
  small: [30, 30],
  use: async ({ io, sleep, settled }, typing, pauses) => {
    let shown = "";
    const search = io("search", (text: string) => text);
    const type = typing(search, (found) => (shown = found));
    for (const [at, pauseMs] of pauses.entries()) {
      type(String(at));
      await sleep(pauseMs);
    }
    await settled();
    if (shown !== String(pauses.length - 1)) throw new Error(`typed last was ${pauses.length - 1}, shown is ${shown}`);
  },
  published: () => (search, show) => perfectDebounce(async (text: string) => show(await search(text)), 20),
  mistake: "a search begins while the one before it is under way",
  planted: () => (search, show) => {
    let timer: NodeJS.Timeout | undefined;
    return (text) => {
      clearTimeout(timer);
      timer = setTimeout(() => void search(text).then(show), 20);
    };
  },
  runs: 1000,
});

/** Tries until it is answered, or until its signal aborts. */
type Retried = (attempt: () => Promise<string>, signal: AbortSignal) => Promise<string>;

const RETRIES = 2;

const retry = kind<Retried, { readonly failures: number; readonly abortAtMs: number | undefined }>({
  name: "retry with backoff",
  package: "p-retry",
  law: "one attempt at a time, three at most, none behind an abort, and the answer of the last one",
  inputs: fc.record({ failures: fc.nat(3), abortAtMs: fc.option(fc.constantFrom(5, 90), { nil: undefined }) }, { noNullPrototype: true }),
  small: { failures: 1, abortAtMs: 90 },
  use: async ({ io, spawn, sleep, invariant }, retried, { failures, abortAtMs }) => {
    let [attempts, underWay] = [0, 0];
    invariant("one attempt at a time", () => underWay <= 1);
    const controller = new AbortController();
    const post = io("POST /order", (attempt: number) => {
      if (attempt <= failures) throw new RangeError("503");
      return `order ${attempt}`;
    });
    const attempt = async (): Promise<string> => {
      if (controller.signal.aborted) throw new Error("an attempt began behind the abort");
      attempts += 1;
      underWay += 1;
      try {
        return await post(attempts);
      } finally {
        underWay -= 1;
      }
    };
    const leaving = abortAtMs === undefined ? undefined : spawn("leaves", async () => (await sleep(abortAtMs), controller.abort()));
    const answer = await retried(attempt, controller.signal).catch((error: unknown) => {
      if (error instanceof RangeError ? failures < RETRIES + 1 && !controller.signal.aborted : !controller.signal.aborted) throw error;
    });
    if (answer !== undefined && answer !== `order ${attempts}`) throw new Error(`attempt ${attempts} was the last, told was ${answer}`);
    if (attempts > RETRIES + 1) throw new Error(`${attempts} attempts`);
    await leaving;
  },
  published: () => (attempt, signal) => pRetry(attempt, { retries: RETRIES, minTimeout: 20, randomize: false, signal }),
  mistake: "an attempt that takes 50 ms is given up, and goes on beside the next one",
  planted: ({ sleep }) => async (attempt, signal) => {
    for (let left = RETRIES; ; left -= 1) {
      signal.throwIfAborted();
      try {
        const late = sleep(50).then(() => Promise.reject(new RangeError("late")));
        late.catch(() => undefined);
        return await Promise.race([attempt(), late]);
      } catch (error) {
        if (left === 0) throw error;
        await sleep(20);
      }
    }
  },
  runs: 1000,
});

/** @returns whether the call was let through. */
type Breaker = (call: () => Promise<void>) => Promise<boolean>;

const HALF_OPEN_MS = 100;

const breaker = kind<Breaker, readonly number[]>({
  name: "circuit breaker",
  package: "cockatiel",
  law: "nothing passes while the circuit is open, and one call tries whether it can be closed",
  inputs: fc.array(fc.constantFrom(0, 50, HALF_OPEN_MS + 20, HALF_OPEN_MS + 40), { minLength: 2, maxLength: 5 }),
  small: [HALF_OPEN_MS + 20, HALF_OPEN_MS + 40],
  use: async ({ io, spawn, sleep, now }, broken, calls) => {
    const ask = io("service.ask");
    let [openedAt, underWay, isUp] = [0, 0, false];
    const call = async (): Promise<void> => {
      underWay += 1;
      if (now() < openedAt + HALF_OPEN_MS) throw new RangeError("a call passed the open circuit");
      if (!isUp && underWay > 1) throw new RangeError("two calls try whether the circuit can be closed");
      await ask();
      isUp = true;
      underWay -= 1;
    };
    // The circuit opens with the first failure.
    await broken(async () => Promise.reject(new Error("down")));
    openedAt = now();
    await Promise.all(
      calls.map((atMs, index) =>
        spawn(`caller ${index + 1}`, async () => {
          await sleep(atMs);
          await broken(call);
        }),
      ),
    );
  },
  published: () => {
    const own = circuitBreaker(handleAll, { halfOpenAfter: HALF_OPEN_MS, breaker: new ConsecutiveBreaker(1) });
    return (call) =>
      own.execute(call).then(
        () => true,
        (error: unknown) => {
          if (error instanceof RangeError) throw error;
          if (isBrokenCircuitError(error) || (error instanceof Error && error.message === "down")) return false;
          throw error;
        },
      );
  },
  mistake: "everybody tries whether the circuit can be closed",
  planted: ({ now }) => {
    let openUntil = 0;
    return async (call) => {
      if (now() < openUntil) return false;
      try {
        await call();
        return true;
      } catch (error) {
        if (error instanceof RangeError) throw error;
        openUntil = now() + HALF_OPEN_MS;
        return false;
      }
    };
  },
  runs: 1000,
});

export const timing: readonly Kind[] = [limiter, debounce, retry, breaker];
