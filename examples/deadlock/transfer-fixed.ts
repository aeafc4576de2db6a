import type { Mutex } from "async-mutex";

export interface Account {
  readonly id: number;
  readonly mutex: Mutex;
  load(): Promise<number>;
  save(balance: number): Promise<void>;
}

/** All take the mutexes in one order, that of the accounts' numbers: then nobody waits in a circle. */
export async function transfer(from: Account, to: Account, amount: number): Promise<void> {
  const [first, second] = from.id < to.id ? [from, to] : [to, from];
  await first.mutex.runExclusive(async () => {
    await second.mutex.runExclusive(async () => {
      await from.save((await from.load()) - amount);
      await to.save((await to.load()) + amount);
    });
  });
}
