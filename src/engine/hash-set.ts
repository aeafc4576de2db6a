const SLOTS = 1 << 17;
const FULL = SLOTS / 2;

/**
 * A set of 32-bit hashes in fixed memory, so that a search of any length stays flat: exact up to 65,536 entries,
 * and from there on a lower bound of the count.
 */
export class HashSet {
  size: number = 0;
  private slots: Int32Array | undefined = undefined;
  private hasZero = false;

  get isExact(): boolean {
    return this.size < FULL;
  }

  add(hash: number): void {
    if (!this.isExact) return;
    if (hash === 0) {
      if (!this.hasZero) this.size += 1;
      this.hasZero = true;
      return;
    }
    this.slots ??= new Int32Array(SLOTS);
    let at = hash & (SLOTS - 1);
    while (this.slots[at] !== 0) {
      if (this.slots[at] === (hash | 0)) return;
      at = (at + 1) & (SLOTS - 1);
    }
    this.slots[at] = hash;
    this.size += 1;
  }
}
