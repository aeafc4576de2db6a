import { PGlite } from "@electric-sql/pglite";
import Database from "libsql";
import { explore, type Body, type Exploration, type ExploreOptions, type IoOptions } from "heddle";
import { expect, test } from "vitest";

const REDUCED = { order: "latency", strategy: "exhaustive", independence: "declared", runs: 2000 } as const satisfies ExploreOptions;

type Io = Parameters<Body>[0]["io"];

/** A database of the execution's own, with an empty table for each name. */
function databaseOf(io: Io, tables: readonly string[], options: IoOptions = { sql: true }): Database.Database {
  const raw = new Database(":memory:");
  for (const table of tables) raw.exec(`CREATE TABLE ${table} (id INTEGER PRIMARY KEY, n INTEGER)`);
  return io.wrap(raw, "db", options) as Database.Database;
}

async function reduced(body: Body): Promise<Exploration> {
  const exploration = await explore(body, REDUCED);
  if (exploration.failure !== undefined) throw new Error(exploration.failure.toString());
  expect(exploration.complete).toBe(true);
  return exploration;
}

async function ordersOf(tables: readonly string[], texts: readonly string[], options?: IoOptions): Promise<number | undefined> {
  const { orders } = await reduced(async ({ io }) => {
    const db = databaseOf(io, tables, options);
    await Promise.all(texts.map(async (text) => db.exec(text)));
  });
  return orders[0]!.reduction?.orders;
}

test("what is done to different tables makes one order, and so do reads of one table", async () => {
  expect(await ordersOf(["a", "b"], ["INSERT INTO a (n) VALUES (1)", "UPDATE b SET n = 2"])).toBe(1);
  expect(await ordersOf(["a"], ["SELECT n FROM a", "SELECT count(*) FROM a WHERE n > 1"])).toBe(1);
});

test("what is done to one table makes two orders, in whatever way the text names it", async () => {
  expect(await ordersOf(["a"], ["INSERT INTO a (n) VALUES (1)", "UPDATE a SET n = 2"])).toBe(2);
  expect(await ordersOf(["a"], ["INSERT INTO main.A (n) VALUES (1)", 'SELECT n FROM "a"'])).toBe(2);
  expect(await ordersOf(["a", "b"], ["INSERT INTO a (n) VALUES (1)", "UPDATE b SET n = (SELECT max(n) FROM a)"])).toBe(2);
});

test("what cannot be read uses the whole database: transactions, functions that may do anything, what is no SQL", async () => {
  for (const text of ["BEGIN", "SELECT changes()", "PRAGMA user_version", "ANALYZE"]) {
    expect(await ordersOf(["a"], ["INSERT INTO a (n) VALUES (1)", text]), text).toBe(2);
  }
});

test("without the option each call uses the whole database", async () => {
  expect(await ordersOf(["a", "b"], ["INSERT INTO a (n) VALUES (1)", "UPDATE b SET n = 2"], {})).toBe(2);
});

test("tables that the definitions connect are one matter, whether these go through the boundary or are given", async () => {
  const texts = ["INSERT INTO orders (owner) VALUES (1)", "DELETE FROM users"];
  const definitions = "CREATE TABLE users (id INTEGER PRIMARY KEY); CREATE TABLE orders (owner INTEGER REFERENCES users (id))";
  const seen: Body = async ({ io }) => {
    const db = io.wrap(new Database(":memory:"), "db", { sql: true });
    await db.exec(definitions);
    await Promise.all(texts.map(async (text) => db.exec(text).catch(() => undefined)));
  };
  expect((await reduced(seen)).orders[0]!.reduction?.orders).toBe(2);
  const given: Body = async ({ io }) => {
    const raw = new Database(":memory:");
    raw.exec(definitions);
    const db = io.wrap(raw, "db", { sql: definitions });
    await Promise.all(texts.map(async (text) => db.exec(text).catch(() => undefined)));
  };
  expect((await reduced(given)).orders[0]!.reduction?.orders).toBe(2);
});

test("a prepared statement uses what its text names", async () => {
  const preparing = (first: string, second: string): Body => async ({ io }) => {
    const db = databaseOf(io, ["a", "b"]);
    const prepared = [await db.prepare(first), await db.prepare(second)];
    await Promise.all(prepared.map((statement) => statement.run(1) as unknown));
  };
  const apart = await reduced(preparing("INSERT INTO a (n) VALUES (?)", "UPDATE b SET n = ?"));
  const together = await reduced(preparing("INSERT INTO a (n) VALUES (?)", "UPDATE a SET n = ?"));
  expect([apart, together].map(({ orders }) => orders[0]!.reduction?.orders)).toEqual([1, 2]);
});

test("a lost update between two tables' readers and writers is found all the same", async () => {
  const body: Body = async ({ io, spawn }) => {
    const db = databaseOf(io, ["stock", "log"]);
    await db.exec("INSERT INTO stock (id, n) VALUES (1, 10)");
    const take = async (): Promise<void> => {
      const statement = await db.prepare("SELECT n FROM stock WHERE id = 1");
      const { n } = (await statement.get()) as { n: number };
      await db.exec(`UPDATE stock SET n = ${n - 1} WHERE id = 1`);
      await db.exec("INSERT INTO log (n) VALUES (1)");
    };
    const tasks = [spawn("one", take), spawn("two", take)];
    await Promise.all(tasks);
    const left = (await (await db.prepare("SELECT n FROM stock")).get()) as { n: number };
    expect(left.n).toBe(8);
  };
  const { failure } = await explore(body, REDUCED);
  expect(failure).toMatchObject({ kind: "error", reproduced: "5 of 5" });
});

test("PGlite: statements on different tables make one order", async () => {
  const pg = await PGlite.create();
  await pg.exec("CREATE TABLE a (id int primary key, n int); CREATE TABLE b (id int primary key, n int); INSERT INTO a VALUES (1, 0); INSERT INTO b VALUES (1, 0)");
  const updating = (first: string, second: string): Body => async ({ io }) => {
    const db = io.wrap(pg, "db", { sql: true });
    await Promise.all([first, second].map((table) => db.query(`UPDATE ${table} SET n = n + 1 WHERE id = $1`, [1])));
  };
  const apart = await reduced(updating("a", "b"));
  const together = await reduced(updating("a", "a"));
  await pg.close();
  expect([apart, together].map(({ orders }) => orders[0]!.reduction?.orders)).toEqual([1, 2]);
});

test.each<[IoOptions<never[]>, RegExp]>([
  [{ sql: 1 as never }, /io\.wrap\(object, "db", …\): sql is true, or the definitions of the tables as a text/],
  [{ sql: true, key: () => 1 }, /said by its key or by its SQL: leave one of the two out/],
])("a wrong option is refused: %o", async (options, message) => {
  const { failure } = await explore(({ io }) => void io.wrap({}, "db", options), { runs: 1 });
  expect(String(failure?.error)).toMatch(message);
});
