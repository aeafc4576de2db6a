/** One SQLite connection of several tasks: generated transfers, each a transaction. */
import * as fc from "fast-check";
import type { BodyContext } from "heddle";
import { raceProperty } from "heddle/fast-check";
import Database from "libsql";
import { InTurn } from "../in-turn.ts";
import { subject, type Subject } from "../subject.ts";

interface Transfer {
  readonly from: number;
  readonly to: number;
  readonly amount: number;
}

interface Connection {
  run(sql: string): Promise<unknown>;
  balance(owner: number): Promise<number>;
}

type Bank = (connection: Connection) => (transfer: Transfer) => Promise<void>;

function connect({ io }: BodyContext, database: Database.Database): Connection {
  database.exec("CREATE TABLE accounts (owner INTEGER PRIMARY KEY, balance INTEGER); INSERT INTO accounts VALUES (0, 10), (1, 10), (2, 10)");
  const client = {
    run: async (sql: string) => database.exec(sql),
    get: async (sql: string) => database.prepare(sql).get(),
  };
  const { run, get } = io.wrap(client, "db", { sql: true });
  return { run, balance: async (owner) => ((await get(`SELECT balance FROM accounts WHERE owner = ${owner}`)) as { readonly balance: number }).balance };
}

async function statements({ run, balance }: Connection, { from, to, amount }: Transfer): Promise<void> {
  await run("BEGIN");
  await run(`UPDATE accounts SET balance = balance + ${amount} WHERE owner = ${to}`);
  await run(`UPDATE accounts SET balance = balance - ${amount} WHERE owner = ${from}`);
  await run((await balance(from)) < 0 ? "ROLLBACK" : "COMMIT");
}

const account = fc.nat(2);
const transfer: fc.Arbitrary<Transfer> = fc.record({ from: account, to: account, amount: fc.integer({ min: 1, max: 12 }) }, { noNullPrototype: true });

export const connection: Subject = subject<Bank>({
  name: "a database connection of several tasks",
  specified: "an invariant",
  orders: ["production"],
  property: (create, options) =>
    raceProperty(
      fc.array(transfer, { minLength: 2, maxLength: 4 }),
      async (context, transfers) => {
        const { spawn, io } = context;
        const database = new Database(":memory:");
        const pay = create(context)(connect(context, database));
        const arrive = io("arrive");
        await Promise.all(
          transfers.map((one, index) =>
            spawn(`transfer ${index + 1}`, async () => {
              await arrive();
              await pay(one);
            }),
          ),
        );
        const balances = database.prepare("SELECT balance FROM accounts").all().map((row) => (row as { readonly balance: number }).balance);
        database.close();
        if (balances.some((balance) => balance < 0)) throw new Error(`overdrawn: ${balances.join()}`);
        if (balances.reduce((sum, balance) => sum + balance, 0) !== 30) throw new Error(`money is not conserved: ${balances.join()}`);
      },
      options,
    ),
  correct: () => (own) => {
    const turns = new InTurn();
    return (transfer) => turns.run(() => statements(own, transfer));
  },
  mutants: {
    "two transactions are one": () => (own) => (transfer) => statements(own, transfer),
    "a balance is read, and written back": () => (own) => async ({ from, to, amount }) => {
      const left = (await own.balance(from)) - amount;
      if (left < 0) return;
      await own.run(`UPDATE accounts SET balance = ${left} WHERE owner = ${from}`);
      await own.run(`UPDATE accounts SET balance = balance + ${amount} WHERE owner = ${to}`);
    },
  },
});
