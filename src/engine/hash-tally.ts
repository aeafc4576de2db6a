const LEAST_SLOTS = 1 << 8;
const MOST_SLOTS = 1 << 17;
const FULL = MOST_SLOTS / 2;

// What is known of a slot's hash.
const FREE = 0;
const SEEN = 1;
const DRAWN_ONCE = 2;
const DRAWN_TWICE = 3;
const DRAWN_OFTEN = 4;

/**
 * Tells which 32-bit hashes it has seen, and how many of those drawn at random came once only, or twice. In bounded memory, so
 * that a search of any length stays flat: exact up to 65,536 hashes, and from there on a lower bound of the count.
 */
export class HashTally {
  /** Different hashes. */
  size: number = 0;
  /** Hashes that were drawn once only, among those that are counted. */
  drawnOnce: number = 0;
  /** The same of those that were drawn twice. */
  drawnTwice: number = 0;
  private slots: Int32Array = new Int32Array(LEAST_SLOTS);
  private known: Uint8Array = new Uint8Array(LEAST_SLOTS);

  get isExact(): boolean {
    return this.size < FULL;
  }

  /**
   * Counts a hash. True where it is new, as far as that is known: once the table is full, nothing is looked up.
   * @param isDrawn - whether chance had it come.
   */
  add(hash: number, isDrawn: boolean = false): boolean {
    if (!this.isExact) return true;
    const at = this.find(hash);
    const known = this.known[at]!;
    if (isDrawn && known !== DRAWN_OFTEN) {
      this.known[at] = this.drawnAgain(known);
    }
    if (known !== FREE) return false;
    if (!isDrawn) this.known[at] = SEEN;
    this.slots[at] = hash;
    this.size += 1;
    if (this.size * 2 > this.slots.length && this.slots.length < MOST_SLOTS) this.grow();
    return true;
  }

  private drawnAgain(known: number): number {
    if (known === DRAWN_TWICE) {
      this.drawnTwice -= 1;
      return DRAWN_OFTEN;
    }
    if (known === DRAWN_ONCE) {
      this.drawnOnce -= 1;
      this.drawnTwice += 1;
      return DRAWN_TWICE;
    }
    this.drawnOnce += 1;
    return DRAWN_ONCE;
  }

  /** Those that are counted. */
  hashes(): Int32Array {
    return this.slots.filter((_hash, index) => this.known[index] !== FREE);
  }

  /** The slot of a hash, or the free one where it would stand. */
  private find(hash: number): number {
    const mask = this.slots.length - 1;
    let at = hash & mask;
    while (this.known[at] !== FREE && this.slots[at] !== (hash | 0)) at = (at + 1) & mask;
    return at;
  }

  private grow(): void {
    const [slots, known] = [this.slots, this.known];
    this.slots = new Int32Array(slots.length * 2);
    this.known = new Uint8Array(slots.length * 2);
    for (let index = 0; index < slots.length; index += 1) {
      if (known[index] === FREE) continue;
      const at = this.find(slots[index]!);
      this.slots[at] = slots[index]!;
      this.known[at] = known[index]!;
    }
  }
}
