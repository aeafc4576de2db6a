import type { Mutex } from "async-mutex";

export interface Account {
  readonly mutex: Mutex;
  load(): Promise<number>;
  save(balance: number): Promise<void>;
}

/** BUG: two transfers in opposite directions each hold what the other waits for. */
export async function transfer(from: Account, to: Account, amount: number): Promise<void> {
  await from.mutex.runExclusive(async () => {
    const balance = await from.load();
    await to.mutex.runExclusive(async () => {
      await from.save(balance - amount);
      await to.save((await to.load()) + amount);
    });
  });
}
