import type { PGlite } from "@electric-sql/pglite";

/**
 * `transaction` has the connection to itself until it is over; others wait. Without it: one connection a task.
 * @returns false where there is too little money.
 */
export async function transfer(db: PGlite, from: string, to: string, amount: number): Promise<boolean> {
  return db.transaction(async (sql) => {
    await sql.query("UPDATE accounts SET balance = balance - $1 WHERE owner = $2", [amount, from]);
    const { rows } = await sql.query<{ balance: number }>("SELECT balance FROM accounts WHERE owner = $1", [from]);
    if (rows[0]!.balance < 0) {
      await sql.rollback();
      return false;
    }
    await sql.query("UPDATE accounts SET balance = balance + $1 WHERE owner = $2", [amount, to]);
    return true;
  });
}
