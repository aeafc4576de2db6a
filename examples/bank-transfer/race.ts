import assert from "node:assert/strict";
import { PGlite } from "@electric-sql/pglite";
import type { Body } from "heddle";
import type { Example } from "../example.ts";
import { transfer } from "./bank.ts";
import { transfer as fixedTransfer } from "./bank-fixed.ts";

// A real Postgres in this process. It is slow to start, so all executions share it, and each begins with fresh rows.
const db = await PGlite.create();
await db.exec("CREATE TABLE accounts (owner text PRIMARY KEY, balance int NOT NULL)");

/**
 * Two transfers on one connection, the second 10 ms after the first and for more money than there is. On a laptop a
 * query takes a fraction of that, and the two never meet.
 */
const transfers =
  (transferMoney: typeof transfer): Body =>
  async ({ spawn, sleep, io }) => {
    await db.exec("ROLLBACK; DELETE FROM accounts; INSERT INTO accounts VALUES ('alice', 100), ('bob', 0), ('carol', 0)");

    const connection = io.wrap(db, "db");
    const rent = spawn("rent", () => transferMoney(connection, "alice", "bob", 60));
    const bicycle = spawn("bicycle", async () => {
      await sleep(10);
      return transferMoney(connection, "alice", "carol", 500);
    });

    assert.deepEqual(await Promise.all([rent, bicycle]), [true, false]);
    const { rows } = await db.query("SELECT owner, balance FROM accounts ORDER BY owner");
    assert.deepEqual(rows, [
      { owner: "alice", balance: 40 },
      { owner: "bob", balance: 60 },
      { owner: "carol", balance: 0 },
    ]);
  };

export const example: Example = {
  name: "bank: two transactions on one connection",
  story: "sends BEGIN, the statements and COMMIT one by one over a connection that another task uses as well",
  buggy: transfers(transfer),
  fixed: transfers(fixedTransfer),
  // Each execution talks to a real database.
  options: { runs: 200 },
};
