import assert from "node:assert/strict";
import { createPool, type Options, type Pool } from "generic-pool";
import type { Body, BodyContext } from "heddle";
import type { Scenario } from "./scenario.ts";

interface Connection {
  readonly id: number;
  isBusy: boolean;
  isOpen: boolean;
}

/** A pool whose factory does I/O, and its connections. */
function poolOf({ io }: BodyContext, options: Options): { pool: Pool<Connection>; connections: Connection[] } {
  const connections: Connection[] = [];
  const pool = createPool<Connection>(
    {
      create: io("connect", () => {
        const connection = { id: connections.length, isBusy: false, isOpen: true };
        connections.push(connection);
        return connection;
      }),
      destroy: io("disconnect", (connection: Connection) => {
        connection.isOpen = false;
      }),
      validate: io("ping", (connection: Connection) => connection.isOpen),
    },
    options,
  );
  return { pool, connections };
}

const exclusive = async (connection: Connection, query: () => Promise<void>): Promise<void> => {
  assert.ok(connection.isOpen, "a destroyed resource was handed out");
  assert.ok(!connection.isBusy, "one resource was handed out twice");
  connection.isBusy = true;
  await query();
  connection.isBusy = false;
};

const borrowed =
  (max: number): Body =>
  async (context) => {
    const { io, spawn, invariant } = context;
    const query = io("query");
    const { pool, connections } = poolOf(context, { max, testOnBorrow: true });
    invariant("at most two open", () => connections.filter(({ isOpen }) => isOpen).length <= 2 && pool.size <= 2);
    const tasks = [1, 2, 3, 4].map((id) =>
      spawn(`task ${id}`, async () => {
        const connection = await pool.acquire();
        await exclusive(connection, query);
        await pool.release(connection);
      }),
    );
    await Promise.all(tasks);
    await pool.drain();
    await pool.clear();
    assert.deepEqual(connections.filter(({ isOpen }) => isOpen), [], "clear() after drain() destroys all");
  };

const failing =
  (destroys: boolean): Body =>
  async (context) => {
    const { io, spawn } = context;
    const query = io("query");
    const { pool, connections } = poolOf(context, { max: 2, min: 1 });
    let failed = 0;
    const tasks = [1, 2, 3, 4].map((id) =>
      spawn(`task ${id}`, async () => {
        const use = async (connection: Connection): Promise<void> => {
          await exclusive(connection, query);
          if (id % 2 === 0) {
            connection.isBusy = !destroys;
            throw new Error("broken connection");
          }
        };
        if (destroys) {
          await pool.use(use).catch(() => failed++);
          return;
        }
        const connection = await pool.acquire();
        await use(connection).catch(() => failed++);
        await pool.release(connection);
      }),
    );
    await Promise.all(tasks);
    assert.equal(failed, 2);
    await pool.drain();
    await pool.clear();
    assert.ok(connections.every(({ isOpen }) => !isOpen));
  };

const urgent =
  (priority: number): Body =>
  async (context) => {
    const { io, spawn } = context;
    const arrive = io("arrive");
    const query = io("query");
    const { pool } = poolOf(context, { max: 1, priorityRange: 3 });
    const waiting: { name: string; priority: number }[] = [];
    const isNext = (name: string): boolean => {
      const best = Math.min(...waiting.map((one) => one.priority));
      return waiting.find((one) => one.priority === best)?.name === name;
    };
    const borrow = (name: string, own: number, stated = own): Promise<void> =>
      spawn(name, async () => {
        await arrive();
        waiting.push({ name, priority: own });
        const connection = await pool.acquire(stated);
        assert.ok(isNext(name), `${name} was served before its turn`);
        waiting.splice(waiting.findIndex((one) => one.name === name), 1);
        await exclusive(connection, query);
        await pool.release(connection);
      });
    await Promise.all([borrow("first", 2), borrow("second", 2), borrow("third", 1), borrow("urgent", 0, priority)]);
  };

export const scenarios: readonly Scenario[] = [
  { package: "generic-pool", promise: "at most max resources, one borrower each; drain() and clear() destroy all", kept: borrowed(2), broken: borrowed(3) },
  { package: "generic-pool", promise: "use(): a resource whose function rejected is destroyed, not handed out again", kept: failing(true), broken: failing(false) },
  {
    package: "generic-pool",
    promise: "priorityRange: the first request of the highest priority is served next",
    kept: urgent(0),
    broken: urgent(2),
    underLatency: "the assertion stands behind the await of acquire(): a request that came while it took its time had lost its turn already",
  },
];
