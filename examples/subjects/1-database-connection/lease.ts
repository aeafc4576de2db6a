/** A lease of a pool whose caller may give up while it waits for it: tarn, the pool of knex. */
import type { Body } from "heddle";
import { Pool } from "tarn";
import type { Pair } from "../pair.ts";

interface Connection {
  readonly id: number;
}

type Use = (pool: Pool<Connection>, signal: AbortSignal, query: (connection: Connection) => Promise<void>) => Promise<void>;

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
  });
}

const body =
  (use: Use): Body =>
  async ({ spawn, io, abortable }) => {
    let id = 0;
    const pool = new Pool<Connection>({ create: io("db.connect", () => ({ id: (id += 1) })), destroy: () => undefined, min: 0, max: 1, acquireTimeoutMillis: 5_000 });
    const query = io("db.query", (_connection: Connection) => undefined);
    const never = new AbortController().signal;
    const leaving = abortable("the caller's signal");
    await Promise.all([
      spawn("report", () => use(pool, never, query)),
      spawn("search", () => use(pool, leaving, query).catch((error: unknown) => {
        if (error !== leaving.reason) throw error;
      })),
    ]);
    // Whatever became of the callers, the connection can be had again.
    const lease = await pool.acquire().promise.catch(() => {
      throw new Error("a lease never came back");
    });
    pool.release(lease);
    await pool.destroy();
  };

/** BUG: who leaves while it waits is given the connection all the same, and nobody gives it back. */
const unsafe: Body = body(async (pool, signal, query) => {
  const connection = await Promise.race([pool.acquire().promise, aborted(signal)]);
  try {
    await query(connection);
  } finally {
    pool.release(connection);
  }
});

const safe: Body = body(async (pool, signal, query) => {
  const pending = pool.acquire();
  const leave = (): unknown => pending.abort();
  signal.addEventListener("abort", leave, { once: true });
  const connection = await pending.promise.catch((error: unknown) => {
    signal.throwIfAborted();
    throw error;
  });
  signal.removeEventListener("abort", leave);
  try {
    signal.throwIfAborted();
    await query(connection);
  } finally {
    pool.release(connection);
  }
});

export const lease: Pair = {
  name: "a lease whose caller leaves",
  parts: ["tarn"],
  law: "every lease comes back, also when its caller aborts",
  unsafe,
  safe,
  order: "production",
  error: /a lease never came back/,
  within: 50,
  runs: 500,
  isComplete: true,
};
