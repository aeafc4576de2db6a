import type { Store } from "./store.ts";

export class Wallet {
  private readonly store: Store;
  private readonly owner: string;

  constructor(store: Store, owner: string) {
    this.store = store;
    this.owner = owner;
  }

  /** BUG: between the read and the write, somebody else may write. */
  async withdraw(amount: number): Promise<boolean> {
    const balance = await this.store.read(this.owner);
    if (balance < amount) return false;
    await this.store.write(this.owner, balance - amount);
    return true;
  }
}
