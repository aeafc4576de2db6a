export interface Store {
  read(key: string): Promise<number>;
  write(key: string, value: number): Promise<void>;
  /** As one statement at the server: refuses where there is less than the amount. */
  subtract(key: string, amount: number): Promise<boolean>;
}

/** A store in memory, with the interface of one that is somewhere else. */
export class MemoryStore implements Store {
  private readonly entries: Map<string, number>;

  constructor(entries: Map<string, number>) {
    this.entries = entries;
  }

  async read(key: string): Promise<number> {
    return this.entries.get(key) ?? 0;
  }

  async write(key: string, value: number): Promise<void> {
    this.entries.set(key, value);
  }

  async subtract(key: string, amount: number): Promise<boolean> {
    const value = this.entries.get(key) ?? 0;
    if (value < amount) return false;
    this.entries.set(key, value - amount);
    return true;
  }
}
