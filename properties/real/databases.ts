/** Databases within the process: Postgres as WebAssembly, and SQLite as a native addon. (Its promises are settled by threads of its own.) */
import assert from "node:assert/strict";
import { PGlite } from "@electric-sql/pglite";
import Database from "libsql";
import type { Body } from "heddle";
import type { RealSubject } from "./subject.ts";

interface Account {
  readonly balance: number;
}

/** What a connection does for an account, whatever the database. */
interface Connection {
  read(): Promise<number> | number;
  write(balance: number): unknown;
  /** In one statement. */
  add(amount: number): unknown;
}

const withdrawals =
  (connect: () => Promise<Connection>, isAtomic: boolean): Body =>
  async ({ io, spawn }) => {
    const connection = await connect();
    const check = io("fraud.check");
    const withdraw = (name: string, amount: number): Promise<void> =>
      spawn(name, async () => {
        await check();
        if (isAtomic) return void (await connection.add(-amount));
        const balance = await connection.read();
        await check();
        await connection.write(balance - amount);
      });
    const later = spawn("payout", async () => {
      await check();
      await check();
      await withdraw("payout", 30);
    });
    await Promise.all([withdraw("checkout", 60), later]);
    assert.equal(await connection.read(), 10);
  };

let database: PGlite;

/** It takes a second to start: one for all executions, with a table that each begins anew. */
export async function startPostgres(): Promise<void> {
  database = await PGlite.create();
}

async function connectPostgres(): Promise<Connection> {
  await database.exec("create table if not exists account (balance integer); truncate account; insert into account values (100)");
  return {
    read: async () => (await database.query<Account>("select balance from account")).rows[0]!.balance,
    write: (balance) => database.query("update account set balance = $1", [balance]),
    add: (amount) => database.query("update account set balance = balance + $1", [amount]),
  };
}

const SCHEMA = "create table account (balance integer); insert into account values (100)";

async function connectSqlite(): Promise<Connection> {
  const database = new Database(":memory:");
  database.exec(SCHEMA);
  return {
    read: () => (database.prepare("select balance from account").get() as Account).balance,
    write: (balance) => database.prepare("update account set balance = ?").run(balance),
    add: (amount) => database.prepare("update account set balance = balance + ?").run(amount),
  };
}

/** Statements of two transactions on one connection: they are one transaction then. */
const transactions =
  (isExclusive: boolean): Body =>
  async ({ io, spawn }) => {
    const connection = await connectPostgres();
    const check = io("fraud.check");
    const transfer = async (query: (sql: string) => Promise<unknown>): Promise<void> => {
      await query("update account set balance = balance - 60");
      await check();
      if ((await connectionRead(query)) < 0) throw new Error("overdrawn");
    };
    const connectionRead = async (query: (sql: string) => Promise<unknown>): Promise<number> =>
      ((await query("select balance from account")) as { rows: Account[] }).rows[0]!.balance;
    const attempt = (name: string): Promise<void> =>
      spawn(name, async () => {
        if (isExclusive) return database.transaction((transaction) => transfer((sql) => transaction.query(sql))).catch(() => undefined);
        await database.exec("begin");
        await transfer((sql) => database.query(sql)).then(
          () => database.exec("commit"),
          () => database.exec("rollback"),
        );
      });
    await check();
    await Promise.all([attempt("checkout"), spawn("later", async () => (await check(), await attempt("payout")))]);
    assert.equal(await connection.read(), 40);
  };

export const databases: readonly RealSubject[] = [
  { name: "PGlite", safe: withdrawals(connectPostgres, true), racy: withdrawals(connectPostgres, false), error: /strictly equal/, runs: 60 },
  { name: "PGlite, transactions", safe: transactions(true), racy: transactions(false), error: /strictly equal/, runs: 40 },
  { name: "SQLite", safe: withdrawals(connectSqlite, true), racy: withdrawals(connectSqlite, false), error: /strictly equal/, runs: 100 },
];
