/** A number for each operation that looks random (the finaliser of MurmurHash3). */
export function zobrist(number: number): number {
  let mixed = Math.imul(number + 1, 0x9e3779b1);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

/** How many words of 32 bits a set takes. */
export const wordsFor: (bits: number) => number = (bits: number): number => (bits + 31) >>> 5;

/** What a record holds before its words: the hash, the state, the first word that is kept. */
const HEAD = 3;

/**
 * The configurations that the search has been in: a set of operations that were put in order, and the state they lead to.
 *
 * Sets are compared exactly; the hash (Zobrist's) only finds the place. Of the operations that returned, the words before
 * the first that is not full are left out, so a record is as long as the history is wide. Of operations of unknown outcome
 * a set is kept apart: who has used fewer of them can do all that one can who has used more.
 */
export class ConfigurationTable {
  count = 0;
  private readonly pendingWords: number;
  private mask = 255;
  private slots: Int32Array = new Int32Array(256).fill(-1);
  private records: Int32Array = new Int32Array(1 << 10);
  /** By slot, so that growing needs no search: how long the record is. */
  private used = 0;

  /** @param pendingWords how many words of 32 bits the set of operations of unknown outcome takes */
  constructor(pendingWords: number) {
    this.pendingWords = pendingWords;
  }

  /** How many bytes the table holds. */
  get bytes(): number {
    return 4 * (this.slots.length + this.records.length);
  }

  /**
   * Adds a configuration. False: it need not be looked at, since it was there, or one with the same operations and fewer
   * of unknown outcome was.
   *
   * @param hash of the state and the operations that returned
   * @param words those operations, a bit each; words from `first` to `last` are kept
   */
  add(hash: number, state: number, words: Int32Array, first: number, last: number, pending: Int32Array): boolean {
    const length = HEAD + (last - first + 1);
    let slot = this.home(hash);
    for (let at = this.slots[slot]!; at >= 0; at = this.slots[slot]!) {
      if (this.covers(at, hash, state, words, first, last, pending)) {
        return false;
      }
      slot = (slot + 1) & this.mask;
    }
    const size = length + this.pendingWords;
    if (this.used + size > this.records.length) {
      const larger = new Int32Array(2 * this.records.length + size);
      larger.set(this.records);
      this.records = larger;
    }
    const { records, used } = this;
    records[used] = hash;
    records[used + 1] = state;
    records[used + 2] = first;
    for (let word = first; word <= last; word += 1) {
      records[used + HEAD + word - first] = words[word]!;
    }
    for (let word = 0; word < this.pendingWords; word += 1) {
      records[used + length + word] = pending[word]!;
    }
    this.slots[slot] = used;
    this.used += size;
    this.count += 1;
    if (2 * this.count > this.mask) {
      this.grow();
    }
    return true;
  }

  private covers(at: number, hash: number, state: number, words: Int32Array, first: number, last: number, pending: Int32Array): boolean {
    const { records } = this;
    if (records[at] !== hash || records[at + 1] !== state || records[at + 2] !== first) {
      return false;
    }
    // The last word follows from the set: it is the last that can have a bit while the first operation of its kind is missing.
    for (let word = first; word <= last; word += 1) {
      if (records[at + HEAD + word - first] !== words[word]) {
        return false;
      }
    }
    const rest = at + HEAD + last - first + 1;
    for (let word = 0; word < this.pendingWords; word += 1) {
      if ((records[rest + word]! & ~pending[word]!) !== 0) {
        return false;
      }
    }
    return true;
  }

  private home(hash: number): number {
    const mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    return (mixed ^ (mixed >>> 13)) & this.mask;
  }

  private grow(): void {
    const old = this.slots;
    this.mask = 2 * this.mask + 1;
    this.slots = new Int32Array(this.mask + 1).fill(-1);
    for (const at of old) {
      if (at >= 0) {
        let slot = this.home(this.records[at]!);
        while (this.slots[slot] !== -1) {
          slot = (slot + 1) & this.mask;
        }
        this.slots[slot] = at;
      }
    }
  }
}
