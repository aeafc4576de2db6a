/** A balance that is read, and then written, in transactions that the database keeps apart: a SQLite file of two connections. */
import { join } from "node:path";
import type { Body, BodyContext } from "heddle";
import Database from "libsql";
import type { Pair } from "../pair.ts";

interface Connection {
  run(sql: string): Promise<unknown>;
  balance(): Promise<number>;
}

type Withdraw = (connection: Connection, amount: number, sleep: BodyContext["sleep"]) => Promise<void>;

function clientOf(database: Database.Database): Connection {
  return {
    run: async (sql) => database.exec(sql),
    balance: async () => (database.prepare("SELECT balance FROM accounts").get() as { readonly balance: number }).balance,
  };
}

const body =
  (withdraw: Withdraw): Body =>
  async ({ spawn, io, sleep, setup, workspace }) => {
    // Two connections, and neither waits for the other's lock: the thread would stand still.
    const connections = await setup(async () => [1, 2].map(() => new Database(join(workspace(), "bank.db"), { timeout: 0 })));
    connections[0]!.exec("PRAGMA journal_mode = WAL; CREATE TABLE accounts (owner TEXT, balance INTEGER); INSERT INTO accounts VALUES ('alice', 100)");
    const [checkout, payout] = connections.map((database) => io.wrap(clientOf(database), "db"));
    await Promise.all([
      spawn("checkout", () => withdraw(checkout!, 60, sleep)),
      spawn("payout", async () => {
        await sleep(20);
        await withdraw(payout!, 30, sleep);
      }),
    ]);
    const found = await clientOf(connections[0]!).balance();
    for (const database of connections) database.close();
    if (found !== 10) throw new Error(`alice has ${found}`);
  };

async function readThenWrite(connection: Connection, amount: number): Promise<void> {
  const balance = await connection.balance();
  await connection.run(`UPDATE accounts SET balance = ${balance - amount}`);
}

/** BUG: what was read may be old when it is written back. */
const unsafe: Body = body(readThenWrite);

/** In a transaction the database refuses to write on what is old, and the whole is tried again. */
const safe: Body = body(async (connection, amount, sleep) => {
  for (;;) {
    await connection.run("BEGIN");
    try {
      await readThenWrite(connection, amount);
      return void (await connection.run("COMMIT"));
    } catch (error) {
      await connection.run("ROLLBACK");
      if (!String((error as { code?: unknown }).code).startsWith("SQLITE_BUSY")) throw error;
      await sleep(100);
    }
  }
});

export const serializable: Pair = {
  name: "read, then write: serializable, and again",
  parts: ["libsql"],
  law: "money is conserved",
  unsafe,
  safe,
  order: "production",
  error: /alice has (?:40|70)/,
  within: 20,
  runs: 40,
  isComplete: false,
  isSlow: true,
  isUnmeasured: true,
};
