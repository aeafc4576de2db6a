const LEAST_SLOTS = 1 << 8;
const MOST_SLOTS = 1 << 17;
const FULL = MOST_SLOTS / 2;

/**
 * Tells which 32-bit hashes it has seen, and how many of them once only. In bounded memory, so that a search of any
 * length stays flat: exact up to 65,536 hashes, and from there on a lower bound of the count.
 */
export class HashTally {
  /** Different hashes. */
  size: number = 0;
  /** Hashes that came once only, among those that are counted. */
  once: number = 0;
  private slots: Int32Array = new Int32Array(LEAST_SLOTS);
  /** 0 where the slot is free, 1 where its hash came once, 2 where it came more often. */
  private times: Uint8Array = new Uint8Array(LEAST_SLOTS);

  get isExact(): boolean {
    return this.size < FULL;
  }

  /** Counts a hash. True where it is new, as far as that is known: once the table is full, nothing is looked up. */
  add(hash: number): boolean {
    if (!this.isExact) return true;
    const at = this.find(hash);
    if (this.times[at] === 0) {
      this.insert(hash, at);
      return true;
    }
    if (this.times[at] === 1) this.once -= 1;
    this.times[at] = 2;
    return false;
  }

  /** Those that are counted. */
  hashes(): Int32Array {
    return this.slots.filter((_hash, index) => this.times[index] !== 0);
  }

  private insert(hash: number, at: number): void {
    this.slots[at] = hash;
    this.times[at] = 1;
    this.size += 1;
    this.once += 1;
    if (this.size * 2 > this.slots.length && this.slots.length < MOST_SLOTS) this.grow();
  }

  /** The slot of a hash, or the free one where it would stand. */
  private find(hash: number): number {
    const mask = this.slots.length - 1;
    let at = hash & mask;
    while (this.times[at] !== 0 && this.slots[at] !== (hash | 0)) at = (at + 1) & mask;
    return at;
  }

  private grow(): void {
    const [slots, times] = [this.slots, this.times];
    this.slots = new Int32Array(slots.length * 2);
    this.times = new Uint8Array(slots.length * 2);
    for (let index = 0; index < slots.length; index += 1) {
      if (times[index] === 0) continue;
      const at = this.find(slots[index]!);
      this.slots[at] = slots[index]!;
      this.times[at] = times[index]!;
    }
  }
}
