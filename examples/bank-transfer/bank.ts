import type { PGlite } from "@electric-sql/pglite";

/**
 * BUG: a transaction belongs to the connection, not to the function that began it. Whoever else speaks on this
 * connection meanwhile is inside it too, and their ROLLBACK takes back what we have done.
 * @returns false where there is too little money.
 */
export async function transfer(db: PGlite, from: string, to: string, amount: number): Promise<boolean> {
  await db.query("BEGIN");
  await db.query("UPDATE accounts SET balance = balance - $1 WHERE owner = $2", [amount, from]);
  const { rows } = await db.query<{ balance: number }>("SELECT balance FROM accounts WHERE owner = $1", [from]);
  if (rows[0]!.balance < 0) {
    await db.query("ROLLBACK");
    return false;
  }
  await db.query("UPDATE accounts SET balance = balance + $1 WHERE owner = $2", [amount, to]);
  await db.query("COMMIT");
  return true;
}
