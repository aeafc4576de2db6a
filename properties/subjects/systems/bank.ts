/** Accounts behind one SQLite connection of several tasks: what transfers and questions come to is what they come to one after another. */
import * as fc from "fast-check";
import { linearizable } from "heddle/fast-check";
import Database from "libsql";
import { InTurn } from "../in-turn.ts";
import { subject, type Create, type Subject } from "../subject.ts";

interface Bank {
  /** @returns whether there was enough. */
  transfer(from: number, to: number, amount: number): Promise<boolean>;
  balances(): Promise<readonly number[]>;
}

type Within = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** @param apart - what keeps a transfer, and a question, apart from the others. */
const bankOf =
  (apart: () => { readonly changing: Within; readonly asking: Within }): Create<Bank> =>
  ({ io }) => {
    const database = new Database(":memory:");
    database.exec("CREATE TABLE accounts (owner INTEGER PRIMARY KEY, balance INTEGER); INSERT INTO accounts VALUES (0, 10), (1, 10), (2, 10)");
    const client = {
      run: async (sql: string) => database.exec(sql),
      all: async () => (database.prepare("SELECT balance FROM accounts ORDER BY owner").all() as readonly { readonly balance: number }[]).map(({ balance }) => balance),
    };
    const { run, all } = io.wrap(client, "db", { sql: true });
    const { changing, asking } = apart();
    return {
      transfer: (from, to, amount) =>
        changing(async () => {
          await run("BEGIN");
          await run(`UPDATE accounts SET balance = balance - ${amount} WHERE owner = ${from}`);
          await run(`UPDATE accounts SET balance = balance + ${amount} WHERE owner = ${to}`);
          const isEnough = (await all())[from]! >= 0;
          await run(isEnough ? "COMMIT" : "ROLLBACK");
          return isEnough;
        }),
      balances: () => asking(all),
    };
  };

const atOnce: Within = (work) => work();
const account = fc.nat(2);

export const bank: Subject = subject<Bank>({
  name: "accounts behind one connection",
  specified: "a model",
  orders: ["production"],
  property: (create, options) =>
    linearizable(
      {
        create,
        model: { initial: (): readonly number[] => [10, 10, 10] },
        operations: {
          transfer: {
            arguments: [account, account, fc.integer({ min: 1, max: 12 })],
            model: (balances, from, to, amount) => {
              const next = balances.with(from, balances[from]! - amount);
              const after = next.with(to, next[to]! + amount);
              return after[from]! < 0 ? [balances, false] : [after, true];
            },
          },
          balances: { arguments: [], model: (balances) => [balances, balances] },
        },
        size: { tasks: 2 },
      },
      options,
    ),
  correct: bankOf(() => {
    const turns = new InTurn();
    const within: Within = (work) => turns.run(work);
    return { changing: within, asking: within };
  }),
  mutants: {
    "a question is answered from the midst of a transaction": bankOf(() => {
      const turns = new InTurn();
      return { changing: (work) => turns.run(work), asking: atOnce };
    }),
    "two transactions are one": bankOf(() => ({ changing: atOnce, asking: atOnce })),
  },
});
