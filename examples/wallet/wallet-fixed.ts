import type { Store } from "./store.ts";

export class Wallet {
  private readonly store: Store;
  private readonly owner: string;

  constructor(store: Store, owner: string) {
    this.store = store;
    this.owner = owner;
  }

  /** The check and the write are one statement, so that nothing comes between. */
  async withdraw(amount: number): Promise<boolean> {
    return this.store.subtract(this.owner, amount);
  }
}
