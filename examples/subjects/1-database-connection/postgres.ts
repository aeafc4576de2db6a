/**
 * A Postgres in this process, behind a loopback socket: `pg` speaks to it as to any other. PGlite has one session, which
 * its socket server lends to one transaction after another; parameters (`$1`) of two connections it mixes up (its issue
 * 1046), so the statements here have none.
 */
import { PGlite } from "@electric-sql/pglite";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";
import type { BodyContext } from "heddle";
import pg from "pg";

let database: PGlite;

/** It takes a second to start: one for all executions. */
export async function start(): Promise<void> {
  database ??= await PGlite.create();
}

export interface Postgres {
  readonly pool: pg.Pool;
  close(): Promise<void>;
}

/** Clients of a table of accounts as each execution finds it: a hundred of alice's, nothing of bob's. */
export function connect({ setup }: BodyContext, max: number): Promise<Postgres> {
  return setup(async () => {
    await database.exec("ROLLBACK; CREATE TABLE IF NOT EXISTS accounts (owner text PRIMARY KEY, balance int NOT NULL); DELETE FROM accounts; INSERT INTO accounts VALUES ('alice', 100), ('bob', 0)");
    const server = new PGLiteSocketServer({ db: database, host: "127.0.0.1", port: 0, maxConnections: max + 1 });
    await server.start();
    const port = Number(server.getServerConn().split(":").at(-1));
    const pool = new pg.Pool({ host: "127.0.0.1", port, user: "postgres", database: "postgres", max });
    // The connections are there before anything begins.
    const clients = await Promise.all(Array.from({ length: max }, () => pool.connect()));
    for (const client of clients) client.release();
    return {
      pool,
      close: async () => {
        await pool.end();
        await server.stop();
      },
    };
  });
}

export async function balances(pool: pg.Pool): Promise<string> {
  const { rows } = await pool.query<{ owner: string; balance: number }>("SELECT owner, balance FROM accounts ORDER BY owner");
  return rows.map(({ owner, balance }) => `${owner} ${balance}`).join(", ");
}
