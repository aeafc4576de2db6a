/** A balance that is read, and then written: two clients of one Postgres, each with a connection of its own. */
import type { Body } from "heddle";
import type pg from "pg";
import type { Pair } from "../pair.ts";
import { balances, connect, start } from "./postgres.ts";

type Withdraw = (client: Pick<pg.ClientBase, "query">, amount: number) => Promise<unknown>;

const body =
  (withdraw: Withdraw): Body =>
  async (context) => {
    const { pool, close } = await connect(context, 2);
    const teller = (name: string, amount: number, delayMs: number): Promise<void> =>
      context.spawn(name, async () => {
        await context.sleep(delayMs);
        const client = await pool.connect();
        try {
          await withdraw(context.io.wrap(client, "db"), amount);
        } finally {
          client.release();
        }
      });
    await Promise.all([teller("checkout", 60, 0), teller("payout", 30, 10)]);
    const found = await balances(pool);
    await close();
    if (found !== "alice 10, bob 0") throw new Error(`the accounts: ${found}`);
  };

/** BUG: what was read may be old when it is written back. A connection of one's own does not help. */
const unsafe: Body = body(async (client, amount) => {
  const { rows } = await client.query<{ balance: number }>("SELECT balance FROM accounts WHERE owner = 'alice'");
  await client.query(`UPDATE accounts SET balance = ${rows[0]!.balance - amount} WHERE owner = 'alice'`);
});

/** The row is locked from the read to the end of the transaction. */
const locked: Body = body(async (client, amount) => {
  await client.query("BEGIN");
  const { rows } = await client.query<{ balance: number }>("SELECT balance FROM accounts WHERE owner = 'alice' FOR UPDATE");
  await client.query(`UPDATE accounts SET balance = ${rows[0]!.balance - amount} WHERE owner = 'alice'`);
  await client.query("COMMIT");
});

/** The database reads and writes in one statement. */
const atomic: Body = body((client, amount) => client.query(`UPDATE accounts SET balance = balance - ${amount} WHERE owner = 'alice'`));

const shared = {
  parts: ["pg", "@electric-sql/pglite", "@electric-sql/pglite-socket"],
  law: "money is conserved",
  unsafe,
  order: "production",
  error: /the accounts: /,
  within: 50,
  isSlow: true,
  isUnmeasured: true,
  prepare: start,
} as const;

export const selectForUpdate: Pair = { ...shared, name: "read, then write: SELECT … FOR UPDATE", safe: locked, runs: 20, isComplete: false };
export const atomicUpdate: Pair = { ...shared, name: "read, then write: one UPDATE", safe: atomic, runs: 20, isComplete: false };
