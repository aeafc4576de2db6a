import type { JsonStore } from "./json-store.ts";
import type { Mutex } from "./mutex.ts";

/** Counts in a store. Two increments at a time lose one: reading and writing are two steps. */
export class Counter {
  protected readonly store: JsonStore;

  constructor(store: JsonStore) {
    this.store = store;
  }

  async increment(): Promise<void> {
    const count = await this.store.get("count", 0);
    await this.store.set("count", count + 1);
  }

  value(): Promise<number> {
    return this.store.get("count", 0);
  }
}

/** The same, one increment at a time. */
export class LockedCounter extends Counter {
  private readonly mutex: Mutex;

  constructor(store: JsonStore, mutex: Mutex) {
    super(store);
    this.mutex = mutex;
  }

  override increment(): Promise<void> {
    return this.mutex.run(() => super.increment());
  }
}
