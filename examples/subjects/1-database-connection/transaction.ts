/** Two transactions over one Postgres connection: `pg`, a pool of it, and a real Postgres behind a socket. */
import type { Body } from "heddle";
import type pg from "pg";
import type { Pair } from "../pair.ts";
import { balances, connect, start } from "./postgres.ts";

/** What both a client and a pool have. */
type Queries = Pick<pg.ClientBase, "query">;

/** @returns what pays, and what ends it. `watched` has the report tell what is asked of a client. */
type Open = (pool: pg.Pool, watched: (client: pg.PoolClient) => Queries) => Promise<[pay: (amount: number) => Promise<void>, end: () => void]>;

async function statements(connection: Queries, amount: number): Promise<void> {
  await connection.query("BEGIN");
  await connection.query(`UPDATE accounts SET balance = balance + ${amount} WHERE owner = 'bob'`);
  const { rows } = await connection.query<{ balance: number }>(`UPDATE accounts SET balance = balance - ${amount} WHERE owner = 'alice' RETURNING balance`);
  await connection.query(rows[0]!.balance < 0 ? "ROLLBACK" : "COMMIT");
}

const body =
  (open: Open): Body =>
  async (context) => {
    const { pool, close } = await connect(context, 2);
    const [pay, end] = await open(pool, (client) => context.io.wrap(client, "db"));
    await Promise.all([
      context.spawn("rent", () => pay(60)),
      context.spawn("bicycle", async () => {
        await context.sleep(10);
        await pay(500); // More than there is: it takes back what it has done.
      }),
    ]);
    end();
    const found = await balances(pool);
    await close();
    if (found !== "alice 40, bob 60") throw new Error(`the accounts: ${found}`);
  };

/** BUG: a transaction belongs to the connection. Whoever else speaks on it meanwhile is inside. */
const unsafe: Body = body(async (pool, watched) => {
  const client = await pool.connect();
  const connection = watched(client);
  return [(amount) => statements(connection, amount), () => client.release()];
});

const safe: Body = body(async (pool, watched) => {
  const transfer = async (amount: number): Promise<void> => {
    const client = await pool.connect();
    try {
      await statements(watched(client), amount);
    } finally {
      client.release();
    }
  };
  return [transfer, () => undefined];
});

export const transaction: Pair = {
  name: "two transactions on one connection",
  parts: ["pg", "@electric-sql/pglite", "@electric-sql/pglite-socket"],
  law: "no statement runs in a foreign transaction",
  unsafe,
  safe,
  order: "production",
  error: /the accounts: /,
  within: 50,
  runs: 20,
  isComplete: false,
  isSlow: true,
  isUnmeasured: true,
  prepare: start,
};
