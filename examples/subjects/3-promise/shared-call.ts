/** A call that several wait for, one of whom may leave. */
import type { Body } from "heddle";
import type { Pair } from "../pair.ts";

type Load = (signal: AbortSignal) => Promise<string>;

const body =
  (share: (load: Load) => Load): Body =>
  async ({ spawn, io, abortable }) => {
    const select = io("config.load", () => "config");
    const get = share(async (signal) => {
      const value = await select();
      signal.throwIfAborted();
      return value;
    });
    const leaving = abortable("A's signal");
    const [, value] = await Promise.all([
      spawn("A", () => get(leaving).catch((error: unknown) => {
        if (error !== leaving.reason) throw error;
      })),
      spawn("B", () => get(new AbortController().signal)),
    ]);
    if (value !== "config") throw new Error(`B was told ${value}`);
  };

/** BUG: the call is made with the signal of whoever came first, and all the others share its fate. */
const unsafe: Body = body((load) => {
  let inFlight: Promise<string> | undefined;
  return (signal) => (inFlight ??= load(signal).finally(() => (inFlight = undefined)));
});

/** The call has a signal of its own, that aborts when the last one has left. */
const safe: Body = body((load) => {
  let inFlight: { readonly value: Promise<string>; readonly controller: AbortController; waiters: number } | undefined;
  const begin = (): NonNullable<typeof inFlight> => {
    const controller = new AbortController();
    const call = { value: load(controller.signal).finally(() => (inFlight = undefined)), controller, waiters: 0 };
    return (inFlight = call);
  };
  return async (signal) => {
    signal.throwIfAborted();
    const call = inFlight ?? begin();
    call.waiters += 1;
    const leave = new Promise<never>((_resolve, reject) => {
      signal.addEventListener("abort", () => {
        call.waiters -= 1;
        if (call.waiters === 0) call.controller.abort(signal.reason);
        reject(signal.reason as Error);
      });
    });
    return Promise.race([call.value, leave]);
  };
});

export const sharedCall: Pair = {
  name: "one call of two callers, one of whom leaves",
  parts: ["Promise", "AbortSignal"],
  law: "who leaves takes nobody along",
  unsafe,
  safe,
  order: "production",
  error: /abort/i,
  within: 20,
  runs: 100,
  isComplete: true,
};
