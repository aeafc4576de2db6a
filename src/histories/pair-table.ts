/** A table from two small whole numbers to a third: open addressing in typed arrays, so that a look-up makes nothing. */
export class PairTable {
  private mask = 127;
  private count = 0;
  private slots: Int32Array = new Int32Array(3 * 128).fill(-1);

  /** The value, or `undefined`. Values and keys are whole numbers of 32 bits, and the first key is not negative. */
  get(one: number, other: number): number | undefined {
    const slots = this.slots;
    for (let slot = this.home(one, other); ; slot = (slot + 1) & this.mask) {
      const first = slots[3 * slot]!;
      if (first === one && slots[3 * slot + 1] === other) {
        return slots[3 * slot + 2];
      }
      if (first === -1) {
        return undefined;
      }
    }
  }

  /** The pair must not be in the table yet. */
  add(one: number, other: number, value: number): void {
    if (2 * this.count > this.mask) {
      this.grow();
    }
    this.count += 1;
    this.put(one, other, value);
  }

  private home(one: number, other: number): number {
    const mixed = Math.imul(one ^ Math.imul(other, 0x9e3779b1), 0x85ebca6b);
    return (mixed ^ (mixed >>> 15)) & this.mask;
  }

  private put(one: number, other: number, value: number): void {
    let slot = this.home(one, other);
    while (this.slots[3 * slot] !== -1) {
      slot = (slot + 1) & this.mask;
    }
    this.slots[3 * slot] = one;
    this.slots[3 * slot + 1] = other;
    this.slots[3 * slot + 2] = value;
  }

  private grow(): void {
    const old = this.slots;
    this.mask = 2 * this.mask + 1;
    this.slots = new Int32Array(3 * (this.mask + 1)).fill(-1);
    for (let at = 0; at < old.length; at += 3) {
      if (old[at] !== -1) {
        this.put(old[at]!, old[at + 1]!, old[at + 2]!);
      }
    }
  }
}
