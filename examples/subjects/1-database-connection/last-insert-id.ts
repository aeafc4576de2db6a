/** One connection used by several tasks while an I/O is in progress on it: a real SQLite database, in memory. */
import Database from "libsql";
import type { Body } from "heddle";
import type { Pair } from "../pair.ts";
import { inTurn } from "../in-turn.ts";

interface Connection {
  run(sql: string, ...values: readonly unknown[]): Promise<unknown>;
  get(sql: string): Promise<unknown>;
}

/** A client of one connection, as drivers give it. */
function connect(database: Database.Database): Connection {
  database.exec("CREATE TABLE orders (id INTEGER PRIMARY KEY, item TEXT)");
  return {
    run: async (sql, ...values) => database.prepare(sql).run(...values),
    get: async (sql) => database.prepare(sql).get(),
  };
}

/** BUG: the connection says what it has inserted last, whoever asked for that. */
async function order(connection: Connection, item: string): Promise<number> {
  await connection.run("INSERT INTO orders (item) VALUES (?)", item);
  const { id } = (await connection.get("SELECT last_insert_rowid() AS id")) as { readonly id: number };
  return id;
}

const body =
  (share: () => typeof order): Body =>
  async ({ spawn, io }) => {
    const database = new Database(":memory:");
    const connection = io.wrap(connect(database), "db", { sql: true });
    const ordering = share();
    const readPrice = io("price.read");
    const ids = await Promise.all([
      spawn("tea", () => ordering(connection, "tea")),
      spawn("cake", async () => {
        await readPrice();
        return ordering(connection, "cake");
      }),
    ]);
    database.close();
    if (ids[0] === ids[1]) throw new Error(`both orders have the number ${ids[0]}`);
  };

const unsafe: Body = body(() => order);

const safe: Body = body(() => {
  const take = inTurn();
  return (connection, item) => take(() => order(connection, item));
});

export const lastInsertId: Pair = {
  name: "the last inserted row of one connection",
  parts: ["libsql"],
  law: "each order has a number of its own",
  unsafe,
  safe,
  order: "production",
  error: /both orders have the number 2/,
  within: 10,
  runs: 1000,
  isComplete: true,
};
